"""Pulses: all accepted have their effect, none has two, with a worker killed at work; and how fast."""

import secrets
import time
from argparse import ArgumentParser, Namespace

from backups.engine import query
from bench.deployment import Deployment, own
from bench.row import Row, Rows
from bench.series import Series
from bench.subject import Subject, positive
from operation.containers import containers, wait_for
from operation.progress import Progress
from pulses.backlog import backlog
from pulses.desk import STREAM, Desk, desk_of

LIMIT = 600.0
CHUNK = 5000
SEND = f"""for i = 1, ARGV[2] do redis.call('XADD', '{STREAM}', '*', 'key', ARGV[1] .. ':' .. i,
'kind', 'count', 'payload', '{{"amount":1}}', 'at', '', 'request_id', '') end"""


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pulses", type=positive, default=30_000, help="how many in each run")


def _measure(options: Namespace, progress: Progress) -> Rows:
    with own(progress) as deployment:
        with progress.step(f"up of {deployment.name}"):
            deployment.invoke("up", "--skip-backup")
        for killed in (False, True):
            with progress.step(f"{options.pulses} pulses{', a worker killed' if killed else ''}"):
                yield from _run(deployment, options.pulses, killed=killed)


def _run(deployment: Deployment, number: int, *, killed: bool) -> Rows:
    desk, name = desk_of(deployment.stack), secrets.token_hex(4)
    before, started = _counted(deployment), time.monotonic()
    _send(desk, name, number)
    sent = time.monotonic() - started
    if killed:
        wait_for(lambda: _effects(deployment, name) > 0, LIMIT, "the first effect")
        containers(deployment.stack, "pulse")[0].kill("SIGKILL")
    wait_for(lambda: _effects(deployment, name) >= number, LIMIT, "the last effect")
    seconds = time.monotonic() - started
    wait_for(lambda: _is_settled(desk), LIMIT, "the last acknowledgement")
    how = ", a worker killed with -9 at work" if killed else ""
    yield Row(f"accepted{how}", f"{number}", Series((number,), "pulses"))
    yield Row(f"effects{how}", f"{number}", Series((_effects(deployment, name),), "keys"))
    counted = _counted(deployment) - before
    yield Row(f"effects by the totals{how}", f"{number}", Series((counted,), "effects"))
    yield Row(f"from the first accepted to the last effect{how}", "", Series((seconds,)))
    yield Row(f"rate{how}", "", Series((number / seconds,), "pulses/s"))
    yield Row(f"of it until all were accepted{how}", "", Series((sent,)))


def _send(desk: Desk, name: str, number: int) -> None:
    for start in range(0, number, CHUNK):
        desk.ask("EVAL", SEND, "1", STREAM, f"{name}:{start}", str(min(CHUNK, number - start)))


def _is_settled(desk: Desk) -> bool:
    found = backlog(desk)
    return found.waiting == 0 and found.pending == 0


def _effects(deployment: Deployment, name: str) -> int:
    statement = f"select count(*) from pulse_results where key like '{name}:%'"  # noqa: S608  # our own name
    return int(query(deployment.database, statement, "bem"))


def _counted(deployment: Deployment) -> int:
    return int(query(deployment.database, "select coalesce(sum(count), 0) from pulse_totals", "bem"))


SUBJECT = Subject("pulses", "pulses accepted, their effects, and a worker killed", _arguments, _measure)
