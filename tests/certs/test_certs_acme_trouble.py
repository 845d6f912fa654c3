"""An ACME server that is down, limits rates, answers nonsense: one sentence each, and nothing lost."""

import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from unittest import mock

import pytest

from certs.acme import account, front, obtaining, place, trouble, window
from certs.acme.obtaining import obtain
from certs.acme.pending import Pending
from certs.acme.plan import plan
from certs.ca.authority import authority
from certs.pairs.leaf import issue
from operation import custodian
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from tests.certs.acme_server import Actor, Answer, acting, problem
from tests.certs.conftest import Ask, Files

NAMES = ("www.example.test", "example.test")
STEP = Progress(quiet=True).step
Rates = Callable[[], Answer]


@pytest.fixture
def actor(stack: Stack, ask: Ask, files: Files) -> Iterator[Actor]:
    """A server whose TLS our root vouches for."""
    with acting(files(issue(stack, ask(), authority(stack)))) as found:
        yield found


@pytest.fixture
def public(stack: Stack, actor: Actor) -> Stack:
    """A stack that has its public certificate from that server, without a rehearsal."""
    return public_stack(stack, actor.directory)


def public_stack(stack: Stack, url: str, **acme: object) -> Stack:
    """The same stack, with ACME switched on."""
    ca_file = str(stack.folder / "certs" / "root.pem")
    section = {
        "enabled": True,
        "terms_agreed": True,
        "directory_url": url,
        "staging_url": "",
        "ca_file": ca_file,
        "names": list(NAMES),
    }
    return Stack(stack.name, root=stack.root, given={"bem:certificates": {"acme": section | acme}})


@pytest.fixture(autouse=True)
def answering() -> Iterator[None]:
    """The load balancer's part is another test's."""
    with mock.patch.object(front, "answers"):
        yield


def failed(stack: Stack) -> Failure:
    """The failure that obtaining a certificate ends in."""
    with pytest.raises(Failure) as caught:
        obtain(stack, plan(stack), STEP)
    return caught.value


def test_a_server_that_is_down(stack: Stack) -> None:
    """Named, with what it means and what to do; the account's key is there for the next try."""
    authority(stack)
    failure = failed(public_stack(stack, "https://localhost:9/dir"))
    assert "localhost does not answer" in failure.what
    assert "refused" in failure.what
    assert (failure.meaning, failure.exit_code) == (trouble.SERVES_ON, 1)
    assert (place.folder(stack) / "account.key").exists()


def test_a_server_that_nobody_vouches_for(stack: Stack, actor: Actor) -> None:
    """Without our root in `ca_file` its certificate is refused, and no account is told to it."""
    failure = failed(public_stack(stack, actor.directory, ca_file=""))
    assert "does not answer" in failure.what
    assert "certificate verify failed" in failure.what.lower()
    assert actor.asked == []


@pytest.mark.parametrize("file", ["/nonexistent/roots.pem", __file__])
def test_a_file_without_roots_is_refused(stack: Stack, actor: Actor, file: str) -> None:
    """Before anybody is asked."""
    failure = failed(public_stack(stack, actor.directory, ca_file=file))
    assert file in failure.what
    assert failure.exit_code == 2
    assert actor.asked == []


