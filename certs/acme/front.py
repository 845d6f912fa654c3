"""The load balancer's answer to challenges, looked at before any server looks."""

import http.client
import secrets

from certs.acme.account import thumbprint
from operation.failure import Failure
from operation.stack import Stack

SECONDS = 5.0
PATH = "/.well-known/acme-challenge/"


def answers(stack: Stack) -> None:
    """Sees that the load balancer answers for our account; a failed proof at a public server counts there.

    The path from outside to its port is not seen from here.

    Raises:
        Failure: when it does not.
    """
    token = secrets.token_urlsafe(16)
    port = stack.settings.load_balancer.http_port
    found = _asked(port, stack.settings.certificates.public_names[0], token)
    if found != f"{token}.{thumbprint(stack)}":
        raise Failure(
            f"the load balancer does not answer challenges of ACME at port {port} yet: {found[:80]!r}.",
            "no server was asked; what serves goes on serving.",
            f"`invoke up --stack {stack.name}` tells it of settings and account; then `invoke certs.acme`.",
        )


def _asked(port: int, name: str, token: str) -> str:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        asking.request("GET", PATH + token, headers={"Host": name.replace("*", "any", 1)})
        return asking.getresponse().read(1024).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        asking.close()
