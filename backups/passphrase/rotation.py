"""Another passphrase for repositories, in steps of which each can be done again.

pgBackRest encrypts with the configured passphrase only `archive.info`, `backup.info` and their copies; those
hold the random passphrases of everything else. It reads the copy where it cannot open the file. So first the
copies get the next passphrase, and both open the repository; then the database gets it; then the files do.
Nothing has to stand still, and a kill at any moment leaves repositories that the database opens. All steps
are done again after a kill: a backup meanwhile has written both files with the passphrase that it knew.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from backups import switch
from backups.backup import end_orphan
from backups.engine import REPOSITORIES
from backups.info import parse_backups, read_info, silent_repositories
from backups.passphrase import archiver, journal, rekeying, rotated
from backups.passphrase.archiver import Pause
from backups.passphrase.journal import CIPHERS, Phase, Rotation
from backups.passphrase.rekeying import Opened, Opens
from backups.proving.point_archive import archive_segment
from backups.vault.renewal import renew
from operation import custodian
from operation.containers import container, execute, required
from operation.failure import Failure, refusal
from operation.progress import Progress
from operation.stack import Stack

S3 = 2
SECRETS = "/etc/pgbackrest/conf.d/secrets.conf"
START_SECONDS = 60
FRACTION = timedelta(seconds=1)
"""A vault is read as of whole seconds."""


@dataclass(frozen=True)
class Rotated:
    """How it ended.

    Attributes:
        repositories: that have another passphrase.
        seconds: that it took, without those of earlier tries that were killed.
        pause: of archiving.
        backups: how many there are in them; all were made before.
    """

    repositories: tuple[str, ...]
    seconds: float
    pause: Pause
    backups: int


def looked(stack: Stack, numbers: list[int]) -> dict[int, Opened]:
    """Which passphrase opens each file, asked before anything is changed.

    Raises:
        Failure: when a repository does not answer, or the stack's own passphrase does not open it.
    """
    target, stanza = container(stack, "database"), stack.settings.backups.stanza
    found = {}
    for number in numbers:
        present = custodian.secret(stack, CIPHERS[number])
        found[number] = rekeying.look(target, stanza, number, present)
        if closed := closed_pairs(found[number]):
            raise refusal(
                f"the stack's passphrase opens neither {closed[0]} of repository {REPOSITORIES[number]} nor "
                "its copy.",
                remedy="`invoke backup.list` says whether the repository can be read at all.",
            )
    return found


def closed_pairs(opened: Opened) -> list[str]:
    """Files that do not open, and whose copies do not either; pure. One of the two mends the other."""
    return [file for file, opens in opened.items() if {opens, opened.get(f"{file}.copy")} == {Opens.NONE}]


def rotate(stack: Stack, rotation: Rotation, progress: Progress) -> Rotated:
    """Carries it out; needs the stack's lock.

    Raises:
        Failure: when a step fails; the same command goes on. Until then the database opens its repositories.
    """
    started = time.monotonic()
    target, stanza = _living(stack), stack.settings.backups.stanza
    end_orphan(target, stanza, progress)
    with progress.step(f"encrypt the copies of {rotation.names} anew"):
        for number in rotation.next:
            rekeying.encrypt_copies(target, stanza, number, *_both(rotation, number))
    opened_since = datetime.now(UTC) + FRACTION
    rotation = journal.at(stack, rotation, Phase.DATABASE)
    pause = _carried(stack, rotation, target, progress)
    rotation = journal.at(stack, rotation, Phase.FILES)
    target = _living(stack)
    with progress.step(f"encrypt the files of {rotation.names} anew"):
        for number in rotation.next:
            _encrypt_all(target, stanza, rotation, number)
    if S3 in rotation.next:
        rotated.keep(stack, opened_since)
    rotation = journal.at(stack, rotation, Phase.PROOF)
    backups = _proven(target, stanza, rotation, progress)
    _tell_vault(stack, rotation, progress)
    journal.clear(stack)
    names = tuple(REPOSITORIES[each] for each in rotation.next)
    return Rotated(names, round(time.monotonic() - started, 1), pause, backups)


def _living(stack: Stack) -> Any:
    """The database's container; an earlier try may have been killed while it started."""
    found = switch.alive(stack, START_SECONDS)
    if found is None:
        raise Failure(
            f"the database of stack {stack.name} does not answer.",
            "its repositories open by the passphrase that it has, and nothing is lost.",
            "`invoke up` starts it; then type the same command again.",
        )
    return found


def _both(rotation: Rotation, number: int) -> tuple[str, str]:
    return rotation.former[number], rotation.next[number]


def _carried(stack: Stack, rotation: Rotation, target: Any, progress: Progress) -> Pause:
    """The stack's secrets are the next ones, and the database runs with them; it restarts for that."""
    from infra.bring_up import deploy  # noqa: PLC0415  # it needs most of this package

    before = archiver.seen(target)
    for number, passphrase in rotation.next.items():
        custodian.write_private(custodian.secret_path(stack, CIPHERS[number]), f"{passphrase}\n".encode())
    deploy(Stack(stack.name, stack.root), progress)
    carrier = _living(stack)
    content = required(execute(carrier, ["cat", SECRETS]), "reading the database's passphrases")
    if not carries(content, rotation):
        raise Failure(
            "the database was deployed and does not have the next passphrase.",
            "both passphrases open the repositories still.",
            "`invoke up` says what keeps it from its settings; then type the same command again.",
        )
    with progress.step("wait for the first archived segment"):
        return archiver.since(carrier, before)


def carries(content: str, rotation: Rotation) -> bool:
    """Whether pgBackRest's secrets are the next ones; pure."""
    lines = content.splitlines()
    return all(f"repo{number}-cipher-pass={each}" in lines for number, each in rotation.next.items())


def _encrypt_all(target: Any, stanza: str, rotation: Rotation, number: int) -> None:
    found = rekeying.encrypt_all(target, stanza, number, *_both(rotation, number))
    if left := [file for file, opens in found.items() if opens is not Opens.NEXT]:
        raise Failure(
            f"{', '.join(left)} of repository {REPOSITORIES[number]} did not take the next passphrase.",
            "the database opens the repository by its copies.",
            "type the same command again.",
        )


def _proven(target: Any, stanza: str, rotation: Rotation, progress: Progress) -> int:
    """A new segment arrives in each, and the backups there can be listed; gives their number.

    Raises:
        Failure: when it does not.
    """
    with progress.step(f"archive a segment into {rotation.names}"):
        for number in rotation.next:
            archive_segment(target, stanza, number)
        info = read_info(target, stanza)
    silent = silent_repositories(info, stanza)
    for number in rotation.next:
        if number in silent:
            raise Failure(
                f"repository {REPOSITORIES[number]} has its next passphrase, and does not answer: "
                f"{silent[number]}",
                "both passphrases are kept until it does.",
                "`invoke status` tells more; then type the same command again.",
            )
    return sum(each.repository in rotation.next for each in parse_backups(info, stanza))


def _tell_vault(stack: Stack, rotation: Rotation, progress: Progress) -> None:
    """New locks; and what was overwritten just now is known, where nothing had been gone before."""
    if S3 not in rotation.next or stack.settings.object_store.outside:
        return
    renew(stack, progress, datetime.now(UTC).isoformat() if rotation.vault_in_order else "")
