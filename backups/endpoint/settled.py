"""Where the S3 repository was when a backup in it was last proven: another place needs a first backup."""

import json

from backups.endpoint.coordinates import coordinates
from operation.custodian import write_private
from operation.stack import Stack

FILE = "s3-place.json"


def moved(stack: Stack) -> bool:
    """Whether the stack's file names another place than the one that is proven."""
    return _noted(stack).get("place", "") != stack.settings.object_store.place


def changed(stack: Stack) -> bool:
    """The same, or other keys or roots: what nobody has asked yet.

    Raises:
        Failure: when keys or roots are missing.
    """
    where = coordinates(stack)
    return where is not None and _noted(stack).get("fingerprint") != where.fingerprint


def settle(stack: Stack) -> None:
    """Notes the present place: it holds a proven backup.

    Raises:
        Failure: when keys or roots are missing.
    """
    where = coordinates(stack)
    if where is None:
        (stack.folder / FILE).unlink(missing_ok=True)
        return
    content = {"place": stack.settings.object_store.place, "fingerprint": where.fingerprint}
    write_private(stack.make_folder() / FILE, json.dumps(content).encode())


def _noted(stack: Stack) -> dict[str, str]:
    try:
        return dict(json.loads((stack.folder / FILE).read_text()))
    except (OSError, ValueError):
        return {}
