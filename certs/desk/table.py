"""Certificates as a table for a person, or as JSON for a program."""

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509

from certs.ca.signature import now
from certs.endpoints.endpoint import Finding
from certs.endpoints.expiry import SECONDS_A_DAY, Served
from certs.pairs.profile import Profile
from certs.pairs.statement import alternatives_of, common_name, serial_of

TASK_ID = re.compile(r"\.[a-z0-9]{25}(?=:)")
"""What Swarm appends to a container's name: `local_api.1.<task id>`."""

OWN = re.compile(r"^BEM \S+ (?=issuing CA)")
"""What the name of each of our CAs begins with."""

Value = str | float | bool | None
SHOWN_DIGITS = 12
"""Of a serial number in a table; 48 bits tell certificates of one platform apart."""


@dataclass(frozen=True)
class Table:
    """Rows with all that is known, of which a person is shown some columns.

    Attributes:
        rows: one a certificate.
        columns: headings, and what a person reads in that column of a row.
    """

    rows: tuple[Mapping[str, Value], ...]
    columns: tuple[str, ...]

    def show(self, *, as_json: bool) -> None:
        """Prints on standard output."""
        if as_json:
            json.dump([dict(row) for row in self.rows], sys.stdout, indent=2)
            sys.stdout.write("\n")
            return
        from rich.console import Console  # noqa: PLC0415  # not needed for JSON
        from rich.table import Table as Drawn  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        drawn = Drawn(box=None)
        for column in self.columns:
            drawn.add_column(column.replace("_", " "), overflow="fold")
        for row in self.rows:
            drawn.add_row(*(Text(_shown(column, row[column])) for column in self.columns))
        Console(width=None if sys.stdout.isatty() else int(os.environ.get("COLUMNS", "140"))).print(drawn)


def of_findings(found: Sequence[Finding]) -> Table:
    """What endpoints showed; a person is told the issuers where one is not the stack's own."""
    foreign = any(each.served and not OWN.match(each.served.issuer) for each in found)
    columns = (
        "party",
        "where",
        *(("issuer",) if foreign else ()),
        "serial",
        "not_after",
        "days_left",
        "verdict",
    )
    return Table(tuple(_finding(each) for each in found), columns)


def of_pairs(pairs: Sequence[tuple[Profile, x509.Certificate]]) -> Table:
    """What the local store holds."""
    columns = ("party", "subject", "names", "serial", "not_after", "days_left")
    return Table(tuple(_pair(*each) for each in pairs), columns)


def show_one(where: str, rows: Sequence[Mapping[str, Value]], verdict: str = "", *, as_json: bool) -> None:
    """Prints one certificate, and those above it that came along.

    Args:
        where: it was found.
        rows: what each says, the one that was asked for first.
        verdict: of a handshake.
        as_json: for programs.
    """
    if as_json:
        content = {"where": where, "verdict": verdict, "chain": [dict(row) for row in rows]}
        sys.stdout.write(json.dumps(content, indent=2) + "\n")
        return
    heads = {"where": where, "verdict": verdict}
    for row in (heads, *rows):
        lines = [f"{key.replace('_', ' '):<12} {value}" for key, value in row.items() if value != ""]
        sys.stdout.write("\n".join(lines) + "\n\n")


def show_row(row: Mapping[str, object], *, as_json: bool) -> None:
    """Prints one thing, a line for each of its sides; a person is spared those that are empty."""
    if as_json:
        sys.stdout.write(json.dumps(dict(row), indent=1) + "\n")
        return
    for key, value in row.items():
        if value not in ("", None):
            sys.stdout.write(f"{key.replace('_', ' '):<14} {value}\n")


def _finding(found: Finding) -> dict[str, Value]:
    return {
        "party": found.party,
        "where": found.where,
        **_seen(found.served),
        "stale": found.stale,
        "fault": found.fault,
        "verdict": found.fault or ("good, but not the one delivered last" if found.stale else "good"),
    }


def _seen(seen: Served | None) -> dict[str, Value]:
    if seen is None:
        known: dict[str, Value] = dict.fromkeys(
            ("subject", "issuer", "names", "serial", "not_after", "days_left")
        )
        return known | {"verified": False}
    return {
        "subject": seen.subject,
        "issuer": seen.issuer,
        "names": " ".join(seen.alternatives),
        "serial": seen.serial,
        "not_after": seen.not_after.isoformat(),
        "days_left": round(seen.days_left, 2),
        "verified": seen.verified,
    }


def _pair(profile: Profile, certificate: x509.Certificate) -> dict[str, Value]:
    until = certificate.not_valid_after_utc
    return {
        "party": profile.party,
        "subject": common_name(certificate),
        "names": " ".join(str(each.value) for each in alternatives_of(certificate)),
        "server": profile.server,
        "client": profile.client,
        "serial": serial_of(certificate),
        "not_after": until.isoformat(),
        "days_left": round((until - now()).total_seconds() / SECONDS_A_DAY, 2),
    }


def _shown(column: str, value: Value) -> str:
    """A value as short as a person needs it: days, dates, the head of a serial number, no ids of tasks."""
    if value is None:
        return "-"
    if column == "where":
        return TASK_ID.sub("", str(value))
    if column == "issuer":
        return OWN.sub("", str(value))
    if column == "days_left":
        return f"{value:.1f}"
    lengths = {"serial": SHOWN_DIGITS, "not_after": len("2026-11-24")}
    return str(value)[: lengths.get(column)]
