"""Imports: what is sound is taken, what can be mended is, and the rest is refused with a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from certs.ca.authority import FILES, authority
from certs.desk import intake
from certs.endpoints.outsiders import further
from certs.foreign import imports, incoming, public_pair
from certs.foreign.incoming import Incoming
from certs.pairs.store import ensure
from certs.revocation.lists import uncovered
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask, Serve
from tests.certs.elsewhere import Member, Wish, chain, key_of, made, small_rsa
from tests.certs.verdict import by_openssl, by_ssl, openssl

NAMES = ("www.example.org", "localhost")


@dataclass(frozen=True)
class Company:
    """A root, an intermediate and a server's certificate of a company."""

    folder: Path
    root: Member
    middle: Member
    server: Member

    def root_file(self) -> Path:
        """What clients trust."""
        return chain(self.folder, "root.pem", self.root)

    def files(self, *members: Member, key: Member | None = None) -> tuple[Path, Path]:
        """Certificates, and a key."""
        made_of = members or (self.server, self.middle)
        return chain(self.folder, "chain.pem", *made_of), key_of(self.folder, "key.pem", key or self.server)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Sound in every way."""
    folder = tmp_path / "company"
    folder.mkdir()
    root = made(Wish("Company root"))
    middle = made(Wish("Company servers", path_length=0), root)
    return Company(folder, root, middle, made(Wish("www", ca=False, names=NAMES), middle))


def public(stack: Stack, company: Company, *files: Path, root: bool = True) -> imports.Imported:
    """Looks at a pair for the public side."""
    came = incoming.read(files[0], files[1] if len(files) > 1 else None)
    return imports.checked_public(stack, came, company.root_file() if root else None)


def test_sound_pair_is_taken_and_serves(stack: Stack, company: Company, serve: Serve) -> None:
    """Certificate with its chain, and key, whole; a client that trusts the company's root takes it."""
    came = incoming.read(*company.files())
    found = imports.checked_public(stack, came, company.root_file())
    assert (found.mended, found.missed) == ((), ())
    imports.public(stack, came)
    place = stack.folder / "certs" / "public"
    assert {path.name: path.stat().st_mode & 0o777 for path in place.iterdir()} == {
        "cert.pem": 0o600,
        "key.pem": 0o600,
    }
    assert by_ssl(serve(place), "localhost", company.root_file()) == ""
    assert by_ssl(serve(place), "other.example.org", company.root_file()) != ""


def crlf(company: Company) -> tuple[Path, Path]:
    """Line ends of Windows."""
    files = company.files()
    for path in files:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    return files


def marked(company: Company) -> tuple[Path, Path]:
    """A byte-order mark before the text."""
    files = company.files()
    files[0].write_bytes(b"\xef\xbb\xbf" + files[0].read_bytes())
    return files


def reversed_(company: Company) -> tuple[Path, Path]:
    """The leaf last."""
    return company.files(company.middle, company.server)


def with_root(company: Company) -> tuple[Path, Path]:
    """The root at the end."""
    return company.files(company.server, company.middle, company.root)


def twice(company: Company) -> tuple[Path, Path]:
    """One certificate two times."""
    return company.files(company.server, company.middle, company.middle)


def stranger(company: Company) -> tuple[Path, Path]:
    """A certificate of others among them."""
    return company.files(company.server, made(Wish("somebody")), company.middle)


@pytest.mark.parametrize(
    ("files", "mended"),
    [
        (crlf, "line ends of Windows"),
        (marked, "byte-order mark"),
        (reversed_, "order of the certificates"),
        (with_root, "root at the end"),
        (twice, "there twice"),
        (stranger, "do not belong"),
    ],
)
def test_what_can_be_mended_is(
    stack: Stack, company: Company, files: Callable[[Company], tuple[Path, Path]], mended: str
) -> None:
    """And said; what is kept is in order, in plain PEM."""
    came = incoming.read(*files(company))
    assert mended in " ".join(imports.checked_public(stack, came, company.root_file()).mended)
    imports.public(stack, came)
    kept = (stack.folder / "certs/public/cert.pem").read_bytes()
    assert x509.load_pem_x509_certificates(kept) == [company.server.certificate, company.middle.certificate]
    assert b"\r" not in kept


