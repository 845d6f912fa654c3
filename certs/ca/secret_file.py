"""A passphrase in a file: never on the command line, which everybody on the host can read."""

from pathlib import Path

from operation.failure import refusal


def secret(file: str) -> bytes:
    """A passphrase from a file, without the line's end.

    Raises:
        Failure: when there is none in it.
    """
    try:
        found = Path(file).read_bytes().strip(b"\r\n")
    except OSError as error:
        raise refusal(
            f"{file} cannot be read: {error.strerror}.", remedy="give a file that you can read."
        ) from error
    if not found:
        raise refusal(f"{file} is empty.", remedy="write the passphrase into it, alone.")
    return found
