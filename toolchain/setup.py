"""Set-up: what is missing, in the order in which it is needed; nothing when all is there."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from operation import deployment
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT, stack_named
from toolchain import cache, cli
from toolchain.base_image import BaseImage
from toolchain.cli import Cli
from toolchain.docker_command import DockerCommand
from toolchain.engine import Engine
from toolchain.part import Finding, Part
from toolchain.plugins import Plugins
from toolchain.swarm import Swarm

INTERRUPTED = 130
LOGS = ROOT / ".ops" / "logs"


def parts() -> tuple[Part, ...]:
    """All parts, each after those that it needs."""
    return (Engine(), DockerCommand(), Swarm(), BaseImage(), Cli(), Plugins())


def provide_all(wanted: Sequence[Part], progress: Progress) -> list[str]:
    """Provides what is missing or due, and looks again.

    Returns:
        the names of the parts that were provided.

    Raises:
        Failure: when one cannot be provided, or is still not healthy afterwards.
    """
    provided = []
    for part in wanted:
        finding = part.look()
        if not finding.due:
            _refuse_unhealthy(finding)
            continue
        with progress.step(part.name):
            part.provide(progress)
            _refuse_unhealthy(part.look())
        provided.append(part.name)
    return provided


def _refuse_unhealthy(finding: Finding) -> None:
    if not finding.healthy:
        raise Failure(f"{finding.part}: {finding.remedy}.", "nothing can be deployed from here yet.")


def _introduce(stack_name: str) -> None:
    """Makes the stack known to the CLI, which this process may have had no PATH to when it started."""
    choice = cli.chosen()
    if choice is not None:
        os.environ["PATH"] = f"{choice.folder}:{os.environ.get('PATH', '')}"
    deployment.introduce(stack_named(stack_name))


def log_file(at: datetime, folder: Path = LOGS) -> Path:
    """Where this run's details go; made with the first of them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{at.strftime('%Y%m%dT%H%M%S')}-setup.log"


def main(arguments: Sequence[str] | None = None) -> int:
    """`./ops setup`."""
    parser = argparse.ArgumentParser("ops setup", description=__doc__)
    parser.add_argument("--stack", default="", help="whose state folder and passphrase are made too")
    stack_name = parser.parse_args(arguments).stack
    log = log_file(datetime.now(UTC))
    progress, started = Progress(log), time.monotonic()
    try:
        with cache.locked(Progress()):
            provided = provide_all(parts(), progress)
        _introduce(stack_name)
    except Failure as failure:
        sys.stderr.write(f"{failure}\n" + (f"  log: {log}\n" if log.exists() else ""))
        return failure.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; the same command goes on from here.\n")
        return INTERRUPTED
    done = f"provided {', '.join(provided)}; log: {log}" if provided else "all is there"
    Progress().say(f"Set-up: {done} ({time.monotonic() - started:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
