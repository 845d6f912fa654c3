"""Requests a second through HAProxy with our configuration, and through its peers with the same duties."""

import io
import re
import secrets
import shutil
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.balancer_peers import BACKEND, CADDY, NGINX, PORT, RECIPE
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from certs.pairs.profile import Profile
from certs.pairs.store import ensure
from certs.revocation.lists import current, reissue
from infra.balancer_file import filled_in
from infra.routes import Route
from infra.sections.load_balancer import LoadBalancer, RateLimit
from operation.containers import client, wait_for
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

CONNECTIONS = 50
SPEED = re.compile(r"finished in .*?, ([0-9.]+) req/s")
WHOLE = re.compile(r"requests: (\d+) total, .* (\d+) succeeded, 0 failed, 0 errored")
PROTOCOLS = {"HTTP/1.1": ["--h1"], "HTTP/2": []}
OURS = "HAProxy"
SECONDS = 20.0
"""Longest wait for the first answer."""
NO_LIMIT = 10_000_000
"""Counted, but never reached: a refusal is cheaper than an answer."""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--requests", type=positive, default=20_000, help="of each run")
    parser.add_argument("--rounds", type=positive, default=3, help="runs of each, in turn")


def _measure(options: Namespace, progress: Progress) -> Rows:
    found: dict[tuple[str, str], list[float]] = {}
    with _street(progress) as (names, ask):
        for number in range(options.rounds):
            for name in names:
                for protocol in PROTOCOLS:
                    with progress.step(f"round {number + 1}: {name}, {protocol}"):
                        found.setdefault((name, protocol), []).append(ask(name, protocol, options.requests))
    for (name, protocol), speeds in found.items():
        if name != OURS:
            ours = Series(tuple(found[OURS, protocol]), "requests/s")
            beside = Series(tuple(speeds), "requests/s")
            yield Row(f"{OURS}, {protocol}, {CONNECTIONS} connections", f"≥ {name}", ours, name, beside)


@contextmanager
def _street(progress: Progress) -> Iterator[tuple[list[str], Any]]:
    """All load balancers side by side before one backend; removed however the block ends.

    Raises:
        Failure: when an image cannot be built, or one of them does not answer.
    """
    name, engine = f"bench-{secrets.token_hex(3)}", client(timeout=600)
    stack = Stack(name, given={})
    with ExitStack() as made:
        folder = Path(made.enter_context(tempfile.TemporaryDirectory()))
        made.callback(shutil.rmtree, stack.folder, ignore_errors=True)
        files = _files(stack, folder)
        with progress.step("build images"):
            tools, _ = engine.images.build(fileobj=io.BytesIO(RECIPE.encode()), tag=f"{name}-tools", rm=True)
            recipe = str(stack.root / "infra" / "images" / "load-balancer")
            haproxy, _ = engine.images.build(path=recipe, tag=f"{name}-haproxy", rm=True)
        for tag in (f"{name}-tools", f"{name}-haproxy"):
            made.callback(engine.images.remove, tag, force=True, noprune=True)
        network = engine.networks.create(name)
        made.callback(network.remove)
        commands = {
            "api": (tools, ["nginx", "-c", "/files/backend"]),
            OURS: (haproxy, ["sh", "-c", "mkdir /run/haproxy; exec haproxy -W -db -f /files/haproxy"]),
            "nginx": (tools, ["nginx", "-c", "/files/nginx"]),
            "Caddy": (tools, ["caddy", "run", "--config", "/files/caddy", "--adapter", "caddyfile"]),
        }
        volumes = [f"{files}:/files:ro", f"{folder / 'certs'}:/certs:ro"]
        runs = {}
        for role, (image, command) in commands.items():
            run = runs[role] = _run(engine, image.id, command, volumes)
            made.callback(run.remove, force=True, v=True)
            aliases = ["api"] if role == "api" else [role.lower()]
            network.connect(run, aliases=aliases)
            run.start()

        def ask(role: str, protocol: str, requests: int) -> float:
            url = f"https://load-balancer:{PORT}/items?limit=1"
            there = [f"--connect-to={role.lower()}:{PORT}"]
            argv = ["h2load", "-n", str(requests), "-c", str(CONNECTIONS), "-m", "1", *PROTOCOLS[protocol]]
            return _speed(engine, tools.id, name, [*argv, *there, url])

        for role in [OURS, "nginx", "Caddy"]:
            _await(ask, role, runs[role])
        yield [OURS, "nginx", "Caddy"], ask


def _run(engine: Any, image: str, command: list[str], volumes: list[str]) -> Any:
    from docker.types import Ulimit  # noqa: PLC0415

    return engine.containers.create(
        image,
        entrypoint=command,
        user="0:0",
        volumes=volumes,
        tmpfs={"/run": "mode=1777"},
        ulimits=[Ulimit(name="nofile", soft=20_000, hard=20_000)],
        log_config={"type": "local"},
    )


def _files(stack: Stack, folder: Path) -> Path:
    """The certificates, one pair for all, and the configurations."""
    names = ("load-balancer", "api")
    profile = Profile(
        party="bench", common_name="bench", names=names, addresses=(), server=True, client=True, uid=0, days=1
    )
    leaf = ensure(stack, profile)
    reissue(stack)
    pair = {
        "cert": leaf.chain,
        "key": leaf.key,
        "pair": leaf.chain + leaf.key,
        "ca": leaf.anchors,
        "crl": current(stack),
    }
    served, files = folder / "certs" / "current", folder / "files"
    for made in (served, files):
        made.mkdir(parents=True)
    for name, content in pair.items():
        (served / f"{name}.pem").write_bytes(content)
    limits = RateLimit(requests_per_client=NO_LIMIT, requests_per_token=NO_LIMIT)
    balancer = LoadBalancer(https_port=PORT, rate_limit=limits)
    ours = filled_in(stack, balancer, [Route("api", slots=2)])
    texts: Mapping[str, str] = {"backend": BACKEND, "haproxy": ours, "nginx": NGINX, "caddy": CADDY}
    for name, text in texts.items():
        (files / name).write_text(text)
    return files


def _await(ask: Any, role: str, run: Any) -> None:
    try:
        wait_for(lambda: _answers(ask, role), SECONDS, f"an answer of {role}")
    except Failure as failure:
        raise Failure(f"{failure.what}\n{run.logs(tail=10).decode(errors='replace')}") from failure


def _answers(ask: Any, role: str) -> bool:
    try:
        return bool(ask(role, "HTTP/1.1", CONNECTIONS))
    except Failure:
        return False


def _speed(engine: Any, image: str, network: str, argv: list[str]) -> float:
    """Requests a second of one run of h2load.

    Raises:
        Failure: when not every request was answered well.
    """
    from docker.errors import ContainerError  # noqa: PLC0415

    try:
        said = engine.containers.run(image, argv, network=network, remove=True, stderr=True).decode()
    except ContainerError as error:
        raise Failure(f"h2load failed: {error.stderr.decode().strip()}") from error
    speed, whole = SPEED.search(said), WHOLE.search(said)
    if speed is None or whole is None or whole[1] != whole[2] or "0 4xx, 0 5xx" not in said:
        raise Failure(f"not every request was answered well:\n{said}", "the figure would say nothing.")
    return float(speed[1])


SUBJECT = Subject(
    "load-balancers", "HAProxy with our configuration beside nginx and Caddy", _arguments, _measure
)
