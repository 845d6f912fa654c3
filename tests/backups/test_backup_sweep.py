"""What killed commands leave in Docker, and that nothing else goes with it."""

from types import SimpleNamespace
from typing import Any

import pytest

from backups import sweep as module
from backups.sweep import sweep
from operation.progress import Progress
from operation.stack import Stack


class Engine:
    """Docker with these volumes of the stack, and with scratches or none."""

    def __init__(self, volumes: list[str], scratches: int = 0) -> None:
        self.volumes = SimpleNamespace(list=lambda **_: [SimpleNamespace(name=each) for each in volumes])
        self.services = SimpleNamespace(list=lambda **_: [object()] * scratches)


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is removed, in order."""
    removed: list[str] = []
    monkeypatch.setattr(module, "remove_scratches", lambda *_: removed.append("scratches"))
    monkeypatch.setattr(module, "remove_volume", lambda name, _engine: removed.append(name))
    return removed


def swept(engine: Any, stack: Stack, progress: Progress) -> None:
    """Sweeps this Docker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "client", lambda: engine)
        sweep(stack, progress)


def test_only_throwaways_go(stack: Stack, gone: list[str], quiet: Progress) -> None:
    """A container before its volume; data of any generation and other volumes stay."""
    kept = [stack.volume(1), stack.volume(2), "bk-test_repository", "bk-test_objects"]
    swept(Engine([*kept, "bk-test_scratch-0a1b2c", "bk-test_preflight"], 1), stack, quiet)
    assert gone == ["scratches", "bk-test_preflight", "bk-test_scratch-0a1b2c"]


def test_mostly_there_is_nothing(
    stack: Stack, gone: list[str], quiet: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is removed or said."""
    swept(Engine([stack.volume(2)]), stack, quiet)
    assert gone == []
    assert capsys.readouterr().err == ""


def test_a_container_without_its_volume_goes_too(stack: Stack, gone: list[str], quiet: Progress) -> None:
    """A kill before the volume was made."""
    swept(Engine([], 1), stack, quiet)
    assert gone == ["scratches"]