def below(company: Company, **changes: object) -> Member:
    """Another server's certificate of the company."""
    return made(Wish(**{"name": "www", "ca": False, "names": NAMES, **changes}), company.middle)  # type: ignore[arg-type]


def other_middle(company: Company, **changes: object) -> tuple[Path, Path]:
    """A chain with another intermediate."""
    middle = made(Wish(**{"name": "Other", **changes}), company.root)  # type: ignore[arg-type]
    leaf = made(Wish("www", ca=False, names=NAMES), middle)
    return company.files(leaf, middle, key=leaf)


def two_keys(company: Company) -> tuple[Path, Path]:
    """Two keys in one file."""
    files = company.files()
    files[1].write_bytes(
        files[1].read_bytes() + key_of(company.folder, "second.pem", company.root).read_bytes()
    )
    return files


def pathlen(company: Company) -> tuple[Path, Path]:
    """A CA below one that allows none below it."""
    deep = made(Wish("Deeper"), company.middle)
    leaf = made(Wish("www", ca=False, names=NAMES), deep)
    return company.files(leaf, deep, company.middle, key=leaf)


def rubbish(company: Company) -> tuple[Path, Path]:
    """A certificate that is none."""
    files = company.files()
    files[0].write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    return files


def der(company: Company) -> tuple[Path, Path]:
    """DER in place of PEM."""
    files = company.files()
    files[0].write_bytes(company.server.certificate.public_bytes(Encoding.DER))
    return files


def weak(company: Company) -> tuple[Path, Path]:
    """A short RSA key."""
    leaf = below(company, key=small_rsa())
    return company.files(leaf, company.middle, key=leaf)


def old_hash(company: Company) -> tuple[Path, Path]:
    """SHA-1."""
    names = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "www")])
    request = x509.CertificateSigningRequestBuilder().subject_name(names).sign(company.server.key, SHA256())
    (company.folder / "request").write_bytes(request.public_bytes(Encoding.PEM))
    says = "subjectAltName=DNS:www.example.org\nextendedKeyUsage=serverAuth\n"
    (company.folder / "says").write_text(says)
    ca, key = chain(company.folder, "ca", company.middle), key_of(company.folder, "ca.key", company.middle)
    options = ("-sha1", "-CA", ca, "-CAkey", key, "-CAcreateserial", "-extfile", company.folder / "says")
    out = company.folder / "chain.pem"
    done = openssl("x509", "-req", "-in", company.folder / "request", *options, "-out", out)
    assert done.returncode == 0, done.stderr
    out.write_bytes(out.read_bytes() + ca.read_bytes())
    return out, key_of(company.folder, "key.pem", company.server)


def own(company: Company, **changes: object) -> tuple[Path, Path]:
    """A leaf of the sound intermediate that is not sound."""
    leaf = below(company, **changes)
    return company.files(leaf, company.middle, key=leaf)


REFUSED: list[tuple[Callable[[Company], tuple[Path, Path]], str]] = [
    (two_keys, "2 private keys"),
    (lambda company: company.files(company.middle), "belongs to none"),
    (lambda company: company.files(company.server), "Company servers is missing"),
    (lambda company: other_middle(company, age=400), "Other expired on"),
    (lambda company: other_middle(company, ca=False, names=("x",)), "Other is no CA"),
    (lambda company: own(company, age=400), "www expired on"),
    (lambda company: own(company, age=-2), "valid only from"),
    (lambda company: own(company, names=()), "no subjectAltName"),
    (
        lambda company: company.files(company.middle, company.root, key=company.middle),
        "is a CA, and no server",
    ),
    (lambda company: own(company, key=ec.generate_private_key(ec.SECP256K1())), "curve secp256k1"),
    (pathlen, "allows 0 CAs below it"),
    (rubbish, "cannot be read"),
    (der, "nothing in PEM"),
    (weak, "RSA key of 1024 bits"),
    (old_hash, "SHA1"),
]


