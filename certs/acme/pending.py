"""What is under way at one server: a key, an order's address, records that are set. It survives a kill."""

import shutil
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import BaseModel

from certs.acme.hook import Record
from operation.custodian import write_private

FOLDER, STATE, KEY = "pending", "order.json", "key.pem"


class State(BaseModel):
    """What the file says.

    Attributes:
        names: that the certificate is to have.
        url: of the order; empty until the server gave one.
        records: TXT records that a hook has set, or was about to.
    """

    names: tuple[str, ...]
    url: str = ""
    records: tuple[Record, ...] = ()


class Pending:
    """An order under way in a server's folder; the certificate's key is there before the server is asked."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        """Takes up what is there for these names; else begins anew, and keeps what is to be cleaned up."""
        self._folder = folder / FOLDER
        found = self._found()
        self.state = found or State(names=names)
        if set(self.state.names) != set(names) or not (self._folder / KEY).exists():
            self.again(names)

    @property
    def key_pem(self) -> bytes:
        """The certificate's private key."""
        return (self._folder / KEY).read_bytes()

    def again(self, names: tuple[str, ...]) -> None:
        """Forgets the order and its key."""
        made = ec.generate_private_key(ec.SECP256R1())
        content = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(self._folder / KEY, content)
        self.note(State(names=names, records=self.state.records))

    def note(self, state: State) -> None:
        """Writes down how far it is."""
        write_private(self._folder / STATE, state.model_dump_json(indent=2).encode())
        self.state = state

    def done(self) -> None:
        """Nothing is under way any more; a record that could not be removed is still known."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if self.state.records:
            self.note(State(names=self.state.names, records=self.state.records))

    def request(self) -> bytes:
        """The signing request (PEM): the names in the extension, as RFC 8555, section 7.4, has them."""
        key = load_pem_private_key(self.key_pem, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  # `again` made it
        names = x509.SubjectAlternativeName([x509.DNSName(name) for name in self.state.names])
        builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        made = builder.add_extension(names, critical=False).sign(key, SHA256())
        return made.public_bytes(Encoding.PEM)

    def _found(self) -> State | None:
        try:
            return State.model_validate_json((self._folder / STATE).read_bytes())
        except (OSError, ValueError):
            return None
