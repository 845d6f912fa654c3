"""Names that a certificate may have."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator


def dns_name(text: str) -> str:
    """A DNS name in small letters, others than ASCII's as an A-label (RFC 5891); `*.` may stand before it."""
    wildcard, name = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    if not name.isascii():
        import idna  # noqa: PLC0415  # its tables are only for those who need them

        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError as error:
            message = f"{text!r} is no DNS name: {error}"
            raise ValueError(message) from error
    if not DNS_NAME.fullmatch(name.lower()) or len(name) > LONGEST_DNS_NAME:
        message = f"{text!r} is no DNS name"
        raise ValueError(message)
    return wildcard + name.lower()


def signable(text: str) -> str:
    """A DNS name, or an IP network."""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        return dns_name(text)


DnsName = Annotated[str, AfterValidator(dns_name)]
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DNS_NAME = re.compile(rf"{LABEL}(\.{LABEL})*")
LONGEST_DNS_NAME = 253
"""Characters; RFC 1035, section 2.3.4, without the closing dot."""
