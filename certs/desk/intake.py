"""Imports as they are asked for from the command line: looked at first, then taken."""

from pathlib import Path

from certs.ca.secret_file import secret
from certs.desk.description import described
from certs.desk.table import show_row
from certs.foreign import imports, incoming
from certs.pairs.statement import serial_of
from certs.serving.public_side import settle
from infra.parties import LOAD_BALANCER
from operation.containers import containers
from operation.failure import refusal
from operation.mutation import mutation
from operation.progress import progress_of
from operation.stack import Stack, stack_named
from operation.stack_file import configure


def import_(  # noqa: PLR0913  # one word for each file
    stack_name: str,
    certificate: str,
    key: str,
    root: str,
    passphrase_file: str,
    *,
    issuing: bool,
    public: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Takes an issuing CA or a public server's pair from elsewhere, after looking at all of it.

    Raises:
        Failure: when it is no good; nothing is changed then.
    """
    stack = stack_named(stack_name)
    if issuing == public:
        raise refusal(
            "import as what?", remedy="give one of --issuing (a CA) and --public (a server's pair)."
        )
    if issuing and not root:
        raise refusal("an issuing CA needs the root above it.", remedy="add --root FILE.")
    passphrase = secret(passphrase_file) if passphrase_file else b""
    came = incoming.read(Path(certificate), Path(key) if key else None, passphrase)
    if issuing:
        above = imports.checked_issuing(stack, came, Path(root))
        found = imports.Imported(came.chain[0], came.mended)
    else:
        found = imports.checked_public(stack, came, Path(root) if root else None)
    words = {"mended": "; ".join(found.mended), "without_names": " ".join(found.missed)}
    if not dry_run:
        with mutation(stack, "certs.import" + " --issuing" * issuing + " --public" * public) as outcome:
            outcome.detail = serial_of(found.certificate)
            if issuing:
                imports.issuing(stack, came, above)
            else:
                imports.public(stack, came, Path(root) if root else None)
                words["then"] = _shown(stack, quiet=as_json)
    show_row({**described(found.certificate), **words}, as_json=as_json)


def _shown(stack: Stack, *, quiet: bool) -> str:
    """Shows clients the pair where the load balancer knows of imported ones; gives what is left to do."""
    role = LOAD_BALANCER.role
    if not stack.settings.certificates.imported:
        configure(stack, {"certificates.imported": True})
        return "`invoke up` shows it to clients: bem:certificates.imported is true now"
    if not containers(stack, role):
        return "`invoke up`, then `invoke certs.renew --party load-balancer` show it to clients"
    settle(stack, progress_of(stack, "certs import", quiet=quiet).step, fresh=True)
    return ""
