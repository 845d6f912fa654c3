"""One item written, read and removed through the load balancer: what a client would do."""

import json
import secrets
import time
from dataclasses import asdict, dataclass

from infra.addresses import addresses
from operation.failure import Failure
from operation.stack import Stack

SECONDS = 5.0
"""Longest wait for one answer."""


@dataclass(frozen=True)
class Probe:
    """What became of it; milliseconds of each request."""

    address: str
    written: float
    read: float
    removed: float


def probe(stack: Stack, *, as_json: bool) -> None:
    """Writes, reads and removes an item, and prints how long each took.

    Raises:
        Failure: when one of them is not answered as it should be.
    """
    found = asked(stack)
    if as_json:
        print(json.dumps(asdict(found), indent=1))
        return
    print(
        f"{found.address}: an item was written ({found.written:.0f} ms), read ({found.read:.0f} ms) "
        f"and removed ({found.removed:.0f} ms)"
    )


def asked(stack: Stack) -> Probe:
    """The three requests, by the first of the platform's addresses."""
    import httpx  # noqa: PLC0415

    from certs.endpoints.outsiders import context  # noqa: PLC0415
    from tokens.bearer import bearer  # noqa: PLC0415

    root, address = stack.folder / "certs" / "root.pem", addresses(stack)[0]
    if not root.exists():
        raise Failure(f"stack {stack.name} has no root certificate.", remedy="`invoke up` deploys it.")
    name, trust = f"probe-{secrets.token_hex(4)}", context(stack)
    times: list[float] = []
    with httpx.Client(
        base_url=address, verify=trust, auth=bearer(stack, "probe"), timeout=SECONDS, trust_env=False
    ) as client:

        def timed(method: str, path: str, wanted: int, body: dict[str, str] | None = None) -> httpx.Response:
            started = time.monotonic()
            try:
                answer = client.request(method, path, json=body)
            except httpx.HTTPError as error:
                raise _unanswered(f"{method} {address}{path}", str(error) or type(error).__name__) from error
            times.append(round((time.monotonic() - started) * 1000, 1))
            if answer.status_code != wanted:
                raise _unanswered(f"{method} {address}{path}", f"{answer.status_code} {answer.text[:200]}")
            return answer

        number = timed("POST", "/items", httpx.codes.CREATED, {"name": name}).json()["id"]
        read = timed("GET", f"/items/{number}", httpx.codes.OK).json()
        timed("DELETE", f"/items/{number}", httpx.codes.NO_CONTENT)
    if read.get("name") != name:
        raise _unanswered(f"GET {address}/items/{number}", f"another item: {read}")
    return Probe(address, *times)


def _unanswered(request: str, words: str) -> Failure:
    return Failure(
        f"{request}: {words}.",
        "clients are not served as they should be.",
        "`invoke status` says what is wrong; `invoke logs api` tells more.",
    )
