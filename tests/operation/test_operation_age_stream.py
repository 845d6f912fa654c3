"""age piece by piece: what comes out is what went in, and nothing damaged comes out unsaid."""

import os
from collections.abc import Iterator

import pyrage
import pytest

from operation.age_stream import decrypted, encrypted, new_identity
from operation.failure import Failure

CONTENT = os.urandom(3_000_000)
KEY = new_identity()


def pieces(content: bytes, length: int) -> Iterator[bytes]:
    """The content in pieces of that length."""
    return (content[start : start + length] for start in range(0, len(content), length))


@pytest.mark.parametrize("length", [1000, 70_000, 10_000_000])
def test_round_trip(length: int) -> None:
    """In pieces of whatever length; and the file is age's own, which `age -d` reads as well."""
    sealed = b"".join(encrypted(pieces(CONTENT, length), KEY))
    assert b"".join(decrypted(pieces(sealed, length), KEY)) == CONTENT
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(KEY)]) == CONTENT


def test_nothing_is_a_content_too() -> None:
    """An empty one makes the round trip."""
    assert b"".join(decrypted([b"".join(encrypted([], KEY))], KEY)) == b""


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "stranger"])
def test_damaged_content_is_refused(damage: str) -> None:
    """Cut short, changed in one byte, nothing at all, or for somebody else."""
    sealed = b"".join(encrypted([CONTENT], KEY))
    given = {
        "cut": sealed[:-100_000],
        "changed": sealed[:2_000_000] + bytes([sealed[2_000_000] ^ 1]) + sealed[2_000_001:],
        "empty": b"",
        "stranger": sealed,
    }[damage]
    with pytest.raises(ValueError, match=r"."):
        b"".join(decrypted([given], new_identity() if damage == "stranger" else KEY))


def test_a_failure_of_the_source_comes_out() -> None:
    """In its own words, and not as an end of the content."""

    def broken() -> Iterator[bytes]:
        yield b"some"
        raise Failure("the repository went away")

    with pytest.raises(Failure, match="went away"):
        b"".join(encrypted(broken(), KEY))
    with pytest.raises(Failure, match="went away"):
        b"".join(decrypted(broken(), KEY))


def test_whoever_leaves_early_leaves_nothing_behind() -> None:
    """The thread ends although nobody takes the rest."""
    running = encrypted((os.urandom(1_000_000) for _ in range(50)), KEY)
    assert next(running)
    running.close()
