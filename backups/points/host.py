"""The CA and Pulumi's state: kept with each point, brought back when they are lost, and never rolled back.

A register that went back would forget revocations, and a state that went back would not know what runs.
"""

from datetime import UTC, datetime

from backups.kit import parts as kit_parts
from backups.kit.kit import SETTINGS, Kit, packed, unpacked
from backups.points.library import Library
from backups.points.point import HOST, Part, Point
from backups.points.shelf import get
from operation import leftovers
from operation.custodian import write_private
from operation.failure import Failure
from operation.pulumi_state import is_whole, state_path
from operation.stack import Stack

CERTS = "certs/"
AUTHORITY = "certs/issuing.pem"
"""Without it the authority is lost; other files of it are missing on purpose, as an offline root's key."""
STATE_FILE = "pulumi-state.json"
CA, STATE = "ca", "state"


def packed_host(stack: Stack) -> tuple[Part, bytes]:
    """The files of this moment as one content; keys in it are encrypted with the CA's passphrase as well."""
    now = datetime.now(UTC)
    found = {name: each for name, each in kit_parts.collected(stack, now).items() if name.startswith(CERTS)}
    if state_path(stack).exists():
        found[STATE_FILE] = state_path(stack).read_bytes()
    content = packed(Kit(stack.name, now, "", found))
    return Part(HOST, now, len(content), facts={"files": len(found)}), content


def lost(stack: Stack) -> list[str]:
    """What of it is not on this host: `ca`, and the `state` of what runs.

    A set-up makes an empty state where there is none, so one that knows none of the services counts as none.
    One that was cut short is not lost: a deployment puts its copy in its place.
    """
    found = [] if (stack.folder / AUTHORITY).exists() else [CA]
    return [*found, STATE] if _stateless(stack) else found


def _stateless(stack: Stack) -> bool:
    path = state_path(stack)
    if path.exists() and not is_whole(path):
        return False
    running, known = leftovers.services(stack), leftovers.known_ids(stack)
    return bool(running) and not any(each.id in known for each in running)


def bring_back(stack: Stack, books: Library, wanted: list[str]) -> Point | None:
    """Brings back what is lost from the newest point that can be read; what is there is not touched.

    Returns:
        the point; None when there is none.

    Raises:
        Failure: when its content is damaged.
    """
    for name in reversed(books.names):
        point = books.read(name)
        numbers = books.holding(name, HOST)
        if point is None or not numbers:
            continue
        content = b"".join(get(stack, books.target, numbers[0], name, HOST))
        try:
            kit = unpacked(content)
        except ValueError as error:
            raise Failure(f"the part `host` of {name} is damaged: {error}.") from error
        _placed(stack, kit.parts, wanted)
        return point
    return None


def _placed(stack: Stack, found: dict[str, bytes], wanted: list[str]) -> None:
    if CA in wanted:
        kit_parts.checked({SETTINGS: b"", **found})
        for name, content in found.items():
            path = stack.folder / name
            if name.startswith(CERTS) and not path.exists():
                write_private(
                    stack.make_folder(*path.relative_to(stack.folder).parts[:-1]) / path.name, content
                )
    if STATE in wanted and STATE_FILE in found:
        write_private(state_path(stack), found[STATE_FILE])
