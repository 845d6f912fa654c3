"""What the certificate of one party has to say."""

import ipaddress
import re

from pydantic import BaseModel, ConfigDict, model_validator

from infra.sections.certificates import KeyType
from infra.sections.names import DNS_NAME, LONGEST_DNS_NAME
from operation.failure import refusal

PARTY = re.compile(r"[a-z][a-z0-9-]{0,30}")
EMAIL = re.compile(r"[!-?A-~]{1,64}@[a-z0-9.-]{1,253}")

LONGEST_COMMON_NAME = 64
"""Characters; `ub-common-name` of RFC 5280, appendix A."""

LONGEST_LIFE = 398
"""Days that a leaf may live; CA/Browser Forum baseline requirements, section 6.3.2, up to March 2026."""

LONGEST_PUBLIC_LIFE = 200
"""Days of a server that browsers reach by a name with a dot; the same section, from March 2026."""

MOST_CHARACTERS = 8192
"""Of all names together: a chain must fit a TLS record of 16 KiB, and HAProxy's buffer."""


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
        key: kind of a new key; another one waits for the next renewal.
        emails: mail addresses of a person.
        person: a client that is a human being.
        public: clients of the platform are shown another CA's certificate, while there is one.

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
    key: KeyType = "ecdsa-p256"
    emails: tuple[str, ...] = ()
    person: bool = False
    public: bool = False

    @property
    def kind(self) -> str:
        """`server`, `client`, `peer` (both at once) or `person`."""
        if self.person:
            return "person"
        if self.server and self.client:
            return "peer"
        return "server" if self.server else "client"

    @property
    def for_browsers(self) -> bool:
        """A server with a name that browsers of the internet could reach."""
        return self.server and any("." in name for name in self.names)

    @property
    def longest_life(self) -> int:
        """Days that such a certificate may live."""
        return LONGEST_PUBLIC_LIFE if self.for_browsers else LONGEST_LIFE

    @model_validator(mode="after")
    def _sound(self) -> "Profile":
        wrong = _complaint(self)
        if wrong:
            raise refusal(f"certificate profile {self.party!r}: {wrong}.", remedy="correct the profile.")
        return self


def _complaint(profile: Profile) -> str:
    """The first thing that makes a profile unusable, or an empty string."""
    common_name_fits = 1 <= len(profile.common_name) <= LONGEST_COMMON_NAME
    every = (*profile.names, *profile.addresses, *profile.emails)
    rules = (
        (
            bool(PARTY.fullmatch(profile.party)),
            "party must be lower-case letters, digits and dashes, 31 at most",
        ),
        (profile.common_name.isprintable(), "common_name must be printable"),
        (profile.common_name == profile.common_name.strip(), "common_name must not begin or end blank"),
        (common_name_fits, f"common_name must have 1 to {LONGEST_COMMON_NAME} characters"),
        (profile.server or profile.client, "server or client must be true, else it is good for nothing"),
        (not (profile.person and profile.server), "a person is a client and no server"),
        (bool(every), "a name or an address is needed (the CN is never a name)"),
        (
            sum(map(len, every)) <= MOST_CHARACTERS,
            f"its names have more than {MOST_CHARACTERS} characters",
        ),
        (
            1 <= profile.days <= profile.longest_life,
            f"days must be 1 to {profile.longest_life}, not {profile.days}",
        ),
        (profile.uid >= 0, f"uid must not be negative, not {profile.uid}"),
    )
    complaints = [sentence for holds, sentence in rules if not holds]
    complaints += [f"{name!r} is not a DNS name" for name in profile.names if not _is_name(name)]
    complaints += [f"{each!r} is not an IP address" for each in profile.addresses if not _is_address(each)]
    complaints += [f"{each!r} is not a mail address" for each in profile.emails if not EMAIL.fullmatch(each)]
    return complaints[0] if complaints else ""


def _is_name(name: str) -> bool:
    bare = name.removeprefix("*.")
    return len(name) <= LONGEST_DNS_NAME and bool(DNS_NAME.fullmatch(bare))


def _is_address(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True
