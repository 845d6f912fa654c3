"""What was found in the vault, in words."""

from typing import Any


def lines(found: dict[str, Any], *, dry_run: bool = False) -> list[str]:
    """What a person reads of a look or a renewal; pure."""
    said = [f"needed    {found['current']} versions, {found['unlocked']} of them without a lock"]
    if "renewed" in found:
        said.append(f"{'due' if dry_run else 'renewed':<9} {found['renewed']} locks")
    if found["shortest_until"]:
        left = f"{found['shortest_days']} days, {found['shortest_key']}"
        said.append(f"shortest  {left}; {found['ending']} end within {found['ending_within_days']:g} days")
    expiry, routine = found["deleted_like_expiry"], found["overwritten_by_routine"]
    said += [
        f"since     {found['since']}",
        f"deleted   {found['deleted']} keys, {expiry} as expiry does, {found['busiest_minute']} in a minute",
        f"rewritten {found['overwritten']} keys, {routine} of them as each backup does",
    ]
    strange = [*found["deleted_keys"], *found["overwritten_keys"]]
    if strange:
        said.append(
            f"! between {found['first_otherwise']} and {found['last_otherwise']}, not as pgBackRest does it:"
        )
    return [*said, *(f"    {key}" for key in strange)]


def brought_lines(found: dict[str, Any]) -> list[str]:
    """What a person reads of a way back; pure."""
    verb = "would be" if found["dry_run"] else "were"
    return [
        f"as of     {found['as_of']}",
        f"deleted   {found['uncovered']} keys {verb} brought back",
        f"rewritten {found['rewritten']} keys {verb} written again as they were",
        f"untouched {found['as_they_were']} keys are as they were, {found['younger']} came later and stay",
        *(f"    {key}" for key in found["keys"]),
    ]
