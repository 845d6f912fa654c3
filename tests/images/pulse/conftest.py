"""Workers of the platform's own image, over a real Redis and a real PostgreSQL."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from infra.parties import PULSE
from infra.services import image_args
from operation.stack import Stack
from tests.images.conftest import IMAGES, Party, Password, query
from tests.images.workshop import Container, Workshop, healthy, until

Start = Callable[..., Container]


@dataclass(frozen=True)
class Desk:
    """What a test does at both ends of the workers."""

    cache: Container
    database: Container

    def ask(self, *words: str) -> Any:
        """What Redis answers its administrator."""
        status, output = self.cache.exec_run(["ask", *words])
        assert status == 0, output
        return json.loads(output)

    def send(self, prefix: str, number: int, kind: str = "count", payload: str = '{"amount":2}') -> None:
        """Hands over so many pulses with keys of their own, as fast as Redis takes them."""
        script = """for i = 1, ARGV[2] do redis.call('XADD', 'pulses', '*', 'key', ARGV[1] .. i,
            'kind', ARGV[3], 'payload', ARGV[4], 'at', '', 'request_id', 'test') end"""
        self.ask("EVAL", script, "0", prefix, str(number), kind, payload)

    def effects(self, prefix: str) -> int:
        """Results whose key begins so; -1 while the database is away."""
        statement = f"select count(*) from pulse_results where key like '{prefix}%'"
        return int(query(self.database, statement) or -1)

    def total(self, kind: str = "count") -> tuple[int, int]:
        """How many effects the totals count, and their sum."""
        statement = f"select count || ' ' || sum from pulse_totals where kind = '{kind}'"
        count, amount = (query(self.database, statement) or "0 0").split()
        return int(count), int(amount)

    def settled(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        groups = self.ask("XINFO", "GROUPS", "pulses")
        return all(each["lag"] == 0 and each["pending"] == 0 for each in groups)

    def dead(self) -> list[dict[str, str]]:
        """The dead letters, the oldest first."""
        rows = self.ask("XRANGE", "pulses:dead", "-", "+")
        return [dict(zip(words[::2], words[1::2], strict=True)) for _, words in rows]


@pytest.fixture(scope="session")
def desk(cache: Container, database: Container) -> Desk:
    """Both ends."""
    return Desk(cache, database)


@pytest.fixture(scope="session")
def pulse_image(workshop: Workshop) -> str:
    """The image of the workers."""
    args = image_args(Stack("local"), PULSE)
    assert args.context
    return workshop.build("pulse", args.context, IMAGES / "service" / "Dockerfile", args.args)


@pytest.fixture(scope="session")
def start(workshop: Workshop, party: Party, cache_password: Password, pulse_image: str) -> Start:
    """Starts one more worker."""
    certificates = party(PULSE.role, PULSE.uid, PULSE.common_name)
    mounts = {str(certificates): "/certs:ro", **cache_password(PULSE.role, PULSE.uid)}

    def worker(**more: str) -> Container:
        environment = {"PULSE_BATCH": "100", "PULSE_TRIES": "3", **more}
        return workshop.run(pulse_image, PULSE.role, mounts, environment)

    return worker


@pytest.fixture(scope="session")
def crew() -> list[Container]:
    """The worker that the tests share."""
    return []


@pytest.fixture
def worker(start: Start, desk: Desk, crew: list[Container]) -> Container:
    """One that works: the one of the test before, if that has not ended it."""
    assert desk
    if not crew or (crew[0].reload() or crew[0].status) != "running":
        crew[:] = [start()]
    until(lambda: healthy(crew[0])[0], 20)
    until(desk.settled, 60)  # what other tests have left
    return crew[0]
