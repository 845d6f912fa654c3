"""Deploying: the first time, again with nothing to do, and after `down`."""

from argparse import ArgumentParser, Namespace

from bench.deployment import Deployment, own
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from operation.containers import client
from operation.progress import Progress

BARE = ("pulumi", "up", "--yes", "--skip-preview")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=positive, default=3, help="how often all but the first `up` is done")


def _measure(options: Namespace, progress: Progress) -> Rows:
    built = bool(client().images.list(filters={"reference": "bem-database:*"}))
    with own(progress) as deployment:
        with progress.step(f"first up of {deployment.name}"):
            first = deployment.invoke("up").seconds
        images = "images built already" if built else "images built too"
        yield Row(f"first `invoke up`, {images}, two backups and their proofs", "", Series((first,)))
        yield from _again(deployment, options.rounds, progress)
        yield from _down_and_up(deployment, options.rounds, progress)


def _again(deployment: Deployment, rounds: int, progress: Progress) -> Rows:
    ours, bare = [], []
    for number in range(1, rounds + 1):
        with progress.step(f"up with nothing to do, {number} of {rounds}"):
            ours.append(deployment.run("./ops", "up", "--stack", deployment.name).seconds)
            bare.append(deployment.run(*BARE).seconds)
    yield Row("second `./ops up`", "≤ 15 s", Series(tuple(ours)), f"`{' '.join(BARE)}`", Series(tuple(bare)))


def _down_and_up(deployment: Deployment, rounds: int, progress: Progress) -> Rows:
    downs, ups = [], []
    for number in range(1, rounds + 1):
        with progress.step(f"down and up, {number} of {rounds}"):
            downs.append(deployment.invoke("down", "--yes").seconds)
            ups.append(deployment.invoke("up").seconds)
    both = tuple(down + up for down, up in zip(downs, ups, strict=True))
    yield Row("`invoke down`, then `invoke up`", "≤ 60 s", Series(both))
    yield Row("of it `invoke down`", "", Series(tuple(downs)))
    yield Row("of it `invoke up`", "", Series(tuple(ups)))


SUBJECT = Subject("up", "deploying: first, again, and after `down`", _arguments, _measure)
