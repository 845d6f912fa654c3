"""`backup.endpoint`, as it is typed: everything is asked before anything is written."""

import io
import json
from pathlib import Path

import pytest
from invoke.context import Context

from backups.endpoint import console, keys, reach, settled
from backups.endpoint.coordinates import Coordinates, coordinates
from backups.endpoint.reach import Reached
from backups.kit import tasks
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack
from tests.images.authority import Authority

Say = pytest.CaptureFixture[str]


class Server:
    """Another S3 that answers as it is told, and remembers who asked."""

    def __init__(self) -> None:
        self.asked: list[Coordinates] = []
        self.bucket = True

    def reach(self, where: Coordinates) -> Reached:
        """Answers, unless the keys are wrong."""
        self.asked.append(where)
        if where.keys.secret != "right":  # noqa: S105  # of a test
            raise reach.answered(where, "SignatureDoesNotMatch", "")
        return Reached(bucket=self.bucket, locked_days=7)

    def make_bucket(self, _where: Coordinates) -> None:
        """Is there from now on."""
        self.bucket = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """In the place of the network."""
    found = Server()
    monkeypatch.setattr(reach, "reach", found.reach)
    monkeypatch.setattr(reach, "make_bucket", found.make_bucket)
    return found


@pytest.fixture(autouse=True)
def named(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever name is given, the test's stack is meant."""
    monkeypatch.setattr(console, "stack_named", lambda _: fresh(stack))


@pytest.fixture
def keys_file(tmp_path: Path) -> str:
    """The right keys."""
    path = tmp_path / "keys"
    path.write_text("access\nright\n")
    return str(path)


def fresh(stack: Stack) -> Stack:
    """Its file read anew."""
    return Stack(stack.name, stack.root)


def test_a_move_is_written_once_it_was_asked(
    stack: Stack, server: Server, keys_file: str, capsys: Say
) -> None:
    """Settings, keys mode 0600, and what is to be done next."""
    (stack.root / "roots.pem").write_bytes(Authority().trust)
    tasks.endpoint(
        Context(),
        to="s3.example.org:9000",
        bucket="kept",
        region="eu-central-1",
        ca_file="roots.pem",
        keys_file=keys_file,
    )
    assert "invoke up" in capsys.readouterr().out
    settings = fresh(stack).settings.object_store
    assert (settings.place, settings.host, settings.port) == (
        "s3.example.org:9000/kept",
        "s3.example.org",
        9000,
    )
    assert coordinates(fresh(stack)) == server.asked[-1]
    path = custodian.secret_path(stack, custodian.OUTSIDE_SECRET_KEY)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("right\n", 0o600)


def test_keys_from_standard_input(stack: Stack, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file needs to be written for them."""
    monkeypatch.setattr("sys.stdin", io.StringIO("access right"))
    tasks.endpoint(Context(), to="s3.example.org", keys_file="-")
    assert keys.keys_of(fresh(stack)).secret == "right"  # noqa: S105  # of a test
    assert server.asked


def test_a_dry_run_asks_and_writes_nothing(stack: Stack, server: Server, keys_file: str) -> None:
    """Also where the bucket would be made."""
    server.bucket = False
    text = stack.file.read_text()
    tasks.endpoint(Context(), to="s3.example.org", keys_file=keys_file, make_bucket=True, dry_run=True)
    assert stack.file.read_text() == text
    assert keys.kept(stack) is None
    assert server.bucket is False


def test_a_bucket_is_made_where_that_was_wanted(server: Server, keys_file: str) -> None:
    """And not where it was not."""
    server.bucket = False
    with pytest.raises(Failure, match="no bucket"):
        tasks.endpoint(Context(), to="s3.example.org", keys_file=keys_file)
    tasks.endpoint(Context(), to="s3.example.org", keys_file=keys_file, make_bucket=True)
    assert server.bucket


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"to": "https://s3.example.org"}, "is no endpoint"),
        ({"to": "s3.example.org/bucket"}, "is no endpoint"),
        ({"to": "s3.example.org:99999"}, "is no endpoint"),
        ({"to": "s3.example.org", "bucket": "B"}, "bem:object_store.bucket"),
        ({"to": "s3.example.org", "uri_style": "sideways"}, "bem:object_store.uri_style"),
        ({"to": "s3.example.org", "ca_file": "/etc/roots.pem"}, "outside of the checkout"),
        ({"to": "s3.example.org", "ca_file": "none.pem"}, "cannot be used: No such file"),
        ({"to": "s3.example.org", "ca_file": "keys"}, "holds no certificate"),
        ({"to": "s3.example.org", "keys_file": "one-word"}, "two words, and there are 1"),
        ({"to": "s3.example.org", "keys_file": "none"}, "cannot be read"),
        ({"to": "s3.example.org", "keys_file": "wrong"}, "does not take these keys"),
        ({"to": "s3.example.org", "keys_file": ""}, "wants keys"),
        ({"to": "s3.example.org", "own": True}, "which one"),
        ({"bucket": "kept"}, "where to"),
    ],
)
def test_bad_input_is_refused_untouched(
    stack: Stack, server: Server, keys_file: str, wish: dict[str, str], words: str
) -> None:
    """Exit status 2; neither the file nor the keys have changed."""
    for name, text in (("one-word", "access"), ("wrong", "access wrong")):
        (stack.root / name).write_text(text)
    named = wish.get("keys_file", "keys")
    text = stack.file.read_text()
    with pytest.raises(Failure, match=words) as caught:
        tasks.endpoint(Context(), **{**wish, "keys_file": str(stack.root / named) if named else ""})
    assert caught.value.exit_code == 2
    assert stack.file.read_text() == text
    assert keys.kept(stack) is None
    assert Path(keys_file).exists()
    assert server.bucket


def test_it_says_where_s3_is(stack: Stack, server: Server, keys_file: str, capsys: Say) -> None:
    """The stack's own; another, that answers; the other, once it does not take the keys any more."""
    tasks.endpoint(Context(), json=True)
    assert json.loads(capsys.readouterr().out) == {"endpoint": "", "bucket": "bem-backups"}
    tasks.endpoint(Context(), to="s3.example.org", keys_file=keys_file)
    capsys.readouterr()
    tasks.endpoint(Context(), json=True)
    assert json.loads(capsys.readouterr().out)["answers"] is True
    custodian.write_private(custodian.secret_path(stack, custodian.OUTSIDE_SECRET_KEY), b"old\n")
    with pytest.raises(Failure, match="does not take these keys"):
        tasks.endpoint(Context(), json=True)
    assert "answers" not in json.loads(capsys.readouterr().out)
    assert server.bucket


def test_back_to_its_own(stack: Stack, server: Server, keys_file: str) -> None:
    """The keys of the other stay, for whoever goes there again."""
    tasks.endpoint(Context(), to="s3.example.org", keys_file=keys_file)
    tasks.endpoint(Context(), own=True)
    assert not fresh(stack).settings.object_store.outside
    assert keys.kept(stack) is not None
    assert len(server.asked) == 1


def test_a_move_wants_a_first_backup_until_one_is_proven(
    stack: Stack, server: Server, keys_file: str
) -> None:
    """There, and on the way back as well: what was written meanwhile is not in the old place."""
    assert not settled.moved(stack)
    tasks.endpoint(Context(), to="s3.example.org", keys_file=keys_file)
    moved = fresh(stack)
    assert settled.moved(moved)
    assert settled.changed(moved)
    settled.settle(moved)
    assert not settled.moved(moved)
    assert not settled.changed(moved)
    custodian.write_private(custodian.secret_path(stack, custodian.OUTSIDE_SECRET_KEY), b"other\n")
    assert settled.changed(moved), "other keys are to be asked first"
    assert not settled.moved(moved), "and need no other backup"
    tasks.endpoint(Context(), own=True)
    assert settled.moved(fresh(stack))
    settled.settle(fresh(stack))
    assert not settled.moved(fresh(stack))
    assert server.asked


def test_keys_that_were_never_given(stack: Stack) -> None:
    """The stack's file was written by hand; the command that gives them is named."""
    stack.file.write_text("config:\n  bem:object_store: {endpoint: s3.example.org}\n")
    with pytest.raises(Failure, match="are not on this host") as caught:
        keys.keys_of(fresh(stack))
    assert "backup.endpoint" in caught.value.remedy


@pytest.mark.parametrize(("days", "words"), [(7, "7 days"), (0, "without a lock"), (None, "may not ask")])
def test_what_is_known_of_a_lock(days: int | None, words: str) -> None:
    """Not known is not none."""
    assert words in console.lock_words(days)
