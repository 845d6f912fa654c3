"""An ACME server as we speak with it: signed requests, and nonces that are tried again."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from acme.client import ClientNetwork, ClientV2
from acme.messages import Error
from josepy.jwa import ES256

from certs.acme.place import host_of
from certs.acme.trouble import Last, told
from certs.endpoints.outsiders import roots
from operation.failure import Failure, refusal

if TYPE_CHECKING:
    from josepy.jwk import JWKEC

SECONDS = 30
"""Longest wait for one answer."""
NONCES = 10
"""Tries with a fresh nonce. A server may throw any nonce away (RFC 8555, section 6.5); half of them at random
are thrown away ten times in a row once in a thousand requests."""
NEEDED = ("newNonce", "newAccount", "newOrder")
AGENT = "bem-operations"


class Network(ClientNetwork):
    """The library's, with more patience for nonces, a CA file of our own, and an eye on the last answer."""

    def __init__(self, key: "JWKEC", ca_file: Path | None) -> None:
        super().__init__(key, alg=ES256, user_agent=AGENT, timeout=SECONDS)
        self.last = Last()
        self.session.hooks["response"].append(self.last.note)
        trust: Any = (
            str(ca_file) if ca_file else True
        )  # `requests` takes a path here, the library hands it on
        self.verify_ssl = trust

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Sends a signed request; once more with a fresh nonce as long as the server wants one."""
        for _ in range(NONCES - 1):
            try:
                return self._post_once(*args, **kwargs)
            except Error as error:
                if error.code != "badNonce":
                    raise
                self._nonces.clear()
        return self._post_once(*args, **kwargs)


@dataclass(frozen=True)
class Server:
    """A server whose directory we have read.

    Attributes:
        url: of its directory.
        client: the library's.
        network: what the client speaks through.
    """

    url: str
    client: ClientV2
    network: Network

    @property
    def name(self) -> str:
        """As a person is told it."""
        return host_of(self.url)

    def told(self, doing: str) -> Any:
        """A block in which every error becomes a `Failure` in a person's words."""
        return told(self.name, doing, self.network.last)

    def post(self, url: str, content: Any = None) -> requests.Response:
        """A signed request; without content it reads (RFC 8555, section 6.3)."""
        return self.network.post(url, content, new_nonce_url=self.client.directory["newNonce"])


def connected(url: str, key: "JWKEC", ca_file: Path | None = None) -> Server:
    """Reads a server's directory.

    Args:
        url: of the directory.
        key: the account's.
        ca_file: PEM file of roots that the server's own certificate is verified with; the system's when None.

    Raises:
        Failure: when it does not answer, or not with a directory.
    """
    if ca_file:
        roots(ca_file)
    network = Network(key, ca_file)
    with told(host_of(url), "the request for its directory", network.last):
        directory = ClientV2.get_directory(url, network)
        for resource in NEEDED:
            if not str(directory[resource]).startswith("https://"):
                raise ValueError(resource)
    return Server(url, ClientV2(directory, network), network)


def refused_account(server: str) -> Failure:
    """For a server that gives accounts only to known customers."""
    return refusal(
        f"{server} wants an account that is bound to a customer's (external account binding).",
        remedy="use a server that does without; certificates.acme.directory_url names it.",
    )
