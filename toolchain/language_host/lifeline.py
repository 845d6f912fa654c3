"""The end of a process whose parent is gone: loaded by its path, in the program's own Python."""

import os
import signal
import threading
from typing import Final

INTERRUPTED: Final = 130
GRACE_SECONDS: Final = 3.0
"""How long the process may clean up after its interrupt."""


def hold_to(lifeline: int) -> None:
    """Ends this process when a pipe ends, which is when the process that holds its other end is gone.

    Args:
        lifeline: the file descriptor of the end that is read.
    """
    os.set_inheritable(lifeline, False)
    main = threading.main_thread().ident or 0

    def watch() -> None:
        while os.read(lifeline, 1024):
            pass
        signal.pthread_kill(main, signal.SIGINT)  # another thread would not wake it
        threading.Event().wait(GRACE_SECONDS)
        os._exit(INTERRUPTED)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