@pytest.mark.parametrize(("files", "words"), REFUSED)
def test_what_clients_would_refuse_is_refused(
    stack: Stack, company: Company, files: Callable[[Company], tuple[Path, Path]], words: str
) -> None:
    """With its reason, exit status 2, and nothing kept."""
    with pytest.raises(Failure, match=words) as caught:
        public(stack, company, *files(company))
    assert caught.value.exit_code == 2
    assert not (stack.folder / "certs" / "public").exists()


def test_without_a_root_this_host_s_are_asked(stack: Stack, company: Company) -> None:
    """A company's root is not among them."""
    with pytest.raises(Failure, match="any root that this host trusts"):
        public(stack, company, *company.files(), root=False)


def test_encrypted_key_needs_its_passphrase(company: Company) -> None:
    """Without, and with a wrong one, it is refused; with the right one it is taken, also from one file."""
    file, _ = company.files()
    file.write_bytes(
        file.read_bytes() + key_of(company.folder, "k", company.server, b"right one").read_bytes()
    )
    for passphrase, words in ((b"", "is encrypted"), (b"wrong", "passphrase does not open it")):
        with pytest.raises(Failure, match=words):
            incoming.read(file, passphrase=passphrase)
    assert incoming.read(file, passphrase=b"right one").key.public_key() == company.server.key.public_key()


def test_files_that_are_none(tmp_path: Path) -> None:
    """A missing file, a folder, and one too large: no traceback."""
    large = tmp_path / "large"
    large.write_bytes(b"x" * (incoming.LARGEST + 1))
    for path, words in (
        (tmp_path / "nothing", "No such file"),
        (tmp_path, "directory"),
        (large, "larger than"),
    ):
        with pytest.raises(Failure, match=words):
            incoming.read(path)


def test_names_that_the_pair_lacks_are_told(tmp_path: Path, company: Company) -> None:
    """A wildcard covers one label."""
    named = ["a.example.org", "b.a.example.org", "localhost"]
    stack = Stack("try", tmp_path, {"bem:certificates": {"names": named}})
    leaf = below(company, names=("*.example.org",))
    found = public(stack, company, *company.files(leaf, company.middle, key=leaf))
    assert found.missed == ("b.a.example.org", "localhost")


def test_the_platform_s_first_name_has_to_be_in_it(tmp_path: Path, company: Company) -> None:
    """It is the name under which everybody looks at what is shown; the remedy says which it has."""
    stack = Stack("try", tmp_path, {"bem:certificates": {"names": ["other.test", "localhost"]}})
    with pytest.raises(Failure, match=r"not good for other\.test") as caught:
        public(stack, company, *company.files())
    assert "www.example.org" in caught.value.remedy


def test_beside_acme_it_is_refused(tmp_path: Path, company: Company) -> None:
    """Clients can be shown one public pair; a stack's file that asks for both is refused, too."""
    section: dict[str, object] = {"acme": {"enabled": True, "terms_agreed": True}}
    with pytest.raises(Failure, match="ACME obtains"):
        public(Stack("try", tmp_path, {"bem:certificates": section}), company, *company.files())
    with pytest.raises(Failure, match="one pair"):
        assert Stack("try", tmp_path, {"bem:certificates": {**section, "imported": True}}).settings


