"""Whom a client outside of the platform trusts: the stack's root, with another CA's pair the host's too."""

import ssl
from pathlib import Path

from certs.ca.authority import root_path
from certs.endpoints.handshake import SYSTEM
from certs.foreign import public_pair
from operation.failure import refusal
from operation.stack import Stack


def ca_file(stack: Stack) -> Path | None:
    """The root that came with an imported pair; else the file that the stack's file names."""
    if stack.settings.certificates.imported:
        kept = public_pair.folder(stack) / public_pair.ROOT
        return kept if kept.exists() else None
    named = stack.settings.certificates.acme.ca_file
    return stack.root / named if named else None


def further(stack: Stack) -> tuple[str, ...]:
    """What counts beside the stack's root for the names that clients use.

    Raises:
        Failure: when a file of further roots is named that cannot be read.
    """
    if not stack.settings.certificates.foreign:
        return ()
    named = ca_file(stack)
    if named is None:
        return (SYSTEM,)
    roots(named)
    return SYSTEM, str(named)


def context(stack: Stack) -> ssl.SSLContext:
    """A client's side, for the platform's names.

    Raises:
        Failure: when the file of further roots cannot be read.
        OSError: when the stack has no root.
    """
    made = ssl.create_default_context(cafile=str(root_path(stack)))
    for each in further(stack):
        if each == SYSTEM:
            made.load_default_certs()
        else:
            made.load_verify_locations(each)
    return made


def strangers(stack: Stack) -> ssl.SSLContext:
    """The side of a client that knows nothing of our root.

    Raises:
        Failure: when the file of further roots cannot be read.
    """
    made = ssl.create_default_context()
    named = ca_file(stack)
    if named:
        roots(named)
        made.load_verify_locations(str(named))
    return made


def roots(file: Path) -> None:
    """Sees that a file of roots can be read.

    Raises:
        Failure: when it cannot.
    """
    try:
        ssl.create_default_context(cafile=str(file))
    except OSError as error:  # ssl.SSLError is one
        raise refusal(
            f"the file of further roots, {file}, holds no certificates: {error.strerror or error}.",
            remedy="acme.ca_file: a PEM file with roots of the ACME server and of what it issues.",
        ) from error
