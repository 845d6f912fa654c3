"""Processes that the host starts and that do not outlive it."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from toolchain.language_host.failure import HostFailure

END_SECONDS = 3.0
"""How long a process may clean up after its interrupt; the engine waits five seconds for the host."""


class Children:
    """The processes that run now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, Child] = {}
        self._closed = False

    def start(
        self,
        argv: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        folder: Path,
        output: int | None = None,
    ) -> "Child":
        """Starts a process with a lifeline: `BEM_LIFELINE` is the read end of a pipe that ends with the host.

        Args:
            argv: the command.
            environment: all of its environment.
            folder: where it runs.
            output: `subprocess.PIPE` to read what it prints; None for the host's own, which the engine shows.

        Raises:
            HostFailure: when it cannot be started, or the host is ending.
        """
        with self._lock:
            if self._closed:
                raise HostFailure("the language host is ending, so nothing new is started.")
            try:
                child = Child(argv, environment, folder, output)
            except OSError as error:
                raise HostFailure(f"{argv[0]} cannot be started: {error}") from error
            self._running[child.process.pid] = child
        return child

    def wait(self, child: "Child") -> int:
        """Waits for a process to end; its exit status, negative for a signal."""
        status = child.process.wait()
        with self._lock:
            self._running.pop(child.process.pid, None)
        child.close()
        return status

    def end(self, *, interrupt: bool) -> None:
        """Ends all of them and lets no new one start.

        Args:
            interrupt: whether to interrupt them first; not when the engine did that, to the whole group.
        """
        with self._lock:
            self._closed = True
            running = list(self._running.values())
        if interrupt:
            for child in running:
                child.signal(signal.SIGINT)
        limit = time.monotonic() + END_SECONDS
        for child in running:
            child.kill_after(limit - time.monotonic())


class Child:
    """One process.

    Attributes:
        process: the process.
        stopped: whether the host ended it.
    """

    def __init__(
        self, argv: Sequence[str | Path], environment: Mapping[str, str], folder: Path, output: int | None
    ) -> None:
        self.stopped = False
        reading, self._writing = os.pipe()
        try:
            self.process = subprocess.Popen(
                tuple(map(str, argv)),
                cwd=folder,
                env={**environment, "BEM_LIFELINE": str(reading)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(reading,),
            )
        except BaseException:
            os.close(self._writing)
            raise
        finally:
            os.close(reading)

    @property
    def streams(self) -> tuple[IO[bytes], IO[bytes]]:
        """What it prints: standard output and standard error."""
        process = self.process
        if process.stdout is None or process.stderr is None:
            raise ValueError("the process prints to the host's own output")
        return process.stdout, process.stderr

    def signal(self, number: int) -> None:
        """Sends a signal, if it still runs."""
        self.process.send_signal(number)

    def kill_after(self, seconds: float) -> None:
        """Kills it unless it ends within so many seconds."""
        try:
            self.process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            self.stopped = True
            self.process.kill()

    def stop(self) -> None:
        """Interrupts it, and kills it when that does not help."""
        if self.process.poll() is None:
            self.stopped = True
            self.signal(signal.SIGINT)
            self.kill_after(END_SECONDS)

    def close(self) -> None:
        """Lets go of the lifeline."""
        os.close(self._writing)
