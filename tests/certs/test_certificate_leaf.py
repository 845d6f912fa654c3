"""Profiles and leaves: what they say, and who verifies them."""

import ipaddress
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from certs.ca.authority import Authority, authority
from certs.ca.signature import now
from certs.pairs.leaf import Leaf, issue
from certs.pairs.profile import Profile
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask


def policy(signer: Authority) -> PolicyBuilder:
    """Trusts the root alone, as a client that was given `root.pem`."""
    return PolicyBuilder().store(Store([signer.root]))


def verified_as_server(leaf: Leaf, signer: Authority, name: str) -> None:
    """Verifies a chain for a DNS name."""
    policy(signer).build_server_verifier(x509.DNSName(name)).verify(leaf.certificate, [signer.issuing])


def test_profile_survives_json(ask: Ask) -> None:
    """A profile is the same after JSON, and after Pulumi made floats of its numbers."""
    profile = ask()
    assert Profile.model_validate_json(profile.model_dump_json()) == profile
    assert Profile.model_validate(profile.model_dump(mode="json") | {"uid": 6004.0, "days": 90.0}) == profile


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"party": "../api"}, "party must be"),
        ({"party": ""}, "party must be"),
        ({"common_name": ""}, "1 to 64"),
        ({"common_name": "x" * 65}, "1 to 64"),
        ({"server": False, "client": False}, "good for nothing"),
        ({"names": [], "addresses": []}, "a name or an address"),
        ({"names": ["-bad-"]}, "not a DNS name"),
        ({"names": ["a.b\n"]}, "not a DNS name"),
        ({"names": ["ä.example"]}, "not a DNS name"),
        ({"addresses": ["127.0.0.256"]}, "not an IP address"),
        ({"days": 0}, "1 to 398"),
        ({"days": 399}, "1 to 398"),
        ({"uid": -1}, "negative"),
    ],
)
def test_unusable_profile_is_refused(ask: Ask, change: dict[str, object], sentence: str) -> None:
    """Each rule of a profile refuses, with exit status 2."""
    with pytest.raises(Failure, match=sentence) as caught:
        ask(**change)
    assert caught.value.exit_code == 2


def test_unknown_key_of_a_profile_is_refused(ask: Ask) -> None:
    """A key that nobody knows is not passed over."""
    with pytest.raises(ValueError, match="Extra inputs"):
        ask(serial="1")


def test_leaf_says_what_its_profile_says(stack: Stack, ask: Ask) -> None:
    """Common name, names, addresses, span and usage come from the profile."""
    leaf = issue(stack, ask(), authority(stack)).certificate
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value == "bem_api"
    assert names.get_values_for_type(x509.DNSName) == ["api", "localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
    ]
    assert (usage.critical, usage.value.digital_signature, usage.value.key_cert_sign) == (True, True, False)
    assert timedelta(minutes=59) < now() - leaf.not_valid_before_utc < timedelta(minutes=61)
    assert leaf.not_valid_after_utc - now() <= timedelta(days=90)
    assert leaf.serial_number.bit_length() <= 159


def test_chain_verifies_from_the_root_alone(stack: Stack, ask: Ask) -> None:
    """A client that trusts the root verifies server and client chains."""
    signer = authority(stack)
    leaf = issue(stack, ask(), signer)
    verified_as_server(leaf, signer, "api")
    policy(signer).build_client_verifier().verify(leaf.certificate, [signer.issuing])


def test_chain_of_another_stack_does_not_verify(stack: Stack, ask: Ask) -> None:
    """Two stacks never trust each other."""
    leaf = issue(stack, ask(), authority(stack))
    other = authority(Stack("crt-other", root=stack.root, given={}))
    with pytest.raises(VerificationError):
        verified_as_server(leaf, other, "api")


def test_another_name_does_not_verify(stack: Stack, ask: Ask) -> None:
    """The common name is not a name that it is good for."""
    signer = authority(stack)
    with pytest.raises(VerificationError):
        verified_as_server(issue(stack, ask(common_name="database"), signer), signer, "database")


@pytest.mark.parametrize("server", [True, False])
def test_purpose_is_kept_to(stack: Stack, ask: Ask, *, server: bool) -> None:
    """A server's certificate is no client's, and the other way round."""
    signer = authority(stack)
    leaf = issue(stack, ask(server=server, client=not server), signer)
    as_client = policy(signer).build_client_verifier()
    if server:
        verified_as_server(leaf, signer, "api")
        with pytest.raises(VerificationError):
            as_client.verify(leaf.certificate, [signer.issuing])
        return
    as_client.verify(leaf.certificate, [signer.issuing])
    with pytest.raises(VerificationError):
        verified_as_server(leaf, signer, "api")


def test_leaf_cannot_sign(stack: Stack, ask: Ask) -> None:
    """A leaf put where an issuing CA belongs makes a chain that nobody takes."""
    signer = authority(stack)
    leaf = issue(stack, ask(), signer)
    key = signer.key
    false = Authority(signer.root, leaf.certificate, key)
    with pytest.raises(VerificationError):
        verified_as_server(issue(stack, ask(days=1), false), false, "api")


def test_key_is_not_in_the_representation(stack: Stack, ask: Ask) -> None:
    """A pair in a log or a traceback does not show its key."""
    signer = authority(stack)
    assert "PRIVATE" not in repr(issue(stack, ask(), signer))
    assert "key" not in repr(signer)
