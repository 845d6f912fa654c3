"""Set-up over parts that only pretend."""

import multiprocessing
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from operation.failure import Failure
from operation.progress import Progress
from toolchain import cache, setup
from toolchain.part import HOST, Finding, missing

QUIET = Progress(quiet=True)


@dataclass
class Pretended:
    """A part that is healthy after it was provided so many times."""

    name: str
    lacking: int = 0
    provided: list[str] = field(default_factory=list)
    hopeless: bool = False

    def look(self) -> Finding:
        """Healthy when nothing is lacking."""
        if self.hopeless:
            return Finding(self.name, healthy=False, remedy="ask its owner")
        if self.lacking:
            return missing(self.name, "not there")
        return Finding(self.name, healthy=True, origin=HOST, version="1")

    def provide(self, progress: Progress) -> None:
        """One less is lacking."""
        progress.detail(self.name)
        self.provided.append(self.name)
        self.lacking -= 1


def test_only_what_is_missing_is_provided() -> None:
    """Healthy parts are left alone; the second run has nothing to do."""
    parts = (Pretended("a"), Pretended("b", lacking=1), Pretended("c"))
    assert setup.provide_all(parts, QUIET) == ["b"]
    assert setup.provide_all(parts, QUIET) == []


def test_part_that_stays_broken_stops_set_up() -> None:
    """What is provided and still not healthy is an error, and later parts are not touched."""
    later = Pretended("later", lacking=1)
    with pytest.raises(Failure, match="stubborn: not there"):
        setup.provide_all((Pretended("stubborn", lacking=2), later), QUIET)
    assert later.provided == []


def test_part_that_is_not_ours_to_mend_stops_set_up() -> None:
    """It is refused before anything is touched, also what comes before it."""
    earlier, foreign = Pretended("earlier", lacking=1), Pretended("foreign", hopeless=True)
    with pytest.raises(Failure, match="ask its owner") as caught:
        setup.provide_all((earlier, foreign), QUIET)
    assert caught.value.exit_code == 2
    assert earlier.provided == foreign.provided == []


def _hold(folder: str, name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", folder)
        journal = Path(folder) / "journal"
        with cache.locked(QUIET), journal.open("a") as file:
            file.write(f"{name} in\n")
            file.flush()
            time.sleep(0.2)
            file.write(f"{name} out\n")


def test_two_set_ups_at_once_take_turns(tmp_path: Path) -> None:
    """The second starts when the first has ended."""
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_hold, args=(str(tmp_path), name)) for name in "ab"]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    lines = (tmp_path / "journal").read_text().split("\n")
    assert [line[0] for line in lines[:4]] in (["a", "a", "b", "b"], ["b", "b", "a", "a"])


def test_workspace_starts_empty_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed run left is not built upon; what is finished is kept under its name."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (cache.made("it.new") / "left-over").touch()
    with cache.workspace("it") as folder:
        assert list(folder.iterdir()) == []
        (folder / "finished").touch()
        cache.keep(folder, cache.folder() / "kept")
    assert [path.name for path in cache.folder().iterdir()] == ["kept"]
    with pytest.raises(Failure), cache.workspace("it"):
        raise Failure("cut short")
    assert [path.name for path in cache.folder().iterdir()] == ["kept"]


def test_log_file_is_made_with_the_first_detail(tmp_path: Path) -> None:
    """A run that does nothing leaves no file."""
    log = setup.log_file(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), tmp_path / "logs")
    assert log.name == "20260102T030405-setup.log"
    assert not log.exists()
