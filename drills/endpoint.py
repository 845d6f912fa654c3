"""The platform as its clients see it: an address, and the root certificate that they trust."""

import ipaddress
import ssl
import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drills.ledger import Entry
from operation.failure import Failure
from operation.stack import Stack
from tokens.keys import key_file

if TYPE_CHECKING:
    import httpx

TIMEOUT = 2.0
"""Seconds after which a request counts as unanswered."""

PAGE = 1000
"""Items in one page; the api's own limit."""

READ_BACK_SECONDS = 30.0
PAUSE = 0.5


@dataclass(frozen=True)
class Endpoint:
    """Where the load balancer listens.

    Attributes:
        url: scheme, host and port.
        root: path of the certificate that has to vouch for it.
        keys: path of the keys that sign tokens for it; empty where it asks for none.
    """

    url: str
    root: str
    keys: str = ""

    def trust(self) -> ssl.SSLContext:
        """A context that trusts this root and nothing else, and checks the host's name."""
        return ssl.create_default_context(cafile=self.root)

    def auth(self) -> "httpx.Auth | None":
        """Tokens for the witness, renewed for as long as it works."""
        from tokens.bearer import Bearer  # noqa: PLC0415

        return Bearer(Path(self.keys), "witness") if self.keys else None


def endpoint_of(stack: Stack) -> Endpoint:
    """A stack's endpoint from this host: a loopback address of its certificate, else its first name."""
    certificates, port = stack.settings.certificates, stack.settings.load_balancer.https_port
    loopback = [each for each in certificates.addresses if ipaddress.ip_address(each).is_loopback]
    host = next(iter(sorted(loopback, key=lambda each: ":" in each)), certificates.names[0])
    address = f"[{host}]" if ":" in host else host
    root = stack.folder / "certs" / "root.pem"
    return Endpoint(f"https://{address}:{port}", str(root), str(key_file(stack)))


def read_back(endpoint: Endpoint, acknowledged: list[Entry], prefix: str) -> AbstractSet[str]:
    """Names of the witness's rows that are there now.

    It pages on from a page before the smallest id that was acknowledged, because after a restore the sequence
    of ids may have gone back, and an id may belong to another row.

    Args:
        endpoint: where to ask.
        acknowledged: rows that were.
        prefix: what the names of the witness's rows start with.

    Raises:
        Failure: when the rows cannot be read to their end within 30 s.
    """
    import httpx  # noqa: PLC0415

    after = max(min((entry.id for entry in acknowledged), default=0) - PAGE, 0)
    deadline = time.monotonic() + READ_BACK_SECONDS
    with httpx.Client(
        base_url=endpoint.url,
        verify=endpoint.trust(),
        auth=endpoint.auth(),
        timeout=TIMEOUT,
        trust_env=False,
    ) as client:
        while True:
            try:
                return _names(client, after, prefix, deadline)
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                if time.monotonic() > deadline:
                    raise _unreadable(error) from error
                time.sleep(PAUSE)


def _names(client: "httpx.Client", after: int, prefix: str, deadline: float) -> AbstractSet[str]:
    found: set[str] = set()
    while time.monotonic() < deadline:
        answer = client.get("/items", params={"after": after, "limit": PAGE})
        answer.raise_for_status()
        items = answer.json()["items"]
        found.update(item["name"] for item in items if item["name"].startswith(prefix))
        if not items:
            return found
        after = items[-1]["id"]
    raise _unreadable(TimeoutError("time is up"))


def _unreadable(error: Exception) -> Failure:
    return Failure(
        f"the witness's rows cannot be read back ({type(error).__name__}: {error}).",
        "nobody knows how many acknowledged rows are gone.",
        "`invoke status`; then repeat the drill.",
    )
