import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from operation.failure import Failure
from operation.stack import Stack
from services.base.tokens import Refused, Verifier
from tokens.issue import issued
from tokens.keys import jwks, key_file, keys_of, read, write
from tokens.rotation import plan, rotate

DAY = 24 * 3600.0


class Services:
    """What a service that was shown the keys verifies; `fail` makes the next showing fail."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.path, self._stack, self.fail, self.shown = folder / "shown", stack, False, 0
        self.deploy()
        self.verifier = Verifier(self.path)

    def deploy(self) -> None:
        """Shows the keys that are there now."""
        if self.fail:
            raise Failure("the deployment failed.")
        self.path.write_text(jwks(keys_of(self._stack)))
        self.shown += 1

    def take(self, token: str) -> bool:
        """Whether a token is good there."""
        try:
            return self.verifier.verify(token, "items:read").subject == "ann"
        except Refused:
            return False


@pytest.fixture
def services(stack: Stack, tmp_path: Path) -> Services:
    """Of a stack with its first key."""
    return Services(stack, tmp_path)


@pytest.fixture
def issue(stack: Stack) -> Callable[[], str]:
    """A token of now."""
    return lambda: issued(key_file(stack), "ann", ["items:read"])


def states(stack: Stack) -> list[str]:
    """Of all keys, oldest first."""
    return [key.state for key in keys_of(stack)]


def test_the_first_key_is_made_once_and_kept_from_others(stack: Stack) -> None:
    """Sixteen at once end with the same key, in a file for its owner alone."""
    with ThreadPoolExecutor(16) as pool:
        found = {keys[0].kid for keys in pool.map(keys_of, [stack] * 16)}
    assert len(found) == 1
    assert key_file(stack).stat().st_mode & 0o777 == 0o600
    assert states(stack) == ["signing"]


def test_services_get_nothing_private(stack: Stack) -> None:
    """The set has public halves only."""
    private = keys_of(stack)[0].private
    shown = jwks(keys_of(stack))
    assert private
    assert private not in shown
    assert all(set(row) == {"kty", "crv", "alg", "use", "kid", "x"} for row in json.loads(shown)["keys"])


def test_tokens_of_before_and_after_a_rotation_are_good(
    stack: Stack, services: Services, issue: Callable[[], str]
) -> None:
    """The overlap; and the old private half is gone."""
    old = issue()
    rotate(stack, services.deploy)
    assert (services.take(old), services.take(issue())) == (True, True)
    assert states(stack) == ["old", "signing"]
    assert [bool(key.private) for key in keys_of(stack)] == [False, True]


def test_old_keys_can_be_dropped_at_once(stack: Stack, services: Services, issue: Callable[[], str]) -> None:
    """After a leak: what was issued before is void, what is issued now is good."""
    old = issue()
    rotate(stack, services.deploy, drop_old=True)
    assert (services.take(old), services.take(issue())) == (False, True)
    assert (states(stack), services.shown) == (["signing"], 3)


def test_a_failed_deployment_changes_no_signature(
    stack: Stack, services: Services, issue: Callable[[], str]
) -> None:
    """The old key signs on, and the next rotation goes on with the key that is there."""
    services.fail = True
    with pytest.raises(Failure):
        rotate(stack, services.deploy)
    assert states(stack) == ["signing", "waiting"]
    assert services.take(issue())
    waiting = keys_of(stack)[-1].kid
    services.fail = False
    assert rotate(stack, services.deploy).resumed
    assert (states(stack), keys_of(stack)[-1].kid) == (["old", "signing"], waiting)
    assert services.take(issue())


def test_a_kill_at_any_write_leaves_working_tokens(
    stack: Stack, services: Services, issue: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before or after each of its writes: what is issued then is good at once, and a rotation ends well."""
    real = write

    for moment in range(4):
        left = [moment]

        def dying(stack: Stack, keys: object, left: list[int] = left) -> None:
            if left[0] in {0, 1}:
                if left[0] == 1:
                    real(stack, keys)  # type: ignore[arg-type]
                raise KeyboardInterrupt
            left[0] -= 2
            real(stack, keys)  # type: ignore[arg-type]

        monkeypatch.setattr("tokens.rotation.write", dying)
        with pytest.raises(KeyboardInterrupt):
            rotate(stack, services.deploy)
        assert services.take(issue())
        monkeypatch.setattr("tokens.rotation.write", real)
        rotate(stack, services.deploy)
        assert services.take(issue())


def test_an_old_key_is_dropped_when_its_last_token_has_ended(stack: Stack) -> None:
    """Not a moment earlier than the longest life of a token allows."""
    keys, now = keys_of(stack), time.time()
    old = replace(keys[0], replaced=now, private="")
    assert plan((old, *keys), now + DAY).dropped == ()
    assert plan((old, *keys), now + DAY + 61).dropped == (old.kid,)


@pytest.mark.parametrize(
    ("subject", "scopes", "minutes", "reason"),
    [
        ("", ["items:read"], 15, "subject"),
        ("x" * 65, ["items:read"], 15, "subject"),
        ("a\nb", ["items:read"], 15, "subject"),
        ("ann", [], 15, "needs a scope"),
        ("ann", ["items:read", "root"], 15, "no scope 'root'"),
        ("ann", ["items:read"], 0, "lives 1 to 1440"),
        ("ann", ["items:read"], -5, "lives 1 to 1440"),
        ("ann", ["items:read"], 1441, "lives 1 to 1440"),
    ],
)
def test_a_senseless_token_is_refused(
    stack: Stack, subject: str, scopes: list[str], minutes: int, reason: str
) -> None:
    """Before anything is read or written."""
    with pytest.raises(Failure, match=reason) as failure:
        issued(key_file(stack), subject, scopes, minutes)
    assert failure.value.exit_code == 2


@pytest.mark.parametrize("content", [None, "", "{}", '{"keys": [{"kid": "x"}]}', '{"keys": []}'])
def test_without_a_whole_file_nothing_is_issued(stack: Stack, content: str | None) -> None:
    """It says what to do, and makes no new key in secret."""
    if content is not None:
        key_file(stack).write_text(content)
    with pytest.raises(Failure) as failure:
        issued(key_file(stack), "ann", ["items:read"])
    assert failure.value.remedy
    assert key_file(stack).exists() == (content is not None)


@pytest.mark.slow
def test_a_client_renews_its_token_in_time(stack: Stack) -> None:
    """A token is carried for two thirds of its life, then another one."""
    import httpx  # noqa: PLC0415

    from tokens.bearer import Bearer  # noqa: PLC0415

    keys_of(stack)
    bearer = Bearer(key_file(stack), "ann", minutes=1 / 20)

    def carried() -> str:
        request = next(bearer.auth_flow(httpx.Request("GET", "https://x/")))
        return request.headers["Authorization"]

    first, started = carried(), time.monotonic()
    assert carried() == first
    while carried() == first:
        assert time.monotonic() - started < 3
        time.sleep(0.05)
    assert time.monotonic() - started > 1.5


def test_read_tells_what_was_written(stack: Stack) -> None:
    """Round and back."""
    keys = keys_of(stack)
    write(stack, keys)
    assert read(key_file(stack)) == keys
