"""The one error that a person sees."""

from pathlib import Path


class Failure(Exception):  # noqa: N818  # a refusal is not always an error in the program
    """An operation that cannot go on, in words for the person who started it.

    Attributes:
        what: what happened, one sentence.
        meaning: what it means for the platform, one sentence; may be empty.
        remedy: what to do now, one sentence; may be empty.
        exit_code: 1 for a failure, 2 for input that was refused before anything was touched,
            3 for a platform that is busy with another operation.
        log: file that tells more; None when there is none.
    """

    def __init__(self, what: str, meaning: str = "", remedy: str = "", exit_code: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.meaning = meaning
        self.remedy = remedy
        self.exit_code = exit_code
        self.log: Path | None = None

    def __str__(self) -> str:
        """All that is known, a line each."""
        lines = [self.what]
        if self.meaning:
            lines.append(f"  this means: {self.meaning}")
        if self.remedy:
            lines.append(f"  do: {self.remedy}")
        return "\n".join(lines)


def refusal(what: str, meaning: str = "", remedy: str = "") -> Failure:
    """Input that is refused before anything was touched (exit status 2)."""
    return Failure(what, meaning or "nothing was changed.", remedy, exit_code=2)
