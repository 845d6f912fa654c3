"""Every profile with every kind of key: what it says, who takes it or not, and what a linter finds."""

from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from certs.ca.authority import authority
from certs.ca.keys import MAKERS, kind_of
from certs.ca.signature import id_of
from certs.pairs.named import KINDS, Kind, wish
from certs.pairs.profile import Profile
from certs.pairs.statement import purposes_of
from certs.pairs.store import ensure
from infra.sections.certificates import Certificates, KeyType
from infra.settings import settings_from
from infra.tls import profiles
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask, Clock, Files, Serve, turned
from tests.certs.verdict import by_linter, by_openssl, by_server, by_ssl

SIGNING: tuple[KeyType, ...] = ("ecdsa-p256", "ecdsa-p384", "rsa-3072")
URL = "http://crl.example.org/bem"
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
PURPOSES = {"person": {CLIENT}, "client": {CLIENT}, "server": {SERVER}, "peer": {SERVER, CLIENT}}


def asked(stack: Stack, kind: Kind, key: KeyType, days: int = 0) -> Profile:
    """A profile of that kind, of a server with a name and an address."""
    serves = kind in {"server", "peer"}
    names = ["localhost"] if serves else []
    addresses = ["127.0.0.1"] if serves else []
    return wish(stack, f"{kind}-{key}", kind, names=names, addresses=addresses, key=key, days=days)


