"""A host without Docker: what services, volumes and scratches a move would see, and a log of what it did."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backups import attempt, generation, move, switch, undo
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.backups.scene import Container


class World:
    """Stands for Swarm and Docker at the edge of `backups`.

    Attributes:
        did: what was done, in order.
        service: the volume that the service names, or empty.
        volumes: volumes that exist.
        sick: volumes on which the database does not become healthy.
        lives: whether the database answers.
        broken: deeds that fail, by their first word.
        target: the container that answers.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.did: list[str] = []
        self.service = stack.volume(2)
        self.volumes = {stack.volume(1), stack.volume(2)}
        self.sick: set[str] = set()
        self.lives = True
        self.broken: set[str] = set()
        self.target = Container()

    def note(self, deed: str) -> None:
        """Remembers a deed, or fails it."""
        if deed.split(maxsplit=1)[0] in self.broken:
            message = f"{deed} is broken"
            raise Failure(message)
        self.did.append(deed)

    def start_database(self, _stack: Stack, volume: str, image: str = "") -> Container:
        """Healthy on every volume but the sick ones."""
        self.service = volume
        self.note(f"start {_short(volume)}{f' with {image}' * bool(image)}")
        if volume in self.sick:
            message = f"the database's start on volume {volume} did not happen"
            raise Failure(message)
        self.lives = True
        return self.target

    def stop_database(self, _stack: Stack) -> None:
        """Always stops."""
        self.note("stop")
        self.lives = False

    def update(self, _stack: Stack, replicas: int, volume: str, image: str = "") -> None:
        """Changes the service without waiting."""
        self.service = volume or self.service
        self.note(f"update {replicas} {_short(volume)}{f' with {image}' * bool(image)}")

    def remove_volume(self, name: str, _engine: Any = None) -> None:
        """Refuses what serves."""
        assert name != self.service, "the serving volume must not go"
        self.note(f"remove {_short(name)}")
        self.volumes.discard(name)

    def ensure_volume(self, _stack: Stack, name: str, _engine: Any = None) -> None:
        """Is there afterwards."""
        self.volumes.add(name)

    def up(self, stack: Stack, _progress: Progress) -> None:
        """The deployment: what the file says is what is declared."""
        self.note(f"up g{stack.settings.database.generation} kept {list(stack.settings.database.kept)}")

    @contextmanager
    def scratch(
        self, _stack: Stack, volume: str, *, old: str = "", received: str = "", **_: Any
    ) -> Iterator[Container]:
        """A container on that volume."""
        self.volumes.add(volume)
        beside = f" old {_short(old)}" if old else ""
        self.note(f"scratch {_short(volume)}{beside}" + (" received" if received else ""))
        yield self.target

    def alive(self, _stack: Stack, _patience: float = 0) -> Container | None:
        """The database, when it answers."""
        return self.target if self.lives else None


def _short(volume: str) -> str:
    return volume.rsplit("-", 1)[-1]


def placed(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Puts the world in the place of Docker in every module that a move goes through."""
    for name in ("start_database", "stop_database", "update", "alive"):
        monkeypatch.setattr(switch, name, getattr(world, name))
    monkeypatch.setattr(switch, "serving_volume", lambda _stack: world.service)
    for module in (move, attempt, generation, undo):
        for name in ("remove_volume", "ensure_volume", "scratch", "up"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, getattr(world, name))
        if hasattr(module, "volume_exists"):
            monkeypatch.setattr(module, "volume_exists", lambda name, _engine=None: name in world.volumes)
    monkeypatch.setattr(move, "remove_scratches", lambda _stack: world.note("clear scratches"))
    monkeypatch.setattr(move, "sweep", lambda _stack, _progress: None)
    monkeypatch.setattr(move, "establish", lambda _stack, stanza: world.note(f"establish {stanza}"))
    monkeypatch.setattr(move, "archiving_on", lambda _target, _stanza: world.note("archive"))
    return world
