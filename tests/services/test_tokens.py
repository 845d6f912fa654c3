import base64
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from services.base.tokens import LEEWAY, LONGEST, REMEMBERED, Insufficient, Refused, Verifier

KEY, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def jwks(**keys: Ed25519PrivateKey) -> str:
    """The public halves, by their names."""
    rows = [{**OKPAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid} for kid, key in keys.items()]
    return json.dumps({"keys": rows})


def claims(**changes: Any) -> dict[str, Any]:
    """Of a good token; None removes one."""
    now = int(time.time())
    good = {"iss": "bem", "aud": "bem", "sub": "ann", "iat": now, "exp": now + 3600, "scope": "items:read x"}
    return {name: value for name, value in (good | changes).items() if value is not None}


def token(key: Any = KEY, algorithm: str = "EdDSA", headers: Any = None, **changes: Any) -> str:
    """A signed token, good unless something is changed."""
    named = {"kid": "one"} if headers is None else headers
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers=named)


def raw(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    """Put together by hand, as a forger would."""
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The file with one key."""
    path = tmp_path / "token-keys"
    path.write_text(jwks(one=KEY))
    return path


def test_a_good_token_says_who_asks(keys: Path) -> None:
    """Subject, scopes and end come out, the second time as well, and with no scope asked for."""
    verifier, good = Verifier(keys), token()
    said = verifier.verify(good, "items:read")
    assert (said.subject, sorted(said.scopes)) == ("ann", ["items:read", "x"])
    assert 3500 < said.expires - time.time() <= 3600
    assert verifier.verify(good, "items:read") == verifier.verify(good, "") == said


def test_a_scope_that_is_not_there_is_insufficient(keys: Path) -> None:
    """A good token opens only what it names; part of a name is no name."""
    verifier = Verifier(keys)
    for scope in ("items:write", "items", "items:read x"):
        with pytest.raises(Insufficient, match="lacks the scope"):
            verifier.verify(token(), scope)


NOW = int(time.time())
FORGED = {
    "another key": (token(STRANGER), "signature is wrong"),
    "unknown kid": (token(headers={"kid": "two"}), "not known"),
    "no kid": (token(headers={}), "not known"),
    "none": (raw({"alg": "none", "kid": "one"}, claims()), "not signed with EdDSA"),
    "None": (raw({"alg": "NoNe", "kid": "one"}, claims()), "not signed with EdDSA"),
    "EdDSA unsigned": (raw({"alg": "EdDSA", "kid": "one"}, claims()), "signature is wrong"),
    "HS256": (token("x" * 32, "HS256"), "not signed with EdDSA"),
    "HS256 with the public key": (
        token(KEY.public_key().public_bytes_raw(), "HS256"),
        "not signed with EdDSA",
    ),
    "own key inside": (
        token(STRANGER, headers={"kid": "x", "jwk": json.loads(jwks(x=STRANGER))["keys"][0]}),
        "not known",
    ),
    "critical header": (token(headers={"kid": "one", "crit": ["exp"]}), "nobody here understands"),
    "expired": (token(exp=NOW - 3600, iat=NOW - 7200), "expired"),
    "not yet": (token(nbf=NOW + 3600), "not valid yet"),
    "issued later": (token(iat=NOW + 3600, exp=NOW + 7200), "not valid yet"),
    "wrong audience": (token(aud="shop"), "somebody else"),
    "wrong issuer": (token(iss="shop"), "somebody else"),
    "no end": (token(exp=None), "lacks a claim"),
    "no audience": (token(aud=None), "lacks a claim"),
    "no subject": (token(sub=None), "lacks a claim"),
    "empty subject": (token(sub=""), "no subject"),
    "scopes as a list": (token(scope=["items:read"]), "no subject or no scope"),
    "too long": (token(note="x" * LONGEST), "too long"),
    "empty": ("", "no token"),
    "words": ("a.b.c", "no token"),
    "not ASCII": ("ä.ö.ü", "no token"),
    "five parts": (token() + ".a.b", "no token"),
    "a list as header": (raw([], claims()), "no token"),  # type: ignore[arg-type]
    "a list as kid": (raw({"alg": "EdDSA", "kid": ["one"]}, claims()), r"no token|not known"),
    "kid a path": (token(headers={"kid": "../../etc/passwd"}), "not known"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_refused(keys: Path, name: str) -> None:
    """Each with its reason, which never repeats the token."""
    forged, reason = FORGED[name]
    verifier = Verifier(keys)
    for _ in range(2):
        with pytest.raises(Refused, match=reason) as refusal:
            verifier.verify(forged, "items:read")
    assert type(refusal.value) is Refused
    assert not forged or forged not in refusal.value.reason


def test_every_changed_character_of_the_body_is_noticed(keys: Path) -> None:
    """A token with one character of its claims changed is another token."""
    verifier = Verifier(keys)
    head, body, signature = token().split(".")
    for place in range(0, len(body), 7):
        other = "A" if body[place] != "A" else "B"
        with pytest.raises(Refused):
            verifier.verify(f"{head}.{body[:place]}{other}{body[place + 1 :]}.{signature}", "")


@pytest.mark.slow
def test_a_remembered_token_ends_too(keys: Path) -> None:
    """The memory of good tokens does not prolong them."""
    verifier = Verifier(keys)
    end = int(time.time()) + 2
    short = token(exp=end - LEEWAY)
    assert verifier.verify(short, "").subject == "ann"
    while time.time() < end:
        time.sleep(0.05)
    with pytest.raises(Refused, match="expired"):
        verifier.verify(short, "")


def test_new_keys_are_taken_and_old_ones_forgotten(keys: Path) -> None:
    """After a rotation the new key counts at once; a dropped one no more, for remembered tokens neither."""
    verifier, old, new = Verifier(keys), token(), token(STRANGER, headers={"kid": "two"})
    verifier.verify(old, "")
    keys.write_text(jwks(one=KEY, two=STRANGER))
    assert verifier.verify(old, "") == verifier.verify(old, "items:read")
    verifier.verify(new, "")
    keys.write_text(jwks(two=STRANGER))
    verifier.verify(new, "")
    with pytest.raises(Refused, match="not known"):
        verifier.verify(old, "")


def test_unreadable_keys_change_nothing(keys: Path) -> None:
    """A broken or missing file is no reason to refuse everybody."""
    verifier = Verifier(keys)
    keys.write_text("{")
    assert verifier.verify(token(), "").subject == "ann"
    keys.unlink()
    assert verifier.verify(token(sub="bob"), "").subject == "bob"


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "eHg", "kid": "one"}]}', '{"keys": [1]}'],
)
def test_without_a_usable_key_nothing_starts(keys: Path, text: str) -> None:
    """A shared secret among the keys, or nothing at all, is no set of public keys."""
    keys.write_text(text)
    with pytest.raises(ValueError, match=r"JWK set|Expecting"):
        Verifier(keys)


def test_the_memory_has_an_end(keys: Path) -> None:
    """More tokens than are remembered are all still good."""
    verifier = Verifier(keys)
    first = token(sub="first")
    verifier.verify(first, "")
    verifier._good.update((str(number), verifier.verify(first, "")) for number in range(REMEMBERED))  # noqa: SLF001
    verifier.verify(token(sub="last"), "")
    assert len(verifier._good) <= REMEMBERED + 1  # noqa: SLF001
    assert verifier.verify(first, "").subject == "first"
