"""Name constraints: what the issuing CA may not sign for, nobody takes, and nobody is given."""

import ipaddress
from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509

from certs.ca import signature
from certs.ca.authority import authority
from certs.ca.ceremony import able
from certs.ca.constraints import constraints, outside, strange
from certs.ca.keys import PrivateKey, PublicKey
from certs.pairs import leaf as leaves
from certs.pairs.leaf import Leaf, issue
from certs.pairs.profile import Profile
from certs.pairs.store import ensure
from infra.parties import ROLES
from infra.sections.certificates import Certificates
from infra.tls import profiles
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask, Files, Serve
from tests.certs.verdict import by_openssl, by_ssl

INSIDE: list[dict[str, list[str]]] = [
    {"names": ["database"], "addresses": []},
    {"names": ["localhost"], "addresses": ["127.0.0.1", "::1"]},
    {"names": ["v1.api"], "addresses": []},
    {"names": ["alice.person.crt-test.bem.internal"], "addresses": []},
]
OUTSIDE: list[dict[str, list[str]]] = [
    {"names": ["www.example.org"], "addresses": []},
    {"names": ["api", "*.example.org"], "addresses": []},
    {"names": ["xn--bcher-kva.example"], "addresses": []},
    {"names": ["api"], "addresses": ["10.0.0.1"]},
    {"names": ["api"], "addresses": ["fe80::1"]},
    {"names": ["notapi"], "addresses": []},
]


def forced(stack: Stack, profile: Profile) -> Leaf:
    """A leaf that our own code would refuse to sign."""
    with mock.patch.object(leaves, "outside", return_value=""):
        return issue(stack, profile, authority(stack))


def unconstrained(
    stack: Stack, key: PublicKey, root: x509.Certificate, root_key: PrivateKey
) -> x509.Certificate:
    """An issuing CA as earlier versions made it."""
    name = signature.subject(stack, f"BEM {stack.name} issuing CA")
    builder = signature.unsigned(name, key, root.subject, signature.id_of(root), root.not_valid_after_utc)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    usage = signature.usage(key, signs_certificates=True)
    return signature.signed(builder.add_extension(usage, critical=True), root_key)


def test_constraints_are_critical_and_complete(stack: Stack) -> None:
    """Every party, whether switched on or not, the public names, and the addresses as networks of one."""
    found = authority(stack).issuing.extensions.get_extension_for_class(x509.NameConstraints)
    said = {str(each.value) for each in found.value.permitted_subtrees or ()}
    assert found.critical
    assert said == {*ROLES, "localhost", "crt-test.bem.internal", "127.0.0.1/32", "::1/128"}
    assert not strange(authority(stack).issuing)


@pytest.mark.parametrize("change", INSIDE)
def test_names_inside_are_taken(stack: Stack, ask: Ask, tmp_path: Path, change: dict[str, list[str]]) -> None:
    """Our code signs, and OpenSSL verifies."""
    signer = authority(stack)
    assert by_openssl(tmp_path, issue(stack, ask(**change), signer), signer.root) == ""


@pytest.mark.parametrize("change", OUTSIDE)
def test_names_outside_are_not_signed_nor_taken(
    stack: Stack, ask: Ask, tmp_path: Path, change: dict[str, list[str]]
) -> None:
    """Our code refuses before it signs; and what was signed all the same, OpenSSL refuses."""
    signer = authority(stack)
    with pytest.raises(Failure, match="not among the names") as caught:
        issue(stack, ask(**change), signer)
    assert caught.value.exit_code == 2
    assert "bem:certificates.permitted" in caught.value.remedy
    assert "subtree violation" in by_openssl(tmp_path, forced(stack, ask(**change)), signer.root)


