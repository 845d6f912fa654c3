"""Where a registry is asked, and whom we trust there: as the Docker Engine itself has it."""

import ipaddress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from toolchain.provider.image_name import HUB

_HUB_ADDRESS: Final = f"https://registry-1.{HUB}"
CERTIFICATES: Final = Path("/etc/docker/certs.d")
"""Where Docker looks for the CA of a registry (docs.docker.com/engine/security/certificates)."""


def bases(address: str, host: str) -> tuple[str, ...]:
    """The addresses to try, in their order.

    With a scheme only that one. Without, TLS; and in the clear afterwards only on this very host.
    """
    if host == HUB:
        return (_HUB_ADDRESS,)
    scheme = urlsplit(address).scheme if "://" in address else ""
    if scheme:
        return (f"{scheme}://{host}",)
    return (f"https://{host}", f"http://{host}") if is_here(host) else (f"https://{host}",)


def is_here(host: str) -> bool:
    """Whether that is this very host: what is sent there is seen by nobody."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def trusted(host: str) -> str | bool:
    """The CA that Docker is given for a registry; else this host's own ones."""
    own = CERTIFICATES / host / "ca.crt"
    return str(own) if own.is_file() else True
