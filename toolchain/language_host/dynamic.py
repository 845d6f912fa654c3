"""Runs dynamic providers as `python -m pulumi.dynamic` does, and not longer than the engine lives.

Started by its path in the program's own Python; the engine holds the other end of standard input.
"""

import os
import runpy
import stat
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        runpy.run_path(str(Path(__file__).with_name("lifeline.py")))["hold_to"](0)
    runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)
