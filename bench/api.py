"""The api behind the load balancer, 50 clients at once through TLS: how fast, how sure, and what it costs."""

import io
import re
import secrets
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.balancer_peers import RECIPE
from bench.deployment import Deployment, own
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from operation.containers import client, containers
from operation.failure import Failure
from operation.progress import Progress
from tokens.bearer import ITEMS
from tokens.issue import issued
from tokens.keys import key_file

CONNECTIONS = 50
WARM = 2000
MINUTES = 60
WHOLE = re.compile(r"requests: (\d+) total, .* (\d+) succeeded, (\d+) failed, (\d+) errored")
SPEED = re.compile(r"finished in .*?, ([0-9.]+) req/s")
LOG = "/log/requests"
MEBIBYTE = 1024 * 1024
SERVICES = ("load-balancer", "api", "database")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--requests", type=positive, default=100_000, help="how many in all")


def _measure(options: Namespace, progress: Progress) -> Rows:
    with own(progress) as deployment, _tools(progress) as tools:
        with progress.step(f"up of {deployment.name}"):
            deployment.invoke("up", "--skip-backup")
        _load(deployment, tools, WARM)
        before = {role: _memory(deployment, role) for role in SERVICES}
        with progress.step(f"{options.requests} requests, {CONNECTIONS} at once"):
            said, times = _load(deployment, tools, options.requests)
        yield from rows(said, times, options.requests)
        for role, old in before.items():
            grown = (_memory(deployment, role) - old) / MEBIBYTE
            yield Row(f"memory of {role} after them", "≤ +5 MB", Series((round(grown, 1),), "MB"))


def rows(said: str, times: list[float], requests: int) -> Rows:
    """What the load generator found.

    Args:
        said: its standard output.
        times: milliseconds of each request.
        requests: how many there should be.

    Raises:
        Failure: when it did not say what is asked here.
    """
    whole, speed = WHOLE.search(said), SPEED.search(said)
    if whole is None or speed is None or not times:
        raise Failure(f"the load generator did not say how it went:\n{said}")
    bad = requests - int(whole[2])
    what = f"GET /items, {CONNECTIONS} connections"
    yield Row(f"{what}: median", "≤ 6 ms", Series((median(times),), "ms"))
    yield Row("the same: p99", "≤ 60 ms", Series((quantiles(times, n=100)[98],), "ms"))
    yield Row("the same: rate", "", Series((float(speed[1]),), "requests/s"))
    yield Row(f"requests not answered well, of {requests}", "0", Series((bad,), "requests"))


@contextmanager
def _tools(progress: Progress) -> Iterator[str]:
    """An image with the load generator."""
    engine, name = client(timeout=600), f"bench-{secrets.token_hex(3)}-tools"
    with progress.step("build the load generator"):
        engine.images.build(fileobj=io.BytesIO(RECIPE.encode()), tag=name, rm=True)
    try:
        yield name
    finally:
        engine.images.remove(name, force=True, noprune=True)


def _load(deployment: Deployment, tools: str, requests: int) -> tuple[str, list[float]]:
    """What h2load said, and the milliseconds of each request; from this host's own loopback."""
    stack = deployment.stack
    token = issued(key_file(stack), "bench", ITEMS, MINUTES)
    url = f"https://127.0.0.1:{stack.settings.load_balancer.https_port}/items?limit=1"
    argv = ["h2load", "--h1", "-n", str(requests), "-c", str(CONNECTIONS), f"--log-file={LOG}"]
    argv += ["-H", f"authorization: Bearer {token}", url]
    with tempfile.TemporaryDirectory() as folder:
        said: Any = client(timeout=900).containers.run(
            tools, argv, network_mode="host", volumes=[f"{folder}:/log"], remove=True
        )
        lines = (Path(folder) / Path(LOG).name).read_text().splitlines()
    return said.decode(), [int(line.split()[2]) / 1000 for line in lines]


def _memory(deployment: Deployment, role: str) -> float:
    """Bytes of the service's largest replica, without the page cache."""
    found = []
    for each in containers(deployment.stack, role):
        memory = each.stats(stream=False)["memory_stats"]
        cached = memory.get("stats", {})
        found.append(memory["usage"] - cached.get("inactive_file", cached.get("total_inactive_file", 0)))
    return float(max(found))


SUBJECT = Subject("api", "the api under load through TLS: latency, errors, memory", _arguments, _measure)