NONSENSE = {
    "no JSON": Answer(content=b"<html>please log in</html>", headers={"Content-Type": "text/html"}),
    "empty": Answer(content=b""),
    "a list": Answer(content=b"[1, 2]"),
    "nothing in it": Answer(content=b"{}"),
    "numbers for addresses": Answer(content=b'{"newNonce": 1, "newAccount": 2, "newOrder": 3}'),
    "addresses without TLS": Answer(
        content=b'{"newNonce": "http://x/", "newAccount": "http://x/", "newOrder": "http://x/"}'
    ),
    "no text": Answer(content=b"\xff\xfe\x00\x1b[31m"),
    "an error without words": Answer(500, b"oops"),
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_a_directory_that_is_none(public: Stack, actor: Actor, kind: str) -> None:
    """Whatever it is, it is one sentence, and no traceback."""
    actor.answers["/dir"] = NONSENSE[kind]
    failure = failed(public)
    assert "no ACME" in failure.what
    assert "\x1b" not in str(failure)
    assert "directory_url" in failure.remedy


@pytest.mark.parametrize("content", [b"nonsense", b"{}", b'{"status": "sleepy"}', b'{"authorizations": 3}'])
def test_an_order_that_is_none(public: Stack, actor: Actor, content: bytes) -> None:
    """The same for an order; the next run finds none at its address, and asks for another."""
    actor.answers["/newOrder"] = Answer(201, content, {"Location": f"{actor.base}/order/1"})
    assert "no ACME" in failed(public).what
    actor.asked.clear()
    assert "no ACME" in failed(public).what
    assert actor.asked.index("/order/1") < actor.asked.index("/newOrder")


def test_the_server_s_own_words_are_shown(public: Stack, actor: Actor) -> None:
    """On one line, without control characters, and not by the page."""
    words = "the name \x1b[31mexample.test\x1b[0m is\n on a list " + "x" * 2000
    actor.answers["/newOrder"] = problem("rejectedIdentifier", words)
    failure = failed(public)
    assert "localhost refuses the order: the name" in failure.what
    assert "example.test" in failure.what
    assert "\x1b" not in failure.what
    assert "\n" not in failure.what
    assert len(failure.what) < 700


def test_parts_of_a_problem_are_shown(public: Stack, actor: Actor) -> None:
    """Each with its name (RFC 8555, section 6.7.1)."""
    part = {
        "type": "urn:ietf:params:acme:error:caa",
        "detail": "CAA forbids it",
        "identifier": {"type": "dns", "value": "example.test"},
    }
    content = json.dumps({"type": "urn:ietf:params:acme:error:compound", "subproblems": [part]}).encode()
    actor.answers["/newOrder"] = Answer(403, content, {"Content-Type": "application/problem+json"})
    assert "example.test: CAA forbids it" in failed(public).what


RATE = "too many new orders recently"


@pytest.mark.parametrize("form", ["seconds", "date", "none"])
def test_a_pause_is_kept(public: Stack, actor: Actor, form: str) -> None:
    """The moment is told; until then nothing is asked, but with `--force`; afterwards it is asked again."""
    at = datetime.now(UTC).replace(microsecond=0)
    wait = {"seconds": "7200", "date": format_datetime(at + timedelta(hours=2), usegmt=True), "none": ""}[
        form
    ]
    expected = at + timedelta(hours=2 if wait else 1)
    actor.answers["/newOrder"] = problem("rateLimited", RATE, 429, **({"Retry-After": wait} if wait else {}))
    failure = failed(public)
    assert RATE in failure.what
    assert isinstance(failure, trouble.Later)
    assert abs(failure.until - expected) < timedelta(seconds=30)
    assert f"{failure.until:%Y-%m-%d %H:%M}" in failure.remedy

    actor.asked.clear()
    assert isinstance(failed(public), trouble.Later)
    assert actor.asked == []
    with pytest.raises(Failure, match=RATE):
        obtain(public, plan(public, force=True), STEP)
    assert "/newOrder" in actor.asked
    folder = place.of_server(public, actor.directory)
    window.keep_pause(folder, at - timedelta(seconds=1), "over")
    actor.asked.clear()
    assert RATE in failed(public).what
    assert "/newOrder" in actor.asked


def test_a_pause_of_the_rehearsal_s_server_is_kept(stack: Stack, actor: Actor) -> None:
    """It is asked first, so nobody is asked until it may be."""
    public = public_stack(stack, actor.directory, staging_url=f"{actor.directory}?staging")
    actor.answers["/newOrder"] = problem("rateLimited", RATE, 429, **{"Retry-After": "7200"})
    assert RATE in failed(public).what
    assert plan(public).pauser == f"{actor.directory}?staging"
    actor.asked.clear()
    assert isinstance(failed(public), trouble.Later)
    assert actor.asked == []


def test_unavailable_without_a_problem_document(public: Stack, actor: Actor) -> None:
    """A proxy's 503 with `Retry-After` is a pause, too."""
    actor.answers["/newOrder"] = Answer(
        503, b"back soon", {"Retry-After": "60", "Content-Type": "text/plain"}
    )
    failure = failed(public)
    assert isinstance(failure, trouble.Later)
    assert "503" in failure.what


@pytest.mark.parametrize("header", ["-5", "soon", "99999999999999999999", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_pause_has_bounds(header: str) -> None:
    """Nonsense is an hour; nothing lies in the past, nothing beyond a week."""
    at = datetime(2026, 11, 29, tzinfo=UTC)
    assert at <= trouble.pause(header, at) <= at + timedelta(days=7)


def test_worn_nonces_are_tried_again(public: Stack, actor: Actor) -> None:
    """Nine in a row; the tenth is an error with the server's words."""
    actor.bad_nonces = 9
    actor.answers["/newOrder"] = problem("rejectedIdentifier", "not you")
    assert "not you" in failed(public).what
    actor.bad_nonces = 10
    assert "this nonce is worn" in failed(public).what


def test_a_customer_s_account_is_refused(public: Stack, actor: Actor) -> None:
    """A server that insists on external account binding is told of before an account is asked for."""
    content = json.loads(actor.default("/dir").content) | {"meta": {"externalAccountRequired": True}}
    actor.answers["/dir"] = Answer(content=json.dumps(content).encode())
    failure = failed(public)
    assert "external account binding" in failure.what
    assert "/newAccount" not in actor.asked


def test_an_account_is_found_again(public: Stack, actor: Actor) -> None:
    """A server that knows the key gives the same account."""
    location = {"Location": f"{actor.base}/account/7"}
    actor.answers["/newAccount"] = Answer(200, b'{"status": "valid"}', location)
    actor.answers["/newOrder"] = problem("rejectedIdentifier", "not you")
    assert "not you" in failed(public).what
    known = json.loads((place.of_server(public, actor.directory) / account.KNOWN).read_text())
    assert known["url"].endswith("/account/7")


def test_the_account_s_key_is_encrypted_and_private(stack: Stack) -> None:
    """0600, useless without the passphrase, the same at every call; its folder is ours alone."""
    first = account.thumbprint(stack)
    path = place.folder(stack) / account.KEY
    assert account.thumbprint(stack) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


@pytest.mark.parametrize("harm", ["no passphrase", "another passphrase", "cut"])
def test_a_key_that_cannot_be_opened_is_never_replaced(stack: Stack, harm: str) -> None:
    """The file is as it was, and the sentence says where a copy is."""
    account.key(stack)
    path, passphrase = (
        place.folder(stack) / account.KEY,
        custodian.secret_path(stack, custodian.ACME_PASSPHRASE),
    )
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:80])
    else:
        passphrase.unlink()
        if harm == "another passphrase":
            custodian.secret(stack, custodian.ACME_PASSPHRASE)
    before = path.read_bytes()
    with pytest.raises(Failure, match="cannot be opened") as caught:
        account.key(stack)
    assert "recovery kit" in caught.value.remedy
    assert path.read_bytes() == before


def test_a_lost_key_is_told_from_one_never_made(public: Stack, actor: Actor) -> None:
    """Once a server knows the account, its key is not silently made anew."""
    actor.answers["/newOrder"] = problem("rejectedIdentifier", "not you")
    failed(public)
    (place.folder(public) / account.KEY).unlink()
    with pytest.raises(Failure, match="is gone") as caught:
        account.thumbprint(public)
    assert "recovery kit" in caught.value.remedy


def test_an_order_under_way_keeps_its_key(tmp_path: Path) -> None:
    """Another process goes on with the same key and address; other names begin anew."""
    first = Pending(tmp_path, NAMES)
    key = first.key_pem
    first.note(first.state.model_copy(update={"url": "https://x/order/1"}))
    second = Pending(tmp_path, NAMES)
    assert (second.key_pem, second.state.url) == (key, "https://x/order/1")
    assert {stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "pending").iterdir()} == {0o600}
    other = Pending(tmp_path, ("other.test",))
    assert other.key_pem != key
    assert other.state.url == ""


