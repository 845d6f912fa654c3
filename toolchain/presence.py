"""A pytest plugin: the processes of one run know when the others have ended, and end well when interrupted.

pytest-xdist ends its processes ten seconds after Ctrl-C; to remove a deployment takes longer.
"""

import fcntl
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO

import pytest
from xdist.workermanage import WorkerController

FOLDER = pytest.StashKey[Path]()
LOCK = "presence"
PROCESS = "process."


def folder_of(config: pytest.Config) -> Path | None:
    """A folder that the processes of the run have in common; none where there is one process."""
    told = getattr(config, "workerinput", {}).get("shared")
    return Path(told) if told else config.stash.get(FOLDER, None)


def pytest_configure_node(node: WorkerController) -> None:
    """Tells each process the folder."""
    config = node.config
    if FOLDER not in config.stash:
        folder = tempfile.TemporaryDirectory(prefix="bem-tests-")
        config.add_cleanup(folder.cleanup)
        config.stash[FOLDER] = Path(folder.name)
    node.workerinput["shared"] = str(config.stash[FOLDER])


def pytest_sessionstart(session: pytest.Session) -> None:
    """A process says its number, and can be interrupted."""
    folder = folder_of(session.config)
    if folder and hasattr(session.config, "workerinput"):
        (folder / f"{PROCESS}{os.getpid()}").touch()
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_keyboard_interrupt() -> None:
    """From here on a process only removes what it made, whatever follows.

    The signal gets a function and is not ignored: programs that are started then would ignore it, too. Nor
    is it taken once for good: some tests interrupt themselves.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        signal.signal(signal.SIGINT, _not_again)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Interrupted, the first process interrupts the others and waits for them; a second Ctrl-C ends that."""
    folder = session.config.stash.get(FOLDER, None)
    if folder is None or exitstatus != pytest.ExitCode.INTERRUPTED:
        return
    for path in folder.glob(f"{PROCESS}*"):
        with suppress(ProcessLookupError):
            os.kill(int(path.name.removeprefix(PROCESS)), signal.SIGINT)
    with (folder / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the processes of the run have in common."""
    return folder_of(request.config) or tmp_path_factory.mktemp("run")


@pytest.fixture(scope="session", autouse=True)
def presence(shared: Path) -> Iterator[IO[str]]:
    """A lock that each process of the run shares until its last test, and all that it made, is over."""
    with (shared / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield file


@pytest.fixture
def alone(presence: IO[str]) -> None:
    """For a test that nothing else survives: waits for the end of all other processes of the run."""
    fcntl.flock(presence, fcntl.LOCK_EX)


def _not_again(_number: int, _frame: FrameType | None) -> None:
    """Does nothing."""
