"""What is to be done about a public certificate, and why; nothing is changed to find out."""

from dataclasses import dataclass
from datetime import UTC, datetime

from certs.acme import pair, place, rehearsal, window
from certs.acme.pair import Origin
from certs.ca.signature import now
from certs.foreign import public_pair
from certs.pairs.statement import issuer_of, serial_of
from operation.failure import refusal
from operation.stack import Stack

Value = str | bool | list[str] | None


@dataclass(frozen=True)
class Plan:
    """What is known, and what follows from it.

    Attributes:
        server: address of the directory.
        names: that the certificate is to have.
        reason: why one is to be obtained; empty when none is.
        rehearsal: address of the staging directory that is asked first; empty when none is.
        renew_at: when the present one is due (UTC); None when there is none that does.
        until: when the present one expires (UTC); None when none can serve.
        issuer: who signed the present one; empty when none can serve.
        serial: its serial number; empty when none can serve.
        pauser: address of the server that wants to be left alone; empty when all may be asked.
        paused: until when it wants to be (UTC); None when all may be asked.
    """

    server: str
    names: tuple[str, ...]
    reason: str
    rehearsal: str
    renew_at: datetime | None
    until: datetime | None
    issuer: str
    serial: str
    pauser: str
    paused: datetime | None

    def told(self) -> dict[str, Value]:
        """For a program."""
        moments = {key: getattr(self, key) for key in ("renew_at", "until", "paused")}
        return {
            "server": self.server,
            "names": list(self.names),
            "serves": "acme" if self.serial else "own",
            "issuer": self.issuer,
            "serial": self.serial,
            **{key: at.isoformat() if at else None for key, at in moments.items()},
            "due": bool(self.reason),
            "reason": self.reason,
            "rehearsal": self.rehearsal,
            "pauser": self.pauser,
        }


def plan(stack: Stack, *, force: bool = False) -> Plan:
    """Judges by what is known here; the server is not asked.

    Raises:
        Failure: when the stack does not use ACME.
    """
    settings = stack.settings.certificates.acme
    if not settings.enabled:
        raise refusal(
            f"stack {stack.name} obtains no public certificate.",
            remedy=f"set bem:certificates.acme.enabled in {stack.file.name}, then `invoke up`.",
        )
    wanted = wish(stack)
    folder, at = place.of_server(stack, wanted.url), now()
    kept, serves = public_pair.certificate(stack), public_pair.serving(stack)
    advised = window.known_advice(folder, kept) if kept else None
    reason = window.stale(kept, pair.origin(stack), wanted)
    if kept and not reason:
        reason = window.due(kept, advised, at) or ("you ask for it" if force else "")
    rehearsed = settings.staging_url if rehearsal.wanted(stack, settings, wanted.names) else ""
    pauser, paused = ("", None) if force else _pause(stack, rehearsed, wanted.url)
    return Plan(
        server=wanted.url,
        names=wanted.names,
        reason=reason,
        rehearsal=rehearsed,
        renew_at=window.renewal_at(kept, advised) if kept else None,
        until=serves.not_valid_after_utc if serves else None,
        issuer=issuer_of(serves) if serves else "",
        serial=serial_of(serves) if serves else "",
        pauser=pauser,
        paused=paused,
    )


def _pause(stack: Stack, *urls: str) -> tuple[str, datetime | None]:
    for url in filter(None, urls):
        found = window.pause(place.of_server(stack, url), datetime.now(UTC))
        if found:
            return url, found.until
    return "", None


def wish(stack: Stack) -> Origin:
    """The server and the names that the stack's file asks for."""
    certificates = stack.settings.certificates
    return Origin(url=certificates.acme.directory_url, names=certificates.public_names)
