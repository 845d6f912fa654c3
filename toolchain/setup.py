"""Set-up: what is missing, in the order in which it is needed; nothing when all is there."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from operation import deployment
from operation.failure import Failure, refusal
from operation.progress import Progress
from operation.stack import ROOT, stack_named
from toolchain import cache, cli
from toolchain.base_image import BaseImage
from toolchain.bundle import archive, packing
from toolchain.bundle.bringing import Opened
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


def parts_from(bundle: Opened) -> tuple[Part, ...]:
    """The same without the network: what cannot come from a bundle is refused, and nothing is fetched."""
    install = bundle.install
    engine = (Engine(install=install), DockerCommand(install=install), Swarm())
    return (*engine, bundle.images(), BaseImage(), Cli(), Plugins())


def provide_all(wanted: Sequence[Part], progress: Progress) -> list[str]:
    """Provides what is missing or due, and looks again.

    Returns:
        the names of the parts that were provided.

    All are looked at before the first is touched: a host that is not ours to mend stays as it is.

    Raises:
        Failure: when one cannot be provided, or is still not healthy afterwards.
    """
    provided: list[str] = []
    with ThreadPoolExecutor() as looking:
        findings = list(looking.map(lambda part: part.look(), wanted))
    due = [part for part, finding in zip(wanted, findings, strict=True) if _is_due(finding)]
    for part in due:
        if not part.look().due:
            continue
        with progress.step(part.name):
            part.provide(progress)
            _refuse_unhealthy(part.look())
        provided.append(part.name)
    return provided


def _is_due(finding: Finding) -> bool:
    if not finding.due and not finding.healthy:
        raise refusal(f"{finding.part}: {finding.remedy}.", remedy="mend that, then the same command again.")
    return finding.due


def _refuse_unhealthy(finding: Finding) -> None:
    if not finding.healthy:
        raise Failure(f"{finding.part}: {finding.remedy}.", "nothing can be deployed from here yet.")


def _set_up(options: argparse.Namespace, progress: Progress) -> list[str]:
    if options.offline_bundle and not options.force:
        archive.refuse_existing(packing.absolute(options.offline_bundle))
    if options.opened:
        bundle = Opened(options.opened)
        bundle.place_programs(progress)
        return provide_all(parts_from(bundle), progress)
    provided = provide_all(parts(), progress)
    if options.offline_bundle:
        target = packing.absolute(options.offline_bundle)
        progress.say(packing.pack(target, progress, force=options.force))
    return provided


def _introduce(stack_name: str) -> None:
    """Makes the stack known to the CLI, which this process may have had no PATH to when it started."""
    stack = stack_named(stack_name)
    if deployment.is_introduced(stack):
        return
    choice = cli.chosen()
    if choice is not None:
        os.environ["PATH"] = f"{choice.folder}:{os.environ.get('PATH', '')}"
    deployment.introduce(stack)


def log_file(at: datetime, folder: Path = LOGS) -> Path:
    """Where this run's details go; made with the first of them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{at.strftime('%Y%m%dT%H%M%S')}-setup.log"


def main(arguments: Sequence[str] | None = None) -> int:
    """`./ops setup`."""
    parser = argparse.ArgumentParser("ops setup", description=__doc__)
    parser.add_argument("--stack", default="", help="whose state folder and passphrase are made too")
    parser.add_argument("--without-stack", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--offline-bundle", metavar="FILE", help="pack all that set-up needs into that file")
    parser.add_argument("--force", action="store_true", help="with --offline-bundle: replace the file")
    parser.add_argument("--from-bundle", metavar="FILE", help="set up from such a file, without the network")
    parser.add_argument("--opened", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    log = log_file(datetime.now(UTC))
    progress, started = Progress(log), time.monotonic()
    try:
        with cache.locked(Progress()):
            provided = _set_up(options, progress)
        if not options.without_stack:
            _introduce(options.stack)
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
