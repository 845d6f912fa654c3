"""What the load balancer would ask a canary, asked from the load balancer's own container."""

import json

from infra.parties import API, Party, pairs
from operation.containers import Output, container, execute
from operation.failure import Failure
from operation.stack import Stack
from rollout.canary import SUFFIX
from tokens.bearer import ITEMS
from tokens.issue import issued
from tokens.keys import key_file

SECONDS = 5
PORT = 8443
CURL = """
printf 'header = "%s"\\n' "$HEADER" | exec curl --config - --silent --show-error --max-time "$SECONDS" \
  --noproxy '*' \
  --cacert /certs/current/ca.pem --cert /certs/current/cert.pem --key /certs/current/key.pem \
  --connect-to "$NAME:$PORT:$CANARY:$PORT" --write-out '\\n%{http_code}' "$@"
"""


def ask(stack: Stack, party: Party) -> int:
    """Asks the canary as the load balancer asks a replica: over mutual TLS, under the service's own name.

    Returns:
        how many requests it answered well; 0 for a service that the load balancer does not ask.

    Raises:
        Failure: when an answer is not what it should be.
    """
    if ("load-balancer", party.role) not in pairs(stack.settings):
        return 0
    requests = [_expected(stack, party, "GET", "/readyz", 200)]
    if party is API:
        made = _expected(stack, party, "POST", "/items", 201, {"name": "canary"})
        number = json.loads(made)["id"]
        requests += [made, _expected(stack, party, "GET", f"/items/{number}", 200)]
        requests += [_expected(stack, party, "DELETE", f"/items/{number}", 204)]
    return len(requests)


def _expected(
    stack: Stack, party: Party, method: str, path: str, status: int, body: dict[str, str] | None = None
) -> str:
    words = ["--request", method, f"https://{party.role}:{PORT}{path}"]
    if body is not None:
        words += ["--json", json.dumps(body)]
    answer = _curl(stack, party, words)
    text, _, code = answer.stdout.rpartition("\n")
    if code != str(status):
        reason = answer.stderr.strip() or f"{code} {text[:200]}"
        raise Failure(
            f"the new {party.role} is healthy, but answers {method} {path} with: {reason}.",
            "it never took a request; what served before serves.",
            "mend it, then `invoke deploy` again.",
        )
    return text


def _curl(stack: Stack, party: Party, words: list[str]) -> Output:
    surroundings = {
        "NAME": party.role,
        "CANARY": party.role + SUFFIX,
        "PORT": str(PORT),
        "SECONDS": str(SECONDS),
        "HEADER": f"Authorization: Bearer {issued(key_file(stack), 'deploy', ITEMS)}",
    }
    return execute(
        container(stack, "load-balancer"), ["sh", "-c", CURL, "curl", *words], environment=surroundings
    )
