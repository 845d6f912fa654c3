"""The front matter of a runbook."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drills.duration import Duration
from drills.fault import Fault

FENCE = "---"


class Objectives(BaseModel):
    """What the recovery has to achieve.

    Attributes:
        rto: seconds from the fault to the first of a steady run of good requests.
        rpo: seconds of acknowledged writes that may be gone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rto: Duration
    rpo: Duration


class FrontMatter(BaseModel):
    """What stands between the two `---` lines; `cwd`, `shell` and `runme` (its own marks) are Runme's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=200)
    objectives: Objectives
    blast_radius: str = Field(min_length=1)
    schedule: Literal["daily", "weekly", "monthly", "quarterly"]
    cwd: Literal[".."] = ".."
    shell: Literal["bash"] = "bash"
    runme: dict[str, str] = Field(default_factory=dict)


def front_matter(text: str, faults: list[Fault]) -> tuple[FrontMatter | None, int]:
    """The front matter, and the index of the first line behind it; complaints go into `faults`."""
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != FENCE:
        faults.append(Fault(1, "there is no front matter", f"start the file with a line `{FENCE}`"))
        return None, 0
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), 0)
    if not end:
        faults.append(Fault(1, "the front matter does not end", f"close it with a line `{FENCE}`"))
        return None, len(lines)
    return _validated(lines[1:end], faults), end + 1


def _validated(lines: list[str], faults: list[Fault]) -> FrontMatter | None:
    from ruamel.yaml import YAML  # noqa: PLC0415  # it refuses doubled keys, PyYAML takes the last
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    try:
        content = YAML(typ="safe", pure=True).load("\n".join(lines))
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        problem = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error)
        line = mark.line + 2 if mark else 2
        faults.append(Fault(line, f"the front matter is not YAML: {problem}", "write `key: value` lines"))
        return None
    try:
        return FrontMatter.model_validate(content)
    except ValidationError as error:
        faults.extend(_complaints(error, lines))
    return None


def _complaints(error: ValidationError, lines: list[str]) -> list[Fault]:
    found = []
    for detail in error.errors():
        path = [str(part) for part in detail["loc"]]
        where, key = _line(path, lines), ".".join(path) or "front matter"
        fields = Objectives if path[:1] == ["objectives"] and len(path) > 1 else FrontMatter
        if detail["type"] == "extra_forbidden":
            known = ", ".join(fields.model_fields)
            found.append(Fault(where, f"{key}: unknown key", f"known here: {known}"))
        elif detail["type"] == "missing":
            found.append(Fault(where, f"{key} is missing", f"add `{path[-1]}: …`"))
        else:
            message = detail["msg"].removeprefix("Value error, ")
            found.append(Fault(where, f"{key}: {message}", "correct the value"))
    return found


def _line(path: list[str], lines: list[str]) -> int:
    """The line of the innermost key that can be found; 1 when there is none."""
    for key in reversed(path):
        pattern = re.compile(rf"(^|[\s{{,]){re.escape(key)}\s*:")
        for number, line in enumerate(lines, 2):
            if pattern.search(line):
                return number
    return 1
