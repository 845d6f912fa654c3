"""The project that bare `pulumi up` is measured in."""

from pathlib import Path
from typing import Any

import pytest

from bench import resources
from bench.command import Ran
from operation.failure import Failure


class Commands:
    """What was run; one of them may fail.

    Args:
        failing: a word of the command that fails.
    """

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.done: list[str] = []
        self.folders: list[Path] = []

    def __call__(self, argv: tuple[str, ...], _limit: float, **options: Any) -> Ran:
        """Run it."""
        self.done.append(argv[1])
        self.folders.append(options["cwd"])
        if argv[1] == self.failing:
            raise Failure("it does not.")
        assert options["environment"]["BENCH_RESOURCES"] == "5"
        return Ran(1.5, 0, "", "")


def test_a_project_is_deployed_once_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder goes with it."""
    commands = Commands()
    monkeypatch.setattr(resources, "timed", commands)
    with resources.project(5) as made:
        assert (made.folder / "__main__.py").read_text() == resources.PROGRAM
        assert made.run(5, *resources.UP) == 1.5
    assert commands.done == ["stack", "up", "up", "destroy"]
    assert not commands.folders[0].exists()


def test_a_project_that_stays_says_what_to_remove(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of volumes and configs begin alike."""
    monkeypatch.setattr(resources, "timed", Commands(failing="destroy"))
    with pytest.raises(Failure, match="cannot be removed") as caught, resources.project(5):
        pass
    assert "begins with bench-" in str(caught.value.remedy)
