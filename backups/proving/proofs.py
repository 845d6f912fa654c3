"""The proofs of a stack as they are kept: signed, chained, the newest of each repository."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from backups.proving.proof_chain import End, Kept, Link, Paper, digest, faults, following, links
from operation import signature
from operation.custodian import write_private
from operation.stack import Stack

FOLDER = "proofs"
END = "newest"
"""The file that says which proof is the newest."""


@dataclass(frozen=True)
class Proofs:
    """All that are kept.

    Attributes:
        links: the oldest first.
        faults: sentences on what was changed or is gone; empty when all is as it was written.
        key: name of the key that checked them; empty when nothing there was ever signed.
    """

    links: tuple[Link, ...] = ()
    faults: tuple[str, ...] = ()
    key: str = ""

    def newest(self, *, good: bool = False) -> dict[str, Kept]:
        """The newest of each repository whose signature holds.

        Args:
            good: only of those whose verdict is good.
        """
        held = [each.proof for each in self.links if each.proof is not None and each.holds]
        by_number = sorted(held, key=lambda each: each.number)
        return {each.repository: each for each in by_number if each.good or not good}


def keep(stack: Stack, repository: str, at: datetime, content: Mapping[str, Any]) -> Path:
    """Signs a verdict and keeps it as the next of the chain; needs the stack's lock.

    Args:
        stack: whose.
        repository: `local` or `s3`, for the file's name.
        at: when the proof ended (UTC), for the file's name.
        content: the verdict; what JSON does not know is written as text.

    Raises:
        Failure: when the stack's key is damaged.
    """
    key = signature.signing_key(stack)
    last = following(links(_papers(stack), partial(signature.complaint, key)), _end(stack, key) or End())
    said = {
        "number": last.number + 1,
        "before": last.digest,
        "stack": stack.name,
        "key": signature.name_of(key),
        **content,
    }
    written = (json.dumps(said, indent=1, default=str) + "\n").encode()
    name = f"{at.strftime('%Y%m%dT%H%M%S')}-{repository}-{last.number + 1}.json"
    signature.write_signed(stack, stack.make_folder(FOLDER) / name, written)
    _note(stack, End(number=last.number + 1, digest=digest(written)))
    return stack.folder / FOLDER / name


def read(stack: Stack) -> Proofs:
    """Reads all of them, and checks signatures and chain.

    Raises:
        Failure: when there are signed proofs and no key to check them with.
    """
    papers = _papers(stack)
    if not (_end_path(stack).exists() or any(each.signature for each in papers)):
        found = links(papers, lambda *_: "has no signature beside it")
        return Proofs(tuple(found), tuple(faults(found, End())))
    key = signature.public_key(stack)
    found = links(papers, partial(signature.complaint, key))
    return Proofs(tuple(found), tuple(faults(found, _end(stack, key))), signature.name_of(key))


def newest(stack: Stack, *, good: bool = False) -> dict[str, Kept]:
    """The newest proof of each repository whose signature holds; only good ones when asked so.

    Raises:
        Failure: see `read`.
    """
    return read(stack).newest(good=good)


def _papers(stack: Stack) -> list[Paper]:
    return [
        Paper(path.name, path.read_bytes(), signature.signature_of(path))
        for path in sorted((stack.folder / FOLDER).glob("*.json"))
    ]


def _note(stack: Stack, end: End) -> None:
    """One file with its signature within: both are replaced at once."""
    said = end.model_dump_json()
    signed = base64.b64encode(signature.sign(stack, said.encode())).decode()
    content = json.dumps({"newest": said, "signature": signed})
    write_private(_end_path(stack), content.encode())


def _end(stack: Stack, key: Any) -> End | None:
    """The note of the newest proof; None when it was changed, «none yet» when there is no note."""
    try:
        content = json.loads(_end_path(stack).read_bytes())
        said, signed = content["newest"].encode(), base64.b64decode(content["signature"])
        return None if signature.complaint(key, said, signed) else End.model_validate_json(said)
    except FileNotFoundError:
        return End()
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        return None


def _end_path(stack: Stack) -> Path:
    return stack.folder / FOLDER / END
