"""Connections that were open when their client's certificate was revoked: cut within seconds."""

import asyncio
import logging
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from cryptography import x509

from services.base.tls import REVOKED

LOG = logging.getLogger(__name__)

PAUSE = 5.0
"""Seconds between two looks."""

LIST = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)


async def watch(connections: Collection[Any], look: Callable[[], Path]) -> None:
    """Looks for ever.

    Args:
        connections: uvicorn's protocols, as they come and go.
        look: takes new certificates, if there are some, and gives their folder.
    """
    seen = look()
    while True:
        await asyncio.sleep(PAUSE)
        folder = look()
        if folder == seen:
            continue
        try:
            cut(list(connections), revoked(folder))
        except (OSError, ValueError) as error:
            LOG.error("revocation lists cannot be read", extra={"reason": str(error)})  # noqa: TRY400
        seen = folder


def revoked(folder: Path) -> frozenset[int]:
    """Serial numbers that the lists in a folder name; none without lists.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when one of them is no list.
    """
    return frozenset(entry.serial_number for each in lists(folder) for entry in each)


def lists(folder: Path) -> list[x509.CertificateRevocationList]:
    """The lists in a folder; none where there is no file of them.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when one of them is no list.
    """
    if not (folder / REVOKED).exists():
        return []
    return [x509.load_pem_x509_crl(each) for each in LIST.findall((folder / REVOKED).read_bytes())]


def cut(connections: Collection[Any], serials: Collection[int]) -> int:
    """Cuts the connections of those clients; gives how many there were."""
    hit = [each.transport for each in connections if serial_of(each.transport) in serials]
    for transport in hit:
        transport.abort()
    if hit:
        LOG.warning("connections of revoked certificates cut", extra={"connections": len(hit)})
    return len(hit)


def serial_of(transport: Any) -> int | None:
    """Of the certificate that the other side showed; None where there is none."""
    wire = transport.get_extra_info("ssl_object") if transport else None
    shown = wire.getpeercert(binary_form=True) if wire else None
    return x509.load_der_x509_certificate(shown).serial_number if shown else None
