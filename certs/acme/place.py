"""Where what belongs to ACME lies: `.ops/<stack>/certs/acme/`, in no volume and no state of Pulumi."""

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from operation.stack import Stack

FOLDER = "acme"
DIGITS = 8
"""Of an address's digest in a folder's name; two directories of one host stay apart."""


def folder(stack: Stack) -> Path:
    """The stack's folder, made."""
    return stack.make_folder("certs", FOLDER)


def of_server(stack: Stack, url: str) -> Path:
    """The folder of one server, made: what is under way there, and what it has told us."""
    digest = hashlib.sha256(url.encode()).hexdigest()[:DIGITS]
    return stack.make_folder("certs", FOLDER, f"{host_of(url)}-{digest}")


def host_of(url: str) -> str:
    """The server's name as a person is told it."""
    return urlsplit(url).hostname or "server"
