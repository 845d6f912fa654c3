"""The stanza: pgBackRest's name for this cluster, made in both repositories before archiving starts."""

from typing import TYPE_CHECKING, Any

import docker  # noqa: F401  # whole, while one thread loads this; two that import parts of it see halves
import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider

from operation.failure import Failure
from operation.stack import Stack

if TYPE_CHECKING:
    from operation.containers import Output

OTHER_CLUSTER = "[028]"
"""pgBackRest's error for a repository that does not match the database («BackupMismatchError»)."""
UNREADABLE = ("FormatError", "CryptoError")
"""What it says at once of a repository whose files another passphrase encrypts."""
READY_SECONDS = 60
"""How long the repositories may take to answer; the object store has just become healthy."""


class _StanzaProvider(ResourceProvider):
    """Importable, so that Pulumi pickles a reference."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Makes the stanza, then turns archiving on, then has pgBackRest check the whole way."""
        establish(Stack(props["stack"]), props["stanza"])
        return CreateResult(id_=f"{props['stack']}-{props['stanza']}", outs=props)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another name or place is another stanza; the old one's backups stay."""
        replaced = [key for key in ("stack", "stanza", "place") if olds.get(key, "") != news.get(key, "")]
        return DiffResult(changes=bool(replaced), replaces=replaced)


class Stanza(Resource, module="bem", name="Stanza"):
    """Declares the stanza; depends on the database and the object store."""

    stanza: pulumi.Output[str]

    def __init__(
        self, name: str, stack: str, stanza: str, place: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        properties = {"stack": stack, "stanza": stanza, **({"place": place} if place else {})}
        super().__init__(_StanzaProvider(), name, properties, opts)


def establish(stack: Stack, stanza: str) -> None:
    """Makes the stanza in both repositories and starts archiving; does no harm where it is done already.

    `stanza-create` cannot take its lock while an asynchronous push keeps failing, as it does where a
    repository is new to a database that archives. There archiving is off until then; should this be killed,
    it goes on by itself after ten minutes.

    Raises:
        Failure: when a repository does not answer, or holds another cluster's backups.
    """
    from backups.engine import archiving_off, archiving_on, pgbackrest  # noqa: PLC0415
    from operation.containers import container, execute, required, wait_for  # noqa: PLC0415

    target = container(stack, "database")
    create = pgbackrest(stanza, "stanza-create")
    last: Output | None = None

    def decided() -> bool:
        nonlocal last
        first, last = last is None, execute(target, create)
        words = last.stdout + last.stderr
        done = last.status == 0 or OTHER_CLUSTER in words or _closed(words)
        if first and not done:
            archiving_off(target)
        return done

    try:
        wait_for(decided, READY_SECONDS, "stanza-create")
    finally:
        if last is not None and _closed(last.stdout + last.stderr):
            raise _other_passphrase(stack)
        if last is not None:
            required(last, "stanza-create", _remedy(last))
    archiving_on(target, stanza)
    required(
        execute(target, pgbackrest(stanza, "check", "--archive-timeout=30")),
        "pgBackRest's check of archiving",
        "`invoke logs database` tells more; then `invoke up`.",
    )


def _closed(words: str) -> bool:
    return any(each in words for each in UNREADABLE)


def _other_passphrase(stack: Stack) -> Failure:
    """What it says itself are octets that no terminal should show."""
    return Failure(
        f"a repository of stack {stack.name} does not open with the passphrase in {stack.folder}.",
        "its volume or bucket is of another checkout, or of before that folder was lost; it is as it was.",
        "bring the folder back, or `./ops recover` with the recovery kit; or give this stack another name. "
        f"Where nobody needs it any more: `invoke down --destroy-data {stack.name}`.",
    )


def _remedy(output: "Output") -> str:
    if OTHER_CLUSTER in output.stdout + output.stderr:
        return (
            "this repository holds another cluster's backups: `invoke restore --latest` brings that one back."
        )
    return "`invoke logs object-store`, or where S3 is elsewhere `invoke backup.endpoint`; then `invoke up`."