def test_first_import_asks_for_it_in_the_stack_s_file(
    stack: Stack, company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says that `up` shows it; a dry run leaves all alone. The root is kept for our own looks."""
    certificate, key = (str(each) for each in company.files())
    with mock.patch.object(intake, "stack_named", return_value=stack):
        for dry_run in (True, False):
            assert not Stack(stack.name, root=stack.root).settings.certificates.imported
            intake.import_(
                "",
                certificate,
                key,
                str(company.root_file()),
                "",
                issuing=False,
                public=True,
                dry_run=dry_run,
                as_json=False,
            )
    assert "`invoke up` shows it" in capsys.readouterr().out
    asked = Stack(stack.name, root=stack.root)
    assert asked.settings.certificates.foreign
    kept = public_pair.serving(asked)
    assert kept == company.server.certificate
    assert x509.load_pem_x509_certificate(Path(further(asked)[1]).read_bytes()) == company.root.certificate


def issuing(stack: Stack, company: Company, *members: Member, root: Member | None = None) -> Incoming:
    """Looks at an issuing CA and takes it."""
    came = incoming.read(
        chain(company.folder, "ca.pem", *members), key_of(company.folder, "ca.key", members[0])
    )
    file = chain(company.folder, "its-root.pem", root or company.root)
    imports.issuing(stack, came, imports.checked_issuing(stack, came, file))
    return came


@pytest.mark.parametrize("deep", [False, True])
def test_company_s_issuing_ca_signs_for_a_new_stack(
    stack: Stack, ask: Ask, tmp_path: Path, company: Company, *, deep: bool
) -> None:
    """Also with a CA between it and the root: chains verify from the root alone."""
    above = made(Wish("Between"), company.root)
    own_ca = made(Wish("Ours", path_length=0), above if deep else company.root)
    issuing(stack, company, *((own_ca, above) if deep else (own_ca,)))
    signer = authority(stack)
    leaf = ensure(stack, ask())
    assert (signer.issuing, signer.root) == (own_ca.certificate, company.root.certificate)
    assert by_openssl(tmp_path, leaf, company.root.certificate) == ""
    assert "Company root" in " ".join(uncovered(stack))
    assert not (stack.folder / "certs" / "root.key").exists()


def test_next_issuing_ca_of_the_same_root(stack: Stack, ask: Ask, tmp_path: Path, company: Company) -> None:
    """Takes the place of the former; leaves of both verify."""
    leaves = []
    for name in ("First", "Second"):
        issuing(stack, company, made(Wish(name, path_length=0), company.root))
        leaves.append(ensure(stack, ask()))
    assert leaves[0].certificate.issuer != leaves[1].certificate.issuer
    assert [by_openssl(tmp_path, each, company.root.certificate) for each in leaves] == ["", ""]


def test_another_root_is_refused(stack: Stack, company: Company) -> None:
    """The stack's parties trust their own alone; nothing of it is touched."""
    authority(stack)
    folder = stack.folder / "certs"
    before = {name: (folder / name).read_bytes() for name in FILES}
    with pytest.raises(Failure, match="a root of its own"):
        issuing(stack, company, made(Wish("Ours", path_length=0), company.root))
    assert {name: (folder / name).read_bytes() for name in FILES} == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ca": False, "names": ("x",)}, "is no CA"),
        ({"lists": False}, "may not sign revocation lists"),
        ({"age": 400}, "expired on"),
        ({"permitted": (x509.DNSName("example.org"),)}, "may not sign for database"),
        ({"permitted": (x509.DirectoryName(x509.Name([])),)}, "constrained by DirectoryName"),
        ({"key": small_rsa()}, "1024 bits"),
    ],
)
def test_ca_that_cannot_sign_for_the_stack_is_refused(
    stack: Stack, company: Company, changes: dict[str, object], words: str
) -> None:
    """With its reason; no authority comes of it."""
    with pytest.raises(Failure, match=words):
        issuing(stack, company, made(Wish(**{"name": "Ours", **changes}), company.root))  # type: ignore[arg-type]
    assert not (stack.folder / "certs").exists()


def test_ca_below_one_that_allows_none(stack: Stack, company: Company) -> None:
    """A path length of 0 above an issuing CA makes every chain bad; a root that is none is refused, too."""
    with pytest.raises(Failure, match="allows 0 CAs"):
        issuing(stack, company, made(Wish("Ours"), company.middle), company.middle)
    with pytest.raises(Failure, match="did not sign itself"):
        issuing(stack, company, made(Wish("Ours"), company.middle), root=company.middle)
