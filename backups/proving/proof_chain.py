"""The chain of kept proofs: each holds the digest of the one before it, so that one that is gone is seen."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Complaint = Callable[[bytes, bytes | None], str]
"""What is wrong with a signature over these octets; empty when it holds."""


class Kept(BaseModel):
    """What is read of a proof's file; it may say more.

    Attributes:
        number: 1 for the first of the stack.
        before: SHA-256 of the file of the one before it; empty for the first.
        key: name of the key that signed it.
        at: when it ended (UTC).
        repository: `local` or `s3`.
        label: the backup that was restored; empty when none could be.
        mark: the point at which recovery paused; empty when it went to the end of the WAL.
        recovered_to: newest second in the restored database.
        good: nothing was found wrong.
        problems: what was.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    number: int = Field(ge=1)
    before: str
    key: str
    at: datetime
    repository: str
    label: str
    mark: str = ""
    recovered_to: datetime | None = None
    good: bool
    problems: tuple[str, ...] = ()


class End(BaseModel):
    """The newest proof, as it is kept beside the others: so its own removal is seen too.

    Attributes:
        number: of the proof.
        digest: SHA-256 of its file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int = 0
    digest: str = ""


@dataclass(frozen=True)
class Paper:
    """A file as it lies there.

    Attributes:
        name: of the file.
        content: its octets.
        signature: what lies beside it; None when nothing does.
    """

    name: str
    content: bytes
    signature: bytes | None


@dataclass(frozen=True)
class Link:
    """One proof, judged.

    Attributes:
        name: of its file.
        digest: SHA-256 of the file.
        proof: what it says; None when it cannot be read as a proof of the chain.
        complaint: what is wrong with its signature; empty when that holds.
        chained: it has, or had, a place in the chain. A proof from before proofs were signed has none.
    """

    name: str
    digest: str
    proof: Kept | None
    complaint: str
    chained: bool = True

    @property
    def holds(self) -> bool:
        """Whether what it says may be believed."""
        return self.proof is not None and not self.complaint


def links(papers: Sequence[Paper], complaint: Complaint) -> list[Link]:
    """Each file judged for itself, in the order of the files."""
    return [_link(each, complaint) for each in papers]


def faults(found: Sequence[Link], end: End | None) -> list[str]:
    """What is wrong with the files and with the chain; empty when nothing is.

    Args:
        found: all files.
        end: the newest proof as it was noted; None when the note is damaged or was not signed.
    """
    said = [f"{each.name} {each.complaint}" for each in found if each.chained and each.complaint]
    chain = in_order(found)
    said += [words for earlier, later in pairwise(chain) if (words := _gap(earlier, later))]
    if chain and (first := _proof(chain[0]).number) > 1:
        said.append(f"{_missing(1, first - 1)} before {chain[0].name}")
    return said + _end_faults(chain, end)


def in_order(found: Sequence[Link]) -> list[Link]:
    """Those that say which number they have, by number."""
    return sorted((each for each in found if each.proof is not None), key=lambda each: _proof(each).number)


def following(found: Sequence[Link], end: End) -> End:
    """The newest number that was ever given, with its digest: what the next proof has to name."""
    chain = in_order(found)
    if chain and _proof(chain[-1]).number > end.number:
        return End(number=_proof(chain[-1]).number, digest=chain[-1].digest)
    return end


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _link(paper: Paper, complaint: Complaint) -> Link:
    known = digest(paper.content)
    try:
        said = json.loads(paper.content)
        if isinstance(said, dict) and "number" not in said and paper.signature is None:
            return Link(paper.name, known, None, "was made before proofs were signed", chained=False)
        proof = Kept.model_validate(said)
    except (ValueError, ValidationError):
        return Link(paper.name, known, None, "cannot be read")
    return Link(paper.name, known, proof, complaint(paper.content, paper.signature))


def _gap(earlier: Link, later: Link) -> str:
    """What is wrong between two neighbours, beside what either is blamed for by itself."""
    before, after = _proof(earlier), _proof(later)
    if after.number == before.number:
        return f"{earlier.name} and {later.name} have the same number, {after.number}"
    if after.number > before.number + 1:
        return f"{_missing(before.number + 1, after.number - 1)} between {earlier.name} and {later.name}"
    if after.before != earlier.digest and not (earlier.complaint or later.complaint):
        return f"{later.name} does not follow {earlier.name}, but another proof {before.number}"
    return ""


def _end_faults(chain: Sequence[Link], end: End | None) -> list[str]:
    """A kill may leave the note one proof behind, never ahead."""
    if end is None:
        return ["the note of the newest proof was changed"]
    last = _proof(chain[-1]).number if chain else 0
    if last < end.number:
        return [f"{_missing(last + 1, end.number)} at the end"]
    if last > end.number + 1:
        return ["the note of the newest proof was put back or removed"]
    return []


def _missing(first: int, last: int) -> str:
    return f"proof {first} is missing" if first == last else f"proofs {first} to {last} are missing"


def _proof(link: Link) -> Kept:
    assert link.proof is not None  # noqa: S101  # only those of `in_order` are asked
    return link.proof
