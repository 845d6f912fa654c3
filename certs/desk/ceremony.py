"""The authority's ceremony as it is asked for from the command line: made, exported, brought back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from certs.ca import ceremony, offline
from certs.ca.authority import ISSUING_PEM, Authority, authority
from certs.ca.keys import PrivateKey
from certs.ca.offline import Seal
from certs.ca.secret_file import secret
from certs.desk.description import described
from certs.pairs import store
from certs.revocation import lists
from certs.rotation import successor
from operation import custodian
from operation.consent import ask
from operation.failure import refusal
from operation.mutation import mutation
from operation.stack import Stack, stack_named

MADE = "new issuing CA made; `invoke certs.rotate --ca issuing` puts it in place"
SHOWN = ("subject", "serial", "not_after", "key")


@dataclass(frozen=True)
class Root:
    """What `certs.init` is to do with the root, as files that were named.

    Attributes:
        export: file to write it to.
        remove: whether its key goes from this host then.
        bring: exported file to sign with.
        recipient: whom age encrypts to.
        passphrase: file with a passphrase.
        identity: file with an age identity.
    """

    export: str = ""
    remove: bool = False
    bring: str = ""
    recipient: str = ""
    passphrase: str = ""
    identity: str = ""


def init(stack_name: str, root: Root, *, new_issuing: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Makes the authority where there is none; exports the root, or signs a new issuing CA with it.

    Raises:
        Failure: when it cannot be made, exported or brought.
    """
    stack = stack_named(stack_name)
    _agree(root, new_issuing=new_issuing)
    if dry_run:
        _foretell(stack, root, new_issuing=new_issuing, as_json=as_json)
        return
    if root.remove:
        ask(
            f"Remove the root's key of stack {stack.name} from this host? {root.export} is then all.", yes=yes
        )
    there = (stack.folder / "certs" / ISSUING_PEM).exists()
    with mutation(stack, "certs.init") as outcome:
        signer = authority(stack)
        made = "" if there else "authority made"
        shown = _export(stack, root) if root.export else ""
        brought = _brought(root, signer.root.subject.rfc4514_string()) if root.bring else None
        if new_issuing:
            signer = _new_issuing(stack, brought)
        elif brought or not there:
            lists.reissue(stack, root_key=brought)
        if root.remove:
            ceremony.remove_root_key(stack)
        done = [made, "root exported" * bool(root.export), "root's key removed" * root.remove]
        issuing = MADE if _serves(stack) else "new issuing CA"
        done += [issuing * new_issuing, "lists signed" * bool(root.bring and not new_issuing)]
        outcome.detail = ", ".join(filter(None, done)) or "nothing was to be done"
        outcome.outcome = "succeeded" if any(done) else "unchanged"
    rows: dict[str, object] = {"done": outcome.detail}
    rows |= {"root": described(signer.root), "issuing": described(signer.issuing)}
    _print_authority(rows, shown, as_json=as_json)


def _serves(stack: Stack) -> bool:
    """Whether parties have certificates; they have to know another CA before it signs."""
    return bool(store.profiles(stack))


def _new_issuing(stack: Stack, root_key: PrivateKey | None) -> Authority:
    if not _serves(stack):
        return ceremony.new_issuing(stack, root_key)
    successor.prepare(stack, "issuing", root_key)
    return authority(stack)


def _agree(root: Root, *, new_issuing: bool) -> None:
    if root.remove and not root.export:
        raise refusal("the root's key is removed only with a copy.", remedy="add --export-root FILE.")
    if root.remove and new_issuing and root.bring:
        raise refusal("a root that was brought is not on this host.", remedy="leave --remove-root-key out.")
    if root.recipient and root.passphrase:
        raise refusal("encrypt to whom?", remedy="give one of --recipient and --passphrase-file.")
    if root.export:
        offline.refuse_existing(Path(root.export))


def _export(stack: Stack, root: Root) -> str:
    """Exports the root; gives the passphrase that was made for it, empty when the person has their own."""
    certificate, key = ceremony.root_pair(stack)
    own = bool(root.recipient or root.passphrase)
    passphrase = secret(root.passphrase).decode() if root.passphrase else custodian.random()
    seal = Seal(recipient=root.recipient) if root.recipient else Seal(passphrase=passphrase.encode())
    offline.write(Path(root.export), certificate, key, seal)
    return "" if own else passphrase


def _brought(root: Root, subject: str) -> PrivateKey:
    identity = secret(root.identity).decode(errors="replace") if root.identity else ""
    passphrase = secret(root.passphrase) if root.passphrase else b""
    certificate, key = offline.read(Path(root.bring), Seal(passphrase=passphrase, identity=identity))
    if certificate.subject.rfc4514_string() != subject:
        raise refusal(f"{root.bring} holds another stack's root.", remedy=f"give the one of {subject}.")
    return key


def _foretell(stack: Stack, root: Root, *, new_issuing: bool, as_json: bool) -> None:
    there = (stack.folder / "certs" / ISSUING_PEM).exists()
    done = [
        "" if there else "make a root CA and an issuing CA",
        f"export the root to {root.export}" if root.export else "",
        "remove the root's key from this host" if root.remove else "",
        "make a new issuing CA" if new_issuing else "",
    ]
    would = "; ".join(filter(None, done)) or "do nothing"
    print(json.dumps({"would": would}) if as_json else f"would {would}")


def _print_authority(rows: Mapping[str, object], passphrase: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({**rows, **({"passphrase": passphrase} if passphrase else {})}, indent=1))
        return
    print(rows["done"])
    for name in ("root", "issuing"):
        found = rows[name]
        assert isinstance(found, dict)  # noqa: S101  # as `described` gives it
        print(f"{name:<8} " + "  ".join(str(found[each]) for each in SHOWN))
    if passphrase:
        print(f"passphrase of the exported root, shown this once: {passphrase}")
