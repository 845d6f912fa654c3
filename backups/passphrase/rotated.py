"""Since when the S3 repository has its passphrase: versions from before open by another one alone."""

import json
from datetime import datetime

from operation.custodian import write_private
from operation.failure import refusal
from operation.stack import Stack

FILE = "passphrase-since.json"


def keep(stack: Stack, at: datetime) -> None:
    """Notes when the copies in S3 got the present passphrase."""
    write_private(stack.make_folder() / FILE, json.dumps({"s3": at.isoformat()}).encode())


def since(stack: Stack) -> datetime | None:
    """When that was; None when it never changed, or on a host that came back from a kit."""
    try:
        return datetime.fromisoformat(json.loads((stack.folder / FILE).read_text())["s3"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def refuse_before(stack: Stack, moment: datetime) -> None:
    """Goes on where S3 as it was then opens by the present passphrase.

    Raises:
        Failure: when another one was in use then.
    """
    changed = since(stack)
    if changed is not None and moment < changed:
        raise refusal(
            f"as of {moment.isoformat()} S3 opens by the passphrase alone that was changed "
            f"{changed.isoformat(timespec='seconds')}.",
            "versions keep the passphrase that they were written with.",
            "name a moment after that; or recover another stack from the kit of then, on another host.",
        )
