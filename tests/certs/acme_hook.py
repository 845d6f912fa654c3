"""A hook as an operator would write it, for Pebble's DNS: `acme_hook.py CONTROL LOG present|cleanup`.

`WRONG` in the environment sets another value; `KILLS` kills whoever started it, before anything is set.
"""

import json
import os
import signal
import sys
import urllib.request
from pathlib import Path


def main() -> None:
    """Sets or removes the record that the environment names."""
    control, log, action = sys.argv[1:]
    value = sys.stdin.read().strip()
    assert value == os.environ["ACME_VALUE"], "standard input and environment differ"
    assert action == os.environ["ACME_ACTION"]
    with Path(log).open("a") as file:
        file.write(f"{action} {os.environ['ACME_RECORD']}\n")
    if action == "present" and os.environ.get("KILLS"):
        os.kill(os.getppid(), signal.SIGKILL)
        return
    record = {"host": f"{os.environ['ACME_RECORD']}."}
    if action == "present":
        record["value"] = "wrong" if os.environ.get("WRONG") else value
    what = "set-txt" if action == "present" else "clear-txt"
    content = json.dumps(record).encode()
    urllib.request.urlopen(f"{control}/{what}", content, timeout=5).close()  # noqa: S310  # http on loopback


if __name__ == "__main__":
    main()
