"""Another image under load: `invoke deploy` beside `docker compose up -d`, which recreates the service."""

import io
import secrets
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.broadcast import Target
from bench.clients import Clients, Record
from bench.deployment import Deployment, own
from bench.docker_compose import Compose, image
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject
from bench.subscriber import Subscriber
from operation.containers import client, container, wait_for
from operation.failure import Failure
from operation.outage import answers
from operation.progress import Progress
from tokens.issue import issued
from tokens.keys import key_file

SERVICES = ("api", "realtime")
PEER = "`docker compose up -d`"
OVERRIDE = "services:\n  {service}:\n    labels:\n      bench: '{word}'\n"
"""Another label, as another image: Compose recreates the service."""

SETTLED = 60.0
"""Seconds for the first answer after a start."""

MINUTES = 60


@dataclass(frozen=True)
class Rolled:
    """What clients saw of one roll-out.

    Attributes:
        seconds: that the command took.
        requests: to the api, all the time.
        missing: kept messages that the subscriber has not got.
    """

    seconds: float
    requests: Record
    missing: int


def _arguments(_parser: ArgumentParser) -> None:
    """None."""


def _measure(_options: Namespace, progress: Progress) -> Rows:
    with own(progress) as deployment:
        with progress.step(f"up of {deployment.name}"):
            deployment.invoke("up", "--skip-backup")
        ours = {}
        for service in SERVICES:
            with progress.step(f"deploy of {service}"), _another(deployment, service) as tag:
                words = ("deploy", "--service", service, "--image", tag)
                ours[service] = _watched(deployment, lambda words=words: deployment.invoke(*words))  # type: ignore[misc]
        deployment.invoke("down", "--yes")
        with progress.step("the same stack by Docker Compose"):
            theirs = dict(_by_compose(deployment))
    for service in SERVICES:
        yield from rows(service, ours[service], theirs[service])


def rows(service: str, ours: Rolled, theirs: Rolled) -> Rows:
    """The figures of one service, side by side."""
    what = f"another image of {service}"
    failed = Series((ours.requests.failed,), "requests"), Series((theirs.requests.failed,), "requests")
    yield Row(f"{what}: failed, of {ours.requests.good} requests", "0", failed[0], PEER, failed[1])
    longest = Series((ours.requests.longest,)), Series((theirs.requests.longest,))
    yield Row("the same: longest time without an answer", "", longest[0], PEER, longest[1])
    missing = Series((ours.missing,), "messages"), Series((theirs.missing,), "messages")
    yield Row("the same: messages that a client with resume lost", "0", missing[0], PEER, missing[1])
    yield Row("the same: time", "", Series((ours.seconds,)), PEER, Series((theirs.seconds,)))


def _watched(deployment: Deployment, action: Callable[[], object]) -> Rolled:
    stack = deployment.stack
    target = Target(
        f"wss://localhost:{stack.settings.load_balancer.https_port}/ws",
        issued(key_file(stack), "bench", ["realtime"], MINUTES),
        str(stack.folder / "certs" / "root.pem"),
    )
    with Clients(stack) as clients, Subscriber(target) as subscriber:
        started = time.monotonic()
        action()
        seconds = time.monotonic() - started
        wait_for(lambda: answers(stack), SETTLED, "an answer after the roll-out")
    if not subscriber.heard:
        raise Failure("the subscriber has heard nothing.", "that no message was lost would say nothing.")
    return Rolled(seconds, clients.record, subscriber.missing)


@contextmanager
def _another(deployment: Deployment, service: str) -> Iterator[str]:
    """The image that serves, with one more label."""
    engine = client(timeout=600)
    present = container(deployment.stack, service).image.id
    tag = f"bench-{secrets.token_hex(3)}-{service}:another"
    recipe = f"FROM {present}\nLABEL bench={secrets.token_hex(3)}\n"
    engine.images.build(fileobj=io.BytesIO(recipe.encode()), tag=tag, rm=True)
    try:
        yield tag
    finally:
        engine.images.remove(tag, force=True, noprune=True)


def _by_compose(deployment: Deployment) -> Iterator[tuple[str, Rolled]]:
    deployment.invoke("compose")
    folder = deployment.stack.folder / "compose"
    file = folder / "docker-compose.yaml"
    with image() as program:
        whole = Compose(program, (file,))
        try:
            whole.run("up", "--detach", "--quiet-pull")
            wait_for(lambda: answers(deployment.stack), SETTLED, "an answer of the composed stack")
            for service in SERVICES:
                changed = Compose(program, (file, _override(folder, service)))
                yield service, _watched(deployment, lambda service=service: changed.run("up", "-d", service))  # type: ignore[misc] # noqa: B023
        finally:
            whole.run("down", "--volumes", "--timeout", "20")
            _forget(deployment)


def _override(folder: Path, service: str) -> Path:
    path = folder / f"{service}.override.yaml"
    path.write_text(OVERRIDE.format(service=service, word=secrets.token_hex(3)))
    return path


def _forget(deployment: Deployment) -> None:
    """Removes the images by their tags; the base image stays."""
    engine = client()
    for each in engine.images.list(filters={"reference": f"bem-*:{deployment.name}-compose"}):
        for tag in each.tags:
            if tag.endswith(f":{deployment.name}-compose"):
                engine.images.remove(tag)


SUBJECT = Subject(
    "roll-outs",
    "another image under load, beside Docker Compose recreating the service",
    _arguments,
    _measure,
)
