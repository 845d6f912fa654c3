"""What bare `pulumi up` takes when there is nothing to do, by the number of resources."""

import json
import os
import secrets
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.command import timed
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT

LIMIT = 300.0
GOALS: Mapping[int, str] = {0: "", 5: "≤ 1.9 s", 50: "≤ 4 s", 200: "≤ 12 s"}
"""Seconds by the number of resources; none at all is what the engine and the program's start take."""
UP = ("pulumi", "up", "--yes", "--skip-preview", "--suppress-progress")
PREVIEWED = tuple(word for word in UP if word != "--skip-preview")
DOWN = ("pulumi", "destroy", "--yes", "--skip-preview", "--remove", "--suppress-progress")
PROGRAM = """\
import os
import pulumi_docker as docker

prefix = os.environ["BENCH_PREFIX"]
for number in range(int(os.environ["BENCH_RESOURCES"])):
    if number % 2:
        docker.ServiceConfig(f"config{number}", name=f"{prefix}-{number}", data="Zmlyc3Q=")
    else:
        labels = [docker.VolumeLabelArgs(label="bench", value=prefix)]
        docker.Volume(f"volume{number}", name=f"{prefix}-{number}", labels=labels)
"""
"""Half volumes, half configs: kinds that cost Docker nothing, so that the plugins' own time is seen."""


@dataclass(frozen=True)
class Project:
    """A Pulumi project of its own, its backend in its own folder.

    Attributes:
        folder: of the project.
        prefix: of all that it makes in Docker.
    """

    folder: Path
    prefix: str

    def run(self, resources: int, *argv: str) -> float:
        """Seconds of a command in the stack with this many resources."""
        environment = {
            **os.environ,
            "BENCH_PREFIX": f"{self.prefix}-{resources}",
            "BENCH_RESOURCES": str(resources),
            "PULUMI_BACKEND_URL": f"file://{self.folder}",
            "PULUMI_CONFIG_PASSPHRASE": self.prefix,
            "PULUMI_STACK": f"{self.prefix}-{resources}",
        }
        environment.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
        return timed(argv, LIMIT, cwd=self.folder, environment=environment).seconds


@contextmanager
def project(resources: int) -> Iterator[Project]:
    """A project whose stack is deployed once, and taken away however the block ends."""
    with tempfile.TemporaryDirectory() as name:
        made = Project(Path(name), f"bench-{secrets.token_hex(3)}")
        runtime = {"name": "python", "options": {"virtualenv": str(ROOT / ".venv")}}
        (made.folder / "Pulumi.yaml").write_text(json.dumps({"name": "bench", "runtime": runtime}))
        (made.folder / "__main__.py").write_text(PROGRAM)
        made.run(resources, "pulumi", "stack", "init", f"{made.prefix}-{resources}")
        try:
            made.run(resources, *UP)
            yield made
        finally:
            _remove(made, resources)


def _remove(made: Project, resources: int) -> None:
    try:
        made.run(resources, *DOWN)
    except Failure as failure:
        raise Failure(
            f"the stack that was measured cannot be removed: {failure}",
            remedy=f"docker volume and docker config: remove what begins with {made.prefix}.",
        ) from failure


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=positive, default=5, help="how often each `up` is done")


def _measure(options: Namespace, progress: Progress) -> Rows:
    floors: dict[str, Series] = {}
    for resources, goal in GOALS.items():
        with progress.step(f"up with {resources} resources and nothing to do"), project(resources) as made:
            found = {
                how: Series(tuple(made.run(resources, *argv) for _ in range(options.rounds)))
                for how, argv in (("`pulumi up --skip-preview`", UP), ("`pulumi up`", PREVIEWED))
            }
        for how, series in found.items():
            floor = floors.get(how)
            peer = "the same with none" if floor else ""
            yield Row(f"no-op {how}, {resources} resources", goal, series, peer, floor)
            floors.setdefault(how, series)


SUBJECT = Subject("resources", "bare `pulumi up` without a change, by resources", _arguments, _measure)
