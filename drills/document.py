"""A runbook: Markdown that a person follows at three in the morning, and that a drill executes.

The file `runbooks/<name>.md` is the disaster `<name>`. It starts with YAML front matter:

    ---
    title: The database's data volume is lost
    objectives: {rto: 60s, rpo: 12s}     # s, m or h; measured from outside by the witness
    blast_radius: every write and read of items
    schedule: weekly                     # daily, weekly, monthly or quarterly
    cwd: ..                              # optional, for Runme: its cells start in the checkout
    shell: bash                          # optional, for Runme
    ---

Headings of level 2 name the phases, in this order: Confirm, Fault (a drill only), Recover, Verify, Cleanup
(always runs). Fault, Recover and Verify are needed. Prose, and headings of other levels, are free everywhere.

A fence marked `sh` is a cell: `bash -euo pipefail` runs it in the checkout. Behind `sh` stands one JSON
object, as Runme writes it:

    ```sh {"name": "restore", "exit": 0, "contains": "serves generation", "timeout": "10m"}

`name` is needed, unique in the file, and what `runme run` takes. `exit` is the expected status (0 when left
out), `contains` words that the output must hold (none), `timeout` the limit (120s). Cells under Fault carry
`"excludeFromRunAll": true`, so that nobody breaks a platform with Runme's "Run All". A fence marked `text` is
an example of output and is never run; other fences are refused, because Runme would run them and a drill
would not. What Runme makes of a file that it saves (strings for all values, an `id`, `runme:` in the front
matter) is read as well.

The whole file is checked before a cell runs; a complaint gives the line, what is wrong, and what to write.
"""

import difflib
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from drills.cell import Cell, cell_of, shell_faults
from drills.fault import Fault, refused
from drills.front_matter import FrontMatter, Objectives, front_matter
from drills.markdown import Fence, Heading, parts
from operation.failure import Failure, refusal
from operation.stack import ROOT

FOLDER = ROOT / "runbooks"
PHASES = ("confirm", "fault", "recover", "verify", "cleanup")
NEEDED = ("fault", "recover", "verify")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Runbook:
    """One disaster, checked.

    Attributes:
        name: of the file, without `.md`.
        path: where it lies.
        title: one sentence for lists and reports.
        objectives: how long and how much may be lost, in seconds.
        blast_radius: what does not work meanwhile.
        schedule: how often the drill is due.
        phases: cells by phase; every phase is there, perhaps empty.
        sha256: of the file's bytes.
    """

    name: str
    path: Path
    title: str
    objectives: Objectives
    blast_radius: str
    schedule: str
    phases: dict[str, tuple[Cell, ...]]
    sha256: str


def load(path: Path) -> Runbook:
    """Reads and checks a runbook; executes nothing.

    Raises:
        Failure: with every fault as `file:line: what is wrong; what to write`.
    """
    content = path.read_bytes()
    faults: list[Fault] = []
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise refused(path.name, [Fault(line, "this is not UTF-8", "save the file as UTF-8")]) from error
    head, first = front_matter(text, faults)
    phases = _phases(text, first, faults)
    if faults or head is None:
        raise refused(path.name, faults)
    return _runbook(path, head, phases, hashlib.sha256(content).hexdigest())


def named(name: str, folder: Path = FOLDER) -> Runbook:
    """The runbook of that name.

    Raises:
        Failure: when there is none (the nearest name is given), or it has a fault.
    """
    if name not in names(folder):
        near = difflib.get_close_matches(name, names(folder), n=1, cutoff=0.3)
        known = f"did you mean {near[0]!r}?" if near else "`invoke drill.list` lists them."
        raise refusal(f"there is no runbook {name!r}.", remedy=known)
    return load(folder / f"{name}.md")


def names(folder: Path = FOLDER) -> list[str]:
    """Names of all runbooks, in order."""
    return sorted(path.stem for path in folder.glob("*.md") if NAME.fullmatch(path.stem))


def checked(name: str, folder: Path = FOLDER) -> tuple[Runbook | None, str]:
    """The runbook, or None and what is wrong with it."""
    try:
        return load(folder / f"{name}.md"), ""
    except Failure as failure:
        return None, failure.what


def _runbook(path: Path, head: FrontMatter, phases: dict[str, tuple[Cell, ...]], digest: str) -> Runbook:
    return Runbook(
        path.stem, path, head.title, head.objectives, head.blast_radius, head.schedule, phases, digest
    )


def _phases(text: str, first: int, faults: list[Fault]) -> dict[str, tuple[Cell, ...]]:
    found: dict[str, list[Cell]] = {}
    headings: dict[str, int] = {}
    phase = ""
    for part in parts(text, first, faults):
        if isinstance(part, Heading):
            phase = _phase(part, headings, faults)
        elif part.language == "sh":
            _collect(part, phase, found, faults)
    faults.extend(_missing(found, headings))
    return {phase: tuple(found.get(phase, ())) for phase in PHASES}


def _phase(heading: Heading, seen: dict[str, int], faults: list[Fault]) -> str:
    phase = heading.text.lower()
    order = " → ".join(each.capitalize() for each in PHASES)
    if phase not in PHASES:
        fix = f"name it one of {order}, or use a heading of level 3"
        faults.append(Fault(heading.line, f"{heading.text!r} is no phase", fix))
    elif phase in seen:
        fix = f"move its cells under line {seen[phase]}"
        faults.append(Fault(heading.line, f"the phase {heading.text!r} was there before", fix))
    elif any(PHASES.index(each) > PHASES.index(phase) for each in seen):
        faults.append(Fault(heading.line, f"the phase {heading.text!r} is out of order", f"use {order}"))
    if phase in PHASES:
        seen.setdefault(phase, heading.line)
    return phase


def _collect(fence: Fence, phase: str, found: dict[str, list[Cell]], faults: list[Fault]) -> None:
    cell = cell_of(fence, faults)
    faults.extend(shell_faults(fence))
    if not phase:
        fix = "move it under a phase, or mark it `text`"
        faults.append(Fault(fence.line, "this cell belongs to no phase", fix))
    if cell is None:
        return
    first = next((each for cells in found.values() for each in cells if each.name == cell.name), None)
    if first is not None:
        what = f"the name {cell.name!r} is taken by the cell in line {first.line}"
        faults.append(Fault(cell.line, what, "give it another name"))
    if phase == "fault" and not cell.exclude_from_run_all:
        what = 'a cell that breaks things must not run with Runme\'s "Run All"'
        faults.append(Fault(cell.line, what, 'add "excludeFromRunAll": true'))
    found.setdefault(phase, []).append(cell)


def _missing(found: dict[str, list[Cell]], headings: dict[str, int]) -> list[Fault]:
    return [
        Fault(
            headings.get(phase, 1),
            f"the phase {phase.capitalize()!r} has no cell",
            f"add `## {phase.capitalize()}` with at least one `sh` cell",
        )
        for phase in NEEDED
        if not found.get(phase)
    ]