@pytest.fixture(scope="module", params=SIGNING)
def signed_by(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A stack whose CAs have keys of that kind since a month, and whose revocation lists are served."""
    made = {"authority_key": request.param, "crl_url": URL}
    stack = Stack("crt-keys", tmp_path_factory.mktemp("keys"), {"bem:certificates": made})
    with turned(-30):
        authority(stack)
    return stack


@pytest.mark.slow
def test_linter_finds_nothing(signed_by: Stack, tmp_path: Path) -> None:
    """Pkilint has no warning and no error for both CAs and every profile with every kind of key."""
    signer = authority(signed_by)
    file = tmp_path / "linted.pem"
    found = {"root": by_linter(file, signer.root), "issuing": by_linter(file, signer.issuing)}
    for kind in KINDS:
        for key in MAKERS:
            leaf = ensure(signed_by, asked(signed_by, kind, key), within="named")
            found[f"{kind} {key}"] = by_linter(file, leaf.certificate)
    assert {name: words for name, words in found.items() if words} == {}
    assert len(found) == 2 + len(KINDS) * len(MAKERS)


@pytest.mark.slow
def test_linter_finds_what_is_wrong(stack: Stack, tmp_path: Path) -> None:
    """The twin that fails: a CA that does not say that it may sign."""
    with mock.patch("certs.ca.issuer.usage", return_value=_no_usage()):
        bad = authority(stack).issuing
    assert any("key_cert_sign" in line or "ERROR" in line for line in by_linter(tmp_path / "bad.pem", bad))


@pytest.mark.slow
def test_parties_certificates_pass_the_linter(stack: Stack, tmp_path: Path) -> None:
    """Those of `up`, too."""
    for each in profiles(stack):
        assert by_linter(tmp_path / "party.pem", ensure(stack, each).certificate) == []


@pytest.mark.slow
@pytest.mark.parametrize("key", MAKERS)
@pytest.mark.parametrize("kind", KINDS)
def test_certificate_says_what_its_profile_says(signed_by: Stack, kind: Kind, key: KeyType) -> None:
    """Purposes, key usage, both key identifiers, the list's address, and a name in any case."""
    signer = authority(signed_by)
    leaf = ensure(signed_by, asked(signed_by, kind, key), within="named").certificate
    public_key = leaf.public_key()
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert set(purposes_of(leaf)) == PURPOSES[kind]
    assert kind_of(public_key) == key
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.key_encipherment is isinstance(public_key, rsa.RSAPublicKey)
    assert id_of(leaf) == x509.SubjectKeyIdentifier.from_public_key(public_key).digest
    above = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert above.key_identifier == id_of(signer.issuing)
    assert [name.value for point in points for name in point.full_name or ()] == [f"{URL}/issuing.crl"]
    assert list(leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)


def test_no_list_is_promised_that_nobody_serves(stack: Stack, ask: Ask) -> None:
    """Without an address in the stack's file there is no distribution point, in CA or leaf."""
    for each in (authority(stack).issuing, ensure(stack, ask()).certificate):
        with pytest.raises(x509.ExtensionNotFound):
            each.extensions.get_extension_for_class(x509.CRLDistributionPoints)


@pytest.mark.slow
@pytest.mark.parametrize("key", MAKERS)
def test_openssl_takes_it_for_its_purpose_alone(signed_by: Stack, key: KeyType, tmp_path: Path) -> None:
    """A server's is good for a server and its name, a person's for a client, and neither for the other."""
    root = authority(signed_by).root
    server = ensure(signed_by, asked(signed_by, "server", key), within="named")
    person = ensure(signed_by, asked(signed_by, "person", key), within="named")
    as_server = ("-purpose", "sslserver", "-x509_strict")
    as_client = ("-purpose", "sslclient", "-x509_strict")
    assert by_openssl(tmp_path, server, root, *as_server, "-verify_hostname", "localhost") == ""
    assert by_openssl(tmp_path, server, root, *as_server, "-verify_ip", "127.0.0.1") == ""
    assert by_openssl(tmp_path, person, root, *as_client) == ""
    assert "ostname mismatch" in by_openssl(tmp_path, server, root, "-verify_hostname", "other")
    assert "unsuitable certificate purpose" in by_openssl(tmp_path, server, root, *as_client)
    assert "unsuitable certificate purpose" in by_openssl(tmp_path, person, root, *as_server)


@pytest.mark.slow
@pytest.mark.parametrize("key", MAKERS)
def test_handshake_and_its_failing_twins(
    signed_by: Stack, key: KeyType, files: Files, serve: Serve, clock: Clock, tmp_path: Path
) -> None:
    """Good ends talk; a wrong name, CA, time or purpose on either side is refused, seen by reading."""
    server = files(ensure(signed_by, asked(signed_by, "server", key), within="named"))
    person = files(ensure(signed_by, asked(signed_by, "person", key), within="named"))
    other = Stack("crt-other", tmp_path, {})
    stranger = files(ensure(other, asked(other, "person", key), within="named"))
    with clock(-3):
        late = files(ensure(signed_by, asked(signed_by, "client", key, days=1), within="named"))
    ca, port = server / "ca.pem", serve(server, mutual=True)
    assert by_ssl(port, "localhost", ca, person) == ""
    assert by_ssl(port, "127.0.0.1", ca, person) == ""
    assert "ostname mismatch" in by_ssl(port, "api", ca, person)
    assert "unable to get local issuer" in by_ssl(port, "localhost", stranger / "ca.pem", person)
    assert by_server(server, person, ca) == ""
    for bad, word in ((stranger, "unable to get"), (late, "expired"), (server, "purpose")):
        assert by_ssl(port, "localhost", ca, bad) != ""
        assert word in by_server(server, bad, ca)
    assert by_ssl(port, "localhost", ca) != ""


def test_expired_server_is_refused(stack: Stack, ask: Ask, files: Files, serve: Serve, clock: Clock) -> None:
    """A client looks at the time, too."""
    with clock(-100):
        old = files(ensure(stack, ask()))
    assert "expired" in by_ssl(serve(old), "localhost", old / "ca.pem")


@pytest.mark.parametrize(
    ("changes", "longest"),
    [
        ({"names": ["www.crt-test.bem.internal"]}, 200),
        ({"names": ["database"]}, 398),
        ({"server": False}, 398),
        ({"server": False, "names": ["laptop.crt-test.bem.internal"]}, 398),
    ],
)
def test_longest_life_is_that_of_the_profile(ask: Ask, changes: dict[str, object], longest: int) -> None:
    """200 days for a server that browsers could reach, 398 for others; not a day more."""
    assert ask(**changes, days=longest).days == longest
    with pytest.raises(Failure, match=f"1 to {longest}"):
        ask(**changes, days=longest + 1)


def test_life_counts_its_backdated_hour(stack: Stack, ask: Ask) -> None:
    """200 days are 200 days from the first second to the last, as the baseline requirements count."""
    leaf = ensure(stack, ask(names=["www.crt-test.bem.internal"], days=200)).certificate
    life = (leaf.not_valid_after_utc - leaf.not_valid_before_utc).total_seconds() + 1
    assert life == 200 * 86400


def test_public_life_is_cut_for_the_load_balancer_alone(tmp_path: Path) -> None:
    """A long life in the stack's file does not make `up` fail."""
    long = Stack("try", tmp_path, {"bem:certificates": {"names": ["www.example.org"], "leaf_days": 398}})
    assert {each.party: each.days for each in profiles(long)} | {"load-balancer": 200, "api": 398} == {
        each.party: each.days for each in profiles(long)
    }


@pytest.mark.parametrize("key", ["authority_key", "public_key"])
def test_ed25519_is_refused_where_browsers_look(key: str) -> None:
    """No browser takes it; the other parties' keys may be such."""
    with pytest.raises(Failure, match="no browser takes ed25519") as caught:
        settings_from({"bem:certificates": {key: "ed25519"}}, "Pulumi.x.yaml")
    assert caught.value.exit_code == 2
    assert (
        settings_from({"bem:certificates": {"leaf_key": "ed25519"}}, "f").certificates.leaf_key == "ed25519"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"leaf_days": 90, "issuing_days": 90}, "leaf_days must be less"),
        ({"issuing_days": 1000, "root_days": 999}, "at most root_days"),
        ({"crl_url": "https://crl.example.org"}, "crl_url"),
        ({"crl_url": "http://crl.example.org/"}, "crl_url"),
        ({"names": ["not a name"]}, "no DNS name"),
        ({"names": ["*.*.example"]}, "no DNS name"),
        ({"permitted": ["10.0.0.1/8"]}, "no DNS name"),
        ({"leaf_key": "rsa-1024"}, "leaf_key"),
    ],
)
def test_settings_that_make_no_good_certificates_are_refused(change: dict[str, object], words: str) -> None:
    """By their path, before anything is touched."""
    with pytest.raises(Failure, match=words):
        settings_from({"bem:certificates": change}, "Pulumi.x.yaml")


def test_names_of_the_stack_become_a_labels() -> None:
    """As IDNA 2008 has it; a wildcard stays one."""
    assert Certificates(names=("*.Bücher.example", "WWW.example.org")).names == (
        "*.xn--bcher-kva.example",
        "www.example.org",
    )


def _no_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
