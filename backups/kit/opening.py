"""What opens a kit, from a file or from a person at the terminal."""

import getpass
import sys

from backups.kit import place
from backups.kit.seal import Opener, wants_passphrase
from certs.ca.secret_file import secret
from operation.failure import refusal


def opener(content: bytes, name: str, identity: str, passphrase_file: str) -> Opener:
    """Identity or passphrase, whichever the kit wants.

    Args:
        content: the kit's file.
        name: of that file, for messages.
        identity: file with an age identity.
        passphrase_file: file with a passphrase; asked for when left out.

    Raises:
        Failure: when the file is no kit, or nobody gives what opens it.
    """
    if not wants_passphrase(content, name):
        if not identity:
            raise refusal(f"{name} opens with an identity.", remedy="add --identity FILE, of age-keygen.")
        return Opener(identity=secret(str(place.absolute(identity))).decode(errors="replace"))
    if passphrase_file:
        return Opener(passphrase=secret(str(place.absolute(passphrase_file))).decode(errors="replace"))
    if sys.stdin.isatty():
        return Opener(passphrase=getpass.getpass("Passphrase of the kit: "))
    raise refusal(f"{name} opens with a passphrase.", remedy="add --passphrase-file FILE.")