@pytest.mark.parametrize("harm", [b"", b"{", b'{"names": 3}'])
def test_a_broken_note_begins_anew(tmp_path: Path, harm: bytes) -> None:
    """A file that a full disk cut is no reason to fail."""
    Pending(tmp_path, NAMES)
    (tmp_path / "pending" / "order.json").write_bytes(harm)
    assert Pending(tmp_path, NAMES).state.names == NAMES


def test_a_stack_without_acme_is_refused(stack: Stack) -> None:
    """With the key that switches it on."""
    with pytest.raises(Failure, match="no public certificate") as caught:
        plan(stack)
    assert caught.value.exit_code == 2
    assert "acme.enabled" in caught.value.remedy


def test_two_at_once_take_turns(public: Stack, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits for the first, and says who holds the file when it waits in vain."""
    from certs import turn  # noqa: PLC0415

    monkeypatch.setattr(obtaining, "turn", lambda path: turn.turn(path, 0.1))
    with (
        turn.turn(place.folder(public) / ".order.lock"),
        pytest.raises(Failure, match="another process has held"),
    ):
        obtain(public, plan(public), STEP)
    assert actor.asked == []


def test_keys_are_nowhere_else(public: Stack, actor: Actor) -> None:
    """No private key in a readable file: what is not encrypted is the pending pair, 0600."""
    actor.answers["/newOrder"] = problem("rejectedIdentifier", "not you")
    failed(public)
    for folder, _, names in os.walk(place.folder(public)):
        for name in names:
            path = Path(folder) / name
            if b"PRIVATE KEY" in path.read_bytes():
                assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
