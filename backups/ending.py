"""The very last rows of a restore: where they came from, and whether some may be missing."""

from backups.restored import Restored


def ending(restored: Restored) -> list[str]:
    """Lines; none where the old volume gave everything."""
    segments, lines = restored.tail.segments, []
    if segments:
        count = f"{len(segments)} WAL segment{'s' if len(segments) > 1 else ''}"
        lines.append(f"{count} that no archive had came from the WAL receiver, up to {segments[-1]}")
    if restored.damaged:
        lines.append("! the old volume could not be read to its end")
    if restored.tail.holes:
        lines.append(f"! the WAL receiver has more, but not segment {restored.tail.holes[0]}")
    if restored.tail.beyond:
        lines.append(f"! the WAL receiver has timeline {restored.tail.beyond}, which no repository knows")
    if restored.incomplete:
        lines.append(f"! {_missing(restored)}: what was written in the last seconds may be missing")
    elif segments and restored.tail.whole:
        lines.append("commits waited for it: every acknowledged row is there")
    return lines


def _missing(restored: Restored) -> str:
    lost = "damaged" if restored.damaged else "lost"
    return f"the old volume is {lost}, and no WAL receiver is known to have all of its end"
