"""Backups: retention, speed, proof."""

from typing import Annotated

from pydantic import AfterValidator, Field

from infra.sections.section import Section

LEAST_BANDWIDTH = 100_000
"""Bytes a second; with less, a part of an upload takes longer than S3 waits for it."""


def _bandwidth(bytes_a_second: int) -> int:
    """Refuses a limit under which no backup would ever end."""
    if 0 < bytes_a_second < LEAST_BANDWIDTH:
        message = (
            f"{bytes_a_second} bytes a second are too few: at least {LEAST_BANDWIDTH}, or 0 for no limit"
        )
        raise ValueError(message)
    return bytes_a_second


class Backups(Section):
    """pgBackRest: stanza, retention, speed, and what its backups may take from others."""

    stanza: str = Field("bem", pattern=r"^[a-z][a-z0-9-]{0,30}$")
    retention_full: int = Field(4, ge=1, le=1000, description="full backups kept in each repository")
    retention_days: int = Field(
        0, ge=0, le=3650, description="days that can be returned to, in place of retention_full; 0: by number"
    )
    retention_diff: int = Field(7, ge=1, le=1000, description="differential backups kept in each repository")
    processes: int = Field(2, ge=1, le=64, description="compressing processes at once")
    compress_level: int = Field(1, ge=1, le=19, description="zstd level")
    nice: int = Field(10, ge=0, le=19, description="how far a backup gives way to the database's processes")
    bandwidth: Annotated[int, AfterValidator(_bandwidth)] = Field(
        0, ge=0, le=1_000_000_000, description="bytes a second of a backup to S3; 0: no limit"
    )
    proof_hours: int = Field(168, ge=1, le=8760, description="hours that a proof by restore counts")
    off_host_required: bool = Field(
        False, description="it is wrong when both repositories are on this host, or a recovery kit is stale"
    )
