"""One thing that the doctor looked at, and what it says about it."""

from dataclasses import dataclass
from enum import StrEnum

from toolchain.part import Finding


class Verdict(StrEnum):
    """How grave it is: only `unhealthy` keeps the platform from working."""

    HEALTHY = "healthy"
    WARNING = "warning"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True)
class Check:
    """One line of the doctor's table.

    Attributes:
        name: what was looked at.
        verdict: how it is.
        found: what was seen: a version, a number, a state.
        remedy: what to do; empty when healthy.
        origin: where a part of the toolchain comes from; empty for everything else.
    """

    name: str
    verdict: Verdict
    found: str = ""
    remedy: str = ""
    origin: str = ""

    def as_json(self) -> dict[str, str]:
        """For `./ops doctor --json`."""
        facts = {
            "name": self.name,
            "verdict": str(self.verdict),
            "found": self.found,
            "remedy": self.remedy,
            "origin": self.origin,
        }
        return {key: value for key, value in facts.items() if value or key in {"found", "remedy"}}


def healthy(name: str, found: str) -> Check:
    """Nothing to do."""
    return Check(name, Verdict.HEALTHY, found)


def warning(name: str, found: str, remedy: str) -> Check:
    """It works, or nobody can tell; still somebody should know."""
    return Check(name, Verdict.WARNING, found, remedy)


def unhealthy(name: str, found: str, remedy: str) -> Check:
    """The platform does not work with it."""
    return Check(name, Verdict.UNHEALTHY, found, remedy)


def of_part(finding: Finding) -> Check:
    """A part of the toolchain as a line of the same table."""
    verdict = Verdict.HEALTHY if finding.healthy else Verdict.UNHEALTHY
    origin = finding.origin or ("missing" if finding.due else "")
    return Check(finding.part, verdict, finding.version, finding.remedy, origin)
