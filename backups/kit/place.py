"""Files that a person names, from the folder in which `./ops` was typed."""

import os
from pathlib import Path

from operation.failure import refusal


def absolute(file: str) -> Path:
    """The path that is meant."""
    return Path(os.environ.get("OPS_FOLDER") or ".", file).absolute()


def read(file: str) -> bytes:
    """What a file holds.

    Raises:
        Failure: when it cannot be read.
    """
    try:
        return absolute(file).read_bytes()
    except OSError as error:
        raise refusal(
            f"{file} cannot be read: {error.strerror}.", remedy="give a file that you can read."
        ) from error
