"""A moment as a person types it."""

from datetime import UTC, datetime

from operation.failure import refusal

EXAMPLE = "for example 2026-11-24T03:10:00+01:00, or …Z for UTC."


def moment(text: str) -> datetime:
    """The moment in UTC.

    Raises:
        Failure: when it is not ISO 8601, has no offset, or lies outside of the calendar.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise refusal(f"{text!r} is not a time.", remedy=f"write it as ISO 8601, {EXAMPLE}") from None
    if found.tzinfo is None:
        raise refusal(
            f"{text!r} has no offset from UTC, so it is not one moment.", remedy=f"add it: {EXAMPLE}"
        )
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise refusal(
            f"{text!r} is no time of this world.", remedy=f"write it as ISO 8601, {EXAMPLE}"
        ) from None
