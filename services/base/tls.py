"""The TLS listener: our CA's clients only, and a renewed certificate without a restart."""

import logging
import ssl
from pathlib import Path

LOG = logging.getLogger(__name__)

REVOKED = "crl.pem"
"""Revocation lists of root and issuing CA, in the folder of the certificates."""


class Renewal:
    """Hands each handshake the context of the certificates that are in the folder now.

    The folder is a symlink that a renewal moves. Trust added to a living context stays in it, so a new
    generation gets a context of its own: a CA that was dropped is no longer trusted.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._generation = folder.resolve()
        self.context = mutual_context(self._generation)
        self.context.sni_callback = self

    def __call__(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """OpenSSL calls this in every handshake, with or without a server name."""
        self.look()
        connection.context = self.context

    def look(self) -> Path:
        """Takes new certificates when there are some, and gives the folder of those that are there now."""
        generation = self._folder.resolve()
        if generation != self._generation:
            self._take(generation)
        return generation

    def _take(self, generation: Path) -> None:
        self._generation = generation
        try:
            self.context = mutual_context(generation)
        except (OSError, ssl.SSLError) as error:
            LOG.error("new certificates refused, the old ones serve on", extra={"reason": str(error)})  # noqa: TRY400
        else:
            LOG.info("new certificates taken", extra={"generation": generation.name})


def mutual_context(folder: Path) -> ssl.SSLContext:
    """A server's context that asks every client for a certificate of our CA that is not revoked.

    No session is ever resumed: a ticket would outlive the certificate that it was given to. A revocation list
    past its time refuses everybody; the platform's own are made anew when a third of it is left.

    Raises:
        OSError: when a file is missing (`ssl.SSLError`, one too, when it does not hold what it should).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3  # TLS 1.2 resumes sessions by their id, unasked
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    if (folder / REVOKED).exists():
        context.load_verify_locations(folder / REVOKED)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    context.set_alpn_protocols(["http/1.1"])
    return context
