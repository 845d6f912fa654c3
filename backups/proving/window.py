"""The window of proofs: how old the newest good one of a repository may be."""

from datetime import datetime, timedelta

from backups.proving.proof_chain import Kept


def overdue(repository: str, newest: Kept | None, good: Kept | None, hours: int, now: datetime) -> str:
    """What is wrong with a repository that holds backups, with what to do; empty when nothing is.

    Args:
        repository: `local` or `s3`.
        newest: its newest proof; None when there is none.
        good: its newest good proof.
        hours: `bem:backups.proof_hours`.
        now: the present time.
    """
    again = f"`invoke backup.verify --repo {repository}`"
    if newest is None:
        return f"no backup in {repository} was ever proven by a restore: {again}."
    if not newest.good:
        return f"the newest proof of {repository} is bad ({reason(newest)}): {again}."
    if good is not None and now > end(good, hours):
        return f"{repository} was proven {age(good, now)} ago, and {hours} h are allowed: {again}."
    return ""


def end(proof: Kept, hours: int) -> datetime:
    """Until when a good proof counts."""
    return proof.at + timedelta(hours=hours)


def age(proof: Kept, now: datetime) -> str:
    """How old it is, in words: minutes for two hours, hours for two days, then days."""
    minutes = max(0, int((now - proof.at).total_seconds() // 60))
    if minutes < 2 * 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def reason(proof: Kept) -> str:
    """The first line of the first thing that was found wrong."""
    return proof.problems[0].partition("\n")[0].rstrip(".:") if proof.problems else "it does not say why"
