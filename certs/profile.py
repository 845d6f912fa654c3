"""What the certificate of one party has to say."""

import ipaddress
import re

from pydantic import BaseModel, ConfigDict, model_validator

from operation.failure import refusal

PARTY = re.compile(r"[a-z][a-z0-9-]{0,30}")
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DNS_NAME = re.compile(rf"(\*\.)?{LABEL}(\.{LABEL})*")

LONGEST_COMMON_NAME = 64
"""Characters; `ub-common-name` of RFC 5280, appendix A."""

LONGEST_DNS_NAME = 253
"""Characters; RFC 1035, section 2.3.4, without the closing dot."""

LONGEST_LIFE = 398
"""Days that a leaf may live; CA/Browser Forum baseline requirements, section 6.3.2, up to March 2026."""


class Profile(BaseModel):
    """The wish of one party; a certificate that says the same fits it.

    A party is anything that holds a certificate. The profile holds nothing secret and goes into Pulumi's
    state as `model_dump(mode="json")`; `model_validate` reads it back.

    Attributes:
        party: short name; folder of the local pair and part of the volume's name.
        common_name: subject; for a client of PostgreSQL the role that it logs in as.
        names: DNS names that it is reached by.
        addresses: IP addresses that it is reached by.
        server: may answer TLS connections.
        client: may open mutual TLS connections.
        uid: owner (and group) of the files in the party's volume.
        days: life of a new certificate.

    Raises:
        Failure: when it asks for a certificate that nobody could verify.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    party: str
    common_name: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    server: bool
    client: bool
    uid: int
    days: int

    @model_validator(mode="after")
    def _sound(self) -> "Profile":
        wrong = _complaint(self)
        if wrong:
            raise refusal(f"certificate profile {self.party!r}: {wrong}.", remedy="correct the profile.")
        return self


def _complaint(profile: Profile) -> str:
    """The first thing that makes a profile unusable, or an empty string."""
    common_name_fits = 1 <= len(profile.common_name) <= LONGEST_COMMON_NAME
    rules = (
        (
            bool(PARTY.fullmatch(profile.party)),
            "party must be lower-case letters, digits and dashes, 31 at most",
        ),
        (common_name_fits, f"common_name must have 1 to {LONGEST_COMMON_NAME} characters"),
        (profile.server or profile.client, "server or client must be true, else it is good for nothing"),
        (bool(profile.names or profile.addresses), "a name or an address is needed (the CN is never a name)"),
        (1 <= profile.days <= LONGEST_LIFE, f"days must be 1 to {LONGEST_LIFE}, not {profile.days}"),
        (profile.uid >= 0, f"uid must not be negative, not {profile.uid}"),
    )
    complaints = [sentence for holds, sentence in rules if not holds]
    complaints += [f"{name!r} is not a DNS name" for name in profile.names if not _is_name(name)]
    complaints += [f"{each!r} is not an IP address" for each in profile.addresses if not _is_address(each)]
    return complaints[0] if complaints else ""


def _is_name(name: str) -> bool:
    return len(name) <= LONGEST_DNS_NAME and bool(DNS_NAME.fullmatch(name))


def _is_address(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True
