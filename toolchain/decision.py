"""What set-up found, for `ops`, which starts no Python to read it: a line a fact, `NAME=value`."""

from dataclasses import dataclass
from pathlib import Path

from operation import custodian
from operation.failure import refusal
from operation.stack import ROOT

FILE = ROOT / ".ops" / "toolchain.env"


@dataclass(frozen=True)
class Decision:
    """The facts that the environment depends on.

    Attributes:
        cli: the folder of the Pulumi CLI.
        stand_ins: plugins that stand in for official ones.
        buildx: whether docker can build with BuildKit.
    """

    cli: Path
    stand_ins: tuple[str, ...]
    buildx: bool


def render(decision: Decision) -> str:
    """The file's content.

    Raises:
        Failure: when a path holds a line break.
    """
    lines = (
        f"CLI={decision.cli}",
        f"STANDINS={' '.join(decision.stand_ins)}",
        f"BUILDX={'yes' if decision.buildx else 'no'}",
    )
    if any("\n" in line or "\r" in line for line in lines):
        raise refusal(f"{str(decision.cli)!r} holds a line break.", remedy="use a folder without one.")
    return "\n".join(lines) + "\n"


def parse(text: str) -> Decision | None:
    """What such a file says, or None when it is not whole."""
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if not {"CLI", "STANDINS", "BUILDX"} <= values.keys():
        return None
    return Decision(Path(values["CLI"]), tuple(values["STANDINS"].split()), values["BUILDX"] == "yes")


def read(file: Path = FILE) -> Decision | None:
    """What was found last, or None."""
    try:
        return parse(file.read_text())
    except OSError:
        return None


def write(decision: Decision, file: Path = FILE) -> None:
    """Notes it, all at once."""
    custodian.write_private(file, render(decision).encode())
