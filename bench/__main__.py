"""`python -m bench SUBJECT`: measures one thing next to its peer; asserts nothing.

Run it in the environment of the project (`eval "$(./ops env)"`), on a machine that does nothing else.
"""

import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import closing
from types import FrameType

from bench import (
    api,
    backup,
    backups,
    block,
    bring_up,
    certificates,
    drill,
    invocation,
    load_balancers,
    pulses,
    renewals,
    resources,
    restore,
    rollouts,
    setup_log,
    table,
    websocket,
    zero_loss,
)
from bench.row import Row
from bench.subject import Subject
from operation.failure import Failure
from operation.progress import Progress

SUBJECTS = tuple(
    each.SUBJECT
    for each in (
        invocation,
        bring_up,
        backup,
        backups,
        restore,
        drill,
        setup_log,
        resources,
        load_balancers,
        api,
        pulses,
        renewals,
        rollouts,
        websocket,
        certificates,
        zero_loss,
    )
)
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, shows, and writes down what is complete.

    Returns:
        0 when all was measured, however large the figures are.
    """
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _terminated)
    rows: list[Row] = []
    try:
        if options.write:
            block.check(options.subject.name)
        _measure(options, rows)
        if options.write:
            block.write(options.subject.name, table.markdown(rows))
    except Failure as failure:
        return _told(options, rows, f"✗ {failure}", failure.exit_code)
    except KeyboardInterrupt:
        return _told(options, rows, "✗ interrupted.", INTERRUPTED)
    return _told(options, rows, "", 0)


def _measure(options: Namespace, rows: list[Row]) -> None:
    subject: Subject = options.subject
    with closing(subject.measure(options, Progress())) as measured:
        rows.extend(measured)


def _told(options: Namespace, rows: list[Row], words: str, status: int) -> int:
    """Shows the rows that there are, and says why there are no more."""
    if options.json:
        table.show_json(rows)
    elif rows:
        table.show(rows)
    if words:
        sys.stderr.write(f"{words}\n")
    return status


def _parser() -> ArgumentParser:
    parser = ArgumentParser("python -m bench", description="Measures one thing next to its peer.")
    subparsers = parser.add_subparsers(required=True, metavar="SUBJECT")
    for subject in SUBJECTS:
        inner = subparsers.add_parser(subject.name, help=subject.says, description=subject.says)
        inner.add_argument("--json", action="store_true", help="print JSON, with every single value")
        inner.add_argument("--write", action="store_true", help="write the rows into docs/measurements.md")
        subject.arguments(inner)
        inner.set_defaults(subject=subject)
    return parser


def _terminated(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
