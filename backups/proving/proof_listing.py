"""Kept proofs as a person and a program read them."""

from datetime import datetime

from backups.proving import window
from backups.proving.proof_chain import Link
from backups.proving.proofs import Proofs
from operation import signature
from operation.stack import Stack


def content(stack: Stack, kept: Proofs, now: datetime) -> dict[str, object]:
    """As JSON: times ISO 8601 in UTC, the newest proof last."""
    hours = stack.settings.backups.proof_hours
    return {
        "key": kept.key or None,
        "public_key": str(signature.exported_path(stack)) if kept.key else None,
        "proof_hours": hours,
        "wrong": list(kept.faults),
        "proofs": [_row(each, hours, now) for each in kept.links],
    }


def _row(link: Link, hours: int, now: datetime) -> dict[str, object]:
    proof = link.proof
    said = proof.model_dump(mode="json", exclude={"before"}) if proof else {}
    dated = {
        "age_seconds": round((now - proof.at).total_seconds()) if proof else None,
        "counts_until": window.end(proof, hours).isoformat() if proof and proof.good else None,
    }
    return {"file": link.name, "holds": link.holds, "wrong": link.complaint or None, **said, **dated}


def lines(stack: Stack, kept: Proofs, now: datetime) -> list[str]:
    """A line for each, the newest last, and who signed."""
    if not kept.links:
        return [f"stack {stack.name} has no proofs yet: invoke backup.verify"]
    hours = stack.settings.backups.proof_hours
    said = [_line(each, hours, now) for each in kept.links]
    if kept.key:
        said.append(f"signed by key {kept.key}; anybody checks by {signature.exported_path(stack)}")
    return said


def _line(link: Link, hours: int, now: datetime) -> str:
    proof = link.proof
    signed = "signature holds" if link.holds else link.complaint
    if proof is None:
        return f"{link.name}: {signed}"
    until = window.end(proof, hours)
    counts = f"counts until {until:%Y-%m-%d %H:%M} UTC" if until >= now else "too old to count"
    verdict = f"good, {counts}" if proof.good else f"NOT GOOD: {window.reason(proof)}"
    return (
        f"{proof.number:>4}  {proof.repository:<5}  {proof.label or '-':<33}  "
        f"{window.age(proof, now):>7} ago  {signed}  {verdict}"
    )
