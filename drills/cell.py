"""A cell: a few commands with a name, and what they are expected to do."""

import json
import re
import subprocess
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from drills.duration import Duration
from drills.fault import Fault
from drills.markdown import Fence

SHELL = ("bash", "-euo", "pipefail", "-c")
CHECK_SECONDS = 10
WORDS = {"true": True, "false": False}
BASH_COMPLAINT = re.compile(r"^bash: (?:line )?(?P<line>[0-9]+): (?P<words>.*)$", re.MULTILINE)


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _flag(value: object) -> object:
    return WORDS.get(value, value) if isinstance(value, str) else value


class Attributes(BaseModel):
    """The JSON object behind `sh`; the module docstring of `drills.document` explains the keys.

    Names are of the letters that Runme itself gives to cells (`sanitizeName` in its `pkg/document/block.go`),
    so that `runme run NAME` needs no quotes. When Runme saves a file, every value becomes a string, and cells
    may get an `id` (`pkg/document/attributes.go`): such a file reads the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    exit: Annotated[int, BeforeValidator(_number), Field(ge=0, le=255)] = 0
    contains: str = ""
    timeout: Duration = 120.0
    excludeFromRunAll: Annotated[bool, BeforeValidator(_flag)] = False  # noqa: N815  # Runme's spelling
    id: str = ""


@dataclass(frozen=True)
class Cell:
    """One step.

    Attributes:
        name: unique in its runbook.
        line: of its fence.
        script: for bash.
        exit: expected exit status.
        contains: words expected in the output; none when empty.
        timeout: limit in seconds.
        exclude_from_run_all: Runme leaves it out of "Run All".
    """

    name: str
    line: int
    script: str
    exit: int = 0
    contains: str = ""
    timeout: float = 120.0
    exclude_from_run_all: bool = False

    @property
    def argv(self) -> tuple[str, ...]:
        """The command that runs it."""
        return (*SHELL, self.script)


def cell_of(fence: Fence, faults: list[Fault]) -> Cell | None:
    """The cell of a fence; complaints go into `faults`."""
    attributes = _attributes(fence, faults)
    if attributes is None:
        return None
    return Cell(
        attributes.name,
        fence.line,
        fence.script,
        attributes.exit,
        attributes.contains,
        attributes.timeout,
        attributes.excludeFromRunAll,
    )


def shell_faults(fence: Fence) -> list[Fault]:
    """What bash says about the syntax (`bash -n`, which executes nothing)."""
    if not fence.script.strip():
        return [Fault(fence.line, "this cell is empty", "write its commands, or remove it")]
    done = subprocess.run(
        ("bash", "-n"),
        input=fence.script,
        capture_output=True,
        text=True,
        timeout=CHECK_SECONDS,
        check=False,
        env={"LC_ALL": "C"},
    )
    if not (done.returncode or done.stderr):
        return []
    match = BASH_COMPLAINT.search(done.stderr)
    line = fence.line + int(match["line"]) if match else fence.line
    words = match["words"] if match else done.stderr.strip()
    return [Fault(line, f"bash refuses this: {words}", "correct the command")]


def _attributes(fence: Fence, faults: list[Fault]) -> Attributes | None:
    example = 'write ```sh {"name": "a-name"}'
    if not fence.info:
        faults.append(Fault(fence.line, "this cell has no name", example))
        return None
    try:
        content = json.loads(fence.info, object_pairs_hook=_unique)
    except ValueError as error:
        what = f"the attributes are not one JSON object: {error}"
        faults.append(Fault(fence.line, what, example))
        return None
    if not isinstance(content, dict) or _unfit(fence.info):
        fix = "write one flat JSON object whose values hold no brace"
        faults.append(Fault(fence.line, "Runme ends the attributes at the first }", fix))
        return None
    return _validated(fence, content, faults)


def _validated(fence: Fence, content: dict[str, Any], faults: list[Fault]) -> Attributes | None:
    try:
        return Attributes.model_validate(content)
    except ValidationError as error:
        faults.extend(
            _complaint(fence.line, detail["type"], str(detail["loc"][0]), detail["msg"])
            for detail in error.errors()
        )
    return None


def _complaint(line: int, kind: str, key: str, message: str) -> Fault:
    if kind == "missing":
        return Fault(line, f"this cell has no {key}", 'add "name": "a-name"')
    if kind == "extra_forbidden":
        known = ", ".join(each for each in Attributes.model_fields if each != "id")
        return Fault(line, f"{key}: unknown attribute", f"known: {known}")
    return Fault(line, f"{key}: {message.removeprefix('Value error, ')}", "correct the value")


def _unfit(info: str) -> bool:
    return info.count("{") != 1 or info.count("}") != 1 or not info.endswith("}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {key!r} is there twice")
    return dict(pairs)
