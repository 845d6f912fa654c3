"""When the host has to end: the engine says so by a signal, or is gone."""

import os
import select
import signal
import stat

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Ending:
    """Notes signals from now on; made in the main thread, before other threads are there.

    Args:
        engine: a file descriptor whose other end the engine holds as long as it lives: standard input.
    """

    def __init__(self, engine: int = 0) -> None:
        self._signalled, waking = os.pipe()
        os.set_blocking(waking, False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(waking)
        self._engine = engine if stat.S_ISFIFO(os.fstat(engine).st_mode) else None

    def wait(self) -> bool:
        """Waits for the end.

        Returns:
            Whether the engine interrupted the whole process group: the programs know already.
        """
        readable = [self._signalled] if self._engine is None else [self._signalled, self._engine]
        while True:
            ready, _, _ = select.select(readable, (), ())
            if self._signalled in ready:
                return signal.SIGINT in os.read(self._signalled, 64)
            if not os.read(ready[0], 1024):
                return False