def test_common_name_counts_where_there_is_no_other(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """OpenSSL takes a common name with a dot for a DNS name, when there is no DNS name: so do we."""
    signer, wish = authority(stack), ask(common_name="alice.example.org", names=[], addresses=["127.0.0.1"])
    with pytest.raises(Failure, match=r"alice\.example\.org"):
        issue(stack, wish, signer)
    assert "subtree violation" in by_openssl(tmp_path, forced(stack, wish), signer.root)
    named = wish.model_copy(update={"names": ("api",)})
    assert by_openssl(tmp_path, issue(stack, named, signer), signer.root) == ""


def test_handshakes_keep_to_constraints(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """Python's ssl takes `localhost`, and refuses a name outside though the certificate has it."""
    good, bad = files(issue(stack, ask(), authority(stack))), files(forced(stack, ask(names=["db.example"])))
    assert by_ssl(serve(good), "localhost", good / "ca.pem") == ""
    assert "subtree violation" in by_ssl(serve(bad), "db.example", good / "ca.pem")


def test_every_party_of_the_stack_is_inside(stack: Stack, tmp_path: Path) -> None:
    """All certificates that `up` asks for can be signed, and verify."""
    signer = authority(stack)
    asked = profiles(stack)
    assert len(asked) > 5
    for each in asked:
        assert by_openssl(tmp_path, ensure(stack, each), signer.root) == ""


def test_without_addresses_none_may_be_signed() -> None:
    """A kind of names without a constraint is free, so all addresses are excluded."""
    found = constraints("try", Certificates(addresses=()))
    assert {str(each.value) for each in found.excluded_subtrees or ()} == {"0.0.0.0/0", "::/0"}
    assert constraints("try", Certificates()).excluded_subtrees is None
    issuing = mock.Mock()
    issuing.extensions.get_extension_for_class.return_value.value = found
    address = next(iter(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("10.1.2.3"))])))
    assert outside(issuing, "", [address]) == "10.1.2.3"


def test_permitted_names_and_networks_are_added() -> None:
    """What the stack's file permits beyond its own names: a wildcard as its domain, a network as such."""
    found = constraints(
        "try", Certificates(names=("*.example.org",), permitted=("Bücher.example", "10.0.0.0/8"))
    )
    said = {str(each.value) for each in found.permitted_subtrees or ()}
    assert {"example.org", "xn--bcher-kva.example", "10.0.0.0/8"} <= said


def test_older_authority_without_constraints_goes_on(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """It is opened as it is, and signs what it always did."""
    with mock.patch("certs.ca.authority.issuing_certificate", unconstrained):
        old = authority(stack)
    leaf = ensure(stack, ask(names=["www.example.org"]))
    assert authority(stack).issuing == old.issuing
    assert by_openssl(tmp_path, leaf, old.root) == ""


def test_new_name_before_anybody_has_a_certificate(stack: Stack, ask: Ask, tmp_path: Path) -> None:
    """Gets a new issuing CA by itself: no server has to be told of it."""
    before = authority(stack).issuing
    changed = Stack(stack.name, stack.root, {"bem:certificates": {"names": ["www.example.org"]}})
    wish = ask(party="load-balancer", names=["www.example.org"])
    after = ensure(changed, wish)
    signer = authority(changed)
    assert able(changed, wish).issuing == signer.issuing != before
    assert by_openssl(tmp_path, after, signer.root) == ""
    assert len(list((stack.folder / "certs" / "retired").iterdir())) == 1


def test_new_name_of_a_platform_wants_a_rotation(stack: Stack, ask: Ask) -> None:
    """Servers would refuse a CA whose list they do not have; the present one goes on."""
    before = ensure(stack, ask())
    changed = Stack(stack.name, stack.root, {"bem:certificates": {"names": ["www.example.org"]}})
    with pytest.raises(Failure, match=r"may not sign for www\.example\.org") as caught:
        ensure(changed, ask(party="load-balancer", names=["www.example.org"]))
    assert "certs.rotate --ca issuing" in caught.value.remedy
    assert ensure(changed, ask()).serial == before.serial
