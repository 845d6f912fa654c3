"""What only the root's key can do: a new issuing CA, and a copy of the root that leaves the host."""

from cryptography import x509

from certs.ca import key_file
from certs.ca.authority import LOCK, ROOT_KEY, ROOT_PEM, Authority, authority, opened
from certs.ca.constraints import breach, constraints, outside
from certs.ca.issuer import issuing_certificate
from certs.ca.keys import PrivateKey, new_key, private_pem
from certs.ca.signature import pem
from certs.pairs.leaf import alternatives
from certs.pairs.profile import Profile
from certs.revocation import lists
from certs.rotation import succession
from certs.turn import turn
from operation.failure import Failure
from operation.stack import Stack


def able(stack: Stack, profile: Profile) -> Authority:
    """The stack's authority, able to sign for that profile.

    Where the stack's file has names that its issuing CA may not sign for, since they are newer than it, a new
    issuing CA of the same root is made while no party has a certificate. Later one has to be told before it
    signs: servers refuse a CA whose revocation list they do not have.

    Raises:
        Failure: when the authority cannot be used, a rotation is needed, or the root's key is not here.
    """
    signer, names = authority(stack), list(alternatives(profile))
    if not outside(signer.issuing, profile.common_name, names):
        return signer
    if breach(constraints(stack.name, stack.settings.certificates), profile.common_name, names):
        return signer  # nor would the next one be; whoever issues says so
    with turn(stack.make_folder("certs") / ".successor.lock"):
        signer = authority(stack)
        if not outside(signer.issuing, profile.common_name, names):  # another process was faster
            return signer
        if any((stack.folder / "certs").glob("*/profile.json")):
            raise Failure(
                f"the issuing CA may not sign for {' '.join(profile.names)}: it is older than that name.",
                "every certificate that is out goes on working.",
                "`invoke certs.rotate --ca issuing` makes one that may; then type the same command again.",
            )
        return new_issuing(stack)


def new_issuing(stack: Stack, root_key: PrivateKey | None = None) -> Authority:
    """A new issuing CA with a key of its own; the former one is kept for its revocation list.

    Every party trusts the root and sends its chain, so leaves of both CAs verify everywhere at once.

    Args:
        stack: whose.
        root_key: the root's key, when it is not on this host.

    Raises:
        Failure: when the root's key is not there, or belongs to another root.
    """
    authority(stack)
    folder = stack.make_folder("certs")
    with turn(folder / LOCK):
        former = opened(stack, folder)
        root_key = root_key or root_key_of(stack)
        key_file.belongs(former.root, root_key, folder / ROOT_KEY)
        key = new_key(stack.settings.certificates.authority_key)
        certificate = issuing_certificate(stack, key.public_key(), former.root, root_key)
        passphrase = key_file.passphrase_of(stack, keys_exist=True)
        succession.succeed(folder, pem(certificate), private_pem(key, passphrase))
        made = opened(stack, folder)
    lists.reissue(stack, root_key=root_key)
    return made


def root_pair(stack: Stack) -> tuple[x509.Certificate, PrivateKey]:
    """The root and its key, from this host.

    Raises:
        Failure: when the key is not here.
    """
    return authority(stack).root, root_key_of(stack)


def remove_root_key(stack: Stack) -> None:
    """Takes the root's key off this host; its revocation list is signed before, for as long as it will do.

    Raises:
        Failure: when the lists cannot be written.
    """
    lists.reissue(stack)
    (stack.folder / "certs" / ROOT_KEY).unlink(missing_ok=True)


def root_key_of(stack: Stack) -> PrivateKey:
    """The root's key, from this host.

    Raises:
        Failure: when it is not here.
    """
    path = stack.folder / "certs" / ROOT_KEY
    if not path.exists():
        raise Failure(
            f"the root's key is not on this host, and {ROOT_PEM} alone signs nothing.",
            "no new issuing CA can be made; the present one goes on issuing.",
            "`invoke certs.init --new-issuing --root FILE` with the root that was exported.",
        )
    return key_file.read(path, key_file.passphrase_of(stack, keys_exist=True))
