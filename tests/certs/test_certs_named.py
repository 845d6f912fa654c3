"""Single certificates by their tasks: issued, exported, shown, pruned; and what is refused."""

import errno
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from invoke.context import Context

from certs import tasks
from certs.ca.authority import authority
from certs.ca.ceremony import new_issuing
from certs.ca.register import entries
from certs.desk import console, intake, single
from certs.pairs import named, place, store
from certs.pairs.statement import alternatives_of, common_name, serial_of
from certs.pairs.store import NAMED, certificate, ensure
from certs.revocation.revocation import revoke
from operation import audit, custodian
from operation.failure import Failure
from operation.stack import ROOT, Stack
from tests.certs.conftest import Ask, Clock, Files, Serve
from tests.certs.verdict import by_openssl, by_ssl, openssl

Say = pytest.CaptureFixture[str]
ISSUE = """
import sys
from pathlib import Path
from certs.pairs import named, store
from operation.stack import Stack
stack = Stack("crt-test", Path(sys.argv[1]))
while True:
    wish = named.wish(stack, "alice", "person")
    leaf = store.ensure(stack, wish, renew=sys.argv[2] == "renew", within="named")
    print(leaf.serial, flush=True)
    if sys.argv[2] != "renew":
        break
"""


@pytest.fixture(autouse=True)
def meant(stack: Stack) -> Iterator[None]:
    """Whatever name is given, the test's stack is meant."""
    with ExitStack() as patches:
        for module in (single, intake, console):
            patches.enter_context(mock.patch.object(module, "stack_named", return_value=stack))
        yield


def issued(name: str = "alice", **options: object) -> None:
    """Issues by the task."""
    tasks.issue(Context(), name, **options)


def kept(stack: Stack, name: str = "alice") -> x509.Certificate:
    """What the store holds."""
    found = certificate(stack, name, NAMED)
    assert found is not None
    return found


def test_person_is_issued_once_and_anew_when_asked(stack: Stack, capsys: Say) -> None:
    """Private files apart from the parties; the second call changes nothing, `--renew` does."""
    issued(emails="alice@example.org", json=True)
    first = json.loads(capsys.readouterr().out)
    issued(emails="alice@example.org", json=True)
    assert json.loads(capsys.readouterr().out)["serial"] == first["serial"]
    issued(emails="alice@example.org", renew=True)
    assert first["serial"] not in capsys.readouterr().out
    assert [each.outcome for each in audit.entries(stack)] == ["succeeded", "unchanged", "succeeded"]
    folder = stack.folder / "certs" / NAMED / "alice"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert [str(name.value) for name in alternatives_of(kept(stack))] == [
        "alice.person.crt-test.bem.internal",
        "alice@example.org",
    ]
    assert store.profiles(stack) == []
    assert len([each for each in entries(stack).values() if each.issued.party == "alice"]) == 2


def test_dry_run_issues_nothing(stack: Stack, capsys: Say) -> None:
    """It says what the certificate would say."""
    issued(dry_run=True, json=True)
    assert json.loads(capsys.readouterr().out)["would_issue"]["common_name"] == "alice"
    assert not (stack.folder / "certs").exists()


def test_names_become_a_labels(stack: Stack, tmp_path: Path) -> None:
    """A name beyond ASCII is signed as IDNA 2008 has it, where the stack's file permits it."""
    stack.file.write_text("config: {'bem:certificates': {permitted: [Bücher.example, 10.0.0.0/8]}}\n")
    issued("shop", profile="server", names="WWW.Bücher.example,*.bücher.example", addresses="10.1.2.3")
    names = [str(each.value) for each in alternatives_of(kept(stack, "shop"))]
    assert names == ["www.xn--bcher-kva.example", "*.xn--bcher-kva.example", "10.1.2.3"]
    leaf = store.present(stack, "shop", authority(stack), NAMED)
    assert leaf is not None
    assert by_openssl(tmp_path, leaf, authority(stack).root, "-verify_hostname", names[0]) == ""


BAD: list[tuple[str, dict[str, object], str]] = [
    ("Alice", {}, "cannot be a certificate's name"),
    ("../alice", {}, "cannot be a certificate's name"),
    ("api", {}, "one of the stack's own parties"),
    ("alice", {"common_name": "bem_owner"}, "one of the stack's own parties"),
    ("alice", {"common_name": "BEM_API"}, "one of the stack's own parties"),
    ("alice", {"common_name": "postgres"}, "one of the stack's own parties"),
    ("alice", {"common_name": "bem_api\n"}, "common_name must be"),
    ("alice", {"common_name": "x" * 65}, "1 to 64"),
    ("alice", {"profile": "god"}, "no profile 'god'"),
    ("alice", {"key": "rsa-512"}, "no key of the kind"),
    ("alice", {"days": 399}, "1 to 398"),
    ("alice", {"days": -1}, "1 to 398"),
    ("alice", {"emails": "not an address"}, "no.*mail address"),
    ("alice", {"common_name": "alice.example.org", "addresses": "127.0.0.1"}, "not among the names"),
    ("web", {"profile": "server"}, "a server without a name"),
    ("web", {"profile": "server", "names": "www.example.org"}, "not among the names"),
    ("web", {"profile": "server", "names": "*.example.org"}, "not among the names"),
    ("web", {"profile": "server", "names": "*"}, "no DNS name"),
    ("web", {"profile": "server", "names": "a.*.org"}, "no DNS name"),
    ("web", {"profile": "server", "names": "-.example"}, "no DNS name"),
    ("web", {"profile": "server", "names": "\u2603\u200d.example"}, "no DNS name"),
    ("web", {"profile": "server", "names": "localhost:8443"}, "no DNS name"),
    ("web", {"profile": "server", "addresses": "10.0.0.1"}, "not among the names"),
    ("web", {"profile": "server", "addresses": "1.2.3"}, "not an IP address"),
    ("web", {"profile": "server", "addresses": "127.0.0.1/8"}, "not an IP address"),
    ("web", {"profile": "peer", "names": "x.crt-test.bem.internal", "days": 201}, "1 to 200"),
    ("web", {"profile": "server", "names": ",".join(["localhost"] * 7000)}, "more than 8192 characters"),
]


@pytest.mark.parametrize(("name", "options", "words"), BAD)
def test_bad_wishes_are_refused(stack: Stack, name: str, options: dict[str, object], words: str) -> None:
    """By a sentence, exit status 2, and without a line in the register."""
    with pytest.raises(Failure, match=words) as caught:
        issued(name, **options)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    assert entries(stack) == {}


@pytest.mark.parametrize("form", ["p12", "pem"])
def test_bundle_opens_with_its_passphrase_alone(
    stack: Stack, tmp_path: Path, capsys: Say, files: Files, serve: Serve, form: str
) -> None:
    """Shown once, kept nowhere; a client that has the bundle gets through a server that wants one."""
    issued()
    target = tmp_path / f"alice.{form}"
    capsys.readouterr()
    tasks.export(Context(), "alice", output=str(target), json=True)
    shown = json.loads(capsys.readouterr().out)
    passphrase = shown["passphrase"]
    assert (shown["format"], target.stat().st_mode & 0o777) == (form, 0o600)
    every = [path.read_bytes() for path in stack.folder.rglob("*") if path.is_file()]
    assert not any(passphrase.encode() in content for content in every)
    client = tmp_path / "client"
    client.mkdir()
    _unpack(target, passphrase, client)
    server = files(ensure(stack, named.wish(stack, "web", "server", names=["localhost"]), within=NAMED))
    assert by_ssl(serve(server, mutual=True), "localhost", server / "ca.pem", client) == ""
    program = ("pkcs12", "-noout") if form == "p12" else ("pkey", "-noout")
    assert openssl(*program, "-in", target, "-passin", f"pass:{passphrase}").returncode == 0
    assert openssl(*program, "-in", target, "-passin", "pass:wrong").returncode != 0


def test_passphrase_from_a_file_is_not_shown(stack: Stack, tmp_path: Path, capsys: Say) -> None:
    """It is the person's own; the chain is in the bundle."""
    issued()
    (tmp_path / "own").write_text("my own passphrase\n")
    target = tmp_path / "alice.p12"
    tasks.export(Context(), "alice", output=str(target), passphrase_file=str(tmp_path / "own"))
    assert "passphrase  " not in capsys.readouterr().out
    key, leaf, above = pkcs12.load_key_and_certificates(target.read_bytes(), b"my own passphrase")
    assert key is not None
    assert (leaf, above) == (kept(stack), [authority(stack).issuing])


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("nobody", {"output": "a.p12"}, "has issued nothing to 'nobody'"),
        ("api", {"output": "a.p12"}, "has issued nothing to 'api'"),
        ("alice", {"output": "there.p12"}, "is there already"),
        ("alice", {"output": "no/where.p12"}, "no folder"),
        ("alice", {"output": "a.doc"}, "no format"),
        ("alice", {"output": ""}, "no format|which file"),
        ("alice", {"output": "a.p12", "passphrase_file": "/nothing"}, "cannot be read"),
    ],
)
def test_export_that_is_refused(
    stack: Stack, ask: Ask, tmp_path: Path, name: str, options: dict[str, str], words: str
) -> None:
    """Nothing is overwritten, and a party's key leaves by no bundle."""
    issued()
    ensure(stack, ask())
    (tmp_path / "there.p12").write_text("mine")
    given = {**options, "output": str(tmp_path / options["output"]) if options["output"] else ""}
    with pytest.raises(Failure, match=words) as caught:
        tasks.export(Context(), name, **given)
    assert caught.value.exit_code == 2
    assert [path.name for path in tmp_path.glob("*.p12")] == ["there.p12"]


def test_dry_run_exports_nothing(tmp_path: Path, capsys: Say) -> None:
    """No file, no passphrase."""
    issued()
    tasks.export(Context(), "alice", output=str(tmp_path / "a.pem"), dry_run=True)
    assert "passphrase  " not in capsys.readouterr().out
    assert not (tmp_path / "a.pem").exists()


def test_show_finds_it_wherever_it_is(
    stack: Stack, ask: Ask, files: Files, serve: Serve, capsys: Say
) -> None:
    """By name, from a file, at a server, and the CAs: the same certificate, in words, PEM and JSON."""
    issued("web", profile="server", names="localhost")
    ensure(stack, ask())
    capsys.readouterr()
    leaf = store.present(stack, "web", authority(stack), NAMED)
    assert leaf is not None
    folder = files(leaf)
    port = serve(folder)
    postgres = serve(folder, preamble=b"S")
    for what, options in (
        ("web", {}),
        (str(folder / "cert.pem"), {}),
        (f"localhost:{port}", {}),
        (f"localhost:{postgres}", {"starttls": "postgres"}),
    ):
        tasks.show(Context(), what, json=True, **options)
        shown = json.loads(capsys.readouterr().out)
        assert shown["chain"][0]["serial"] == leaf.serial
        assert (shown["chain"][0]["key"], shown["chain"][0]["purposes"]) == ("ecdsa-p256", "server")
    assert shown["verdict"].startswith("verifies")
    tasks.show(Context(), "web", pem=True)
    assert capsys.readouterr().out.encode() == leaf.chain
    tasks.show(Context(), "root", pem=True)
    assert x509.load_pem_x509_certificate(capsys.readouterr().out.encode()) == authority(stack).root
    tasks.show(Context(), f"127.0.0.1:{port}")
    said = capsys.readouterr().out
    assert "does not verify" in said
    assert leaf.serial in said
    assert "PRIVATE" not in said


def test_show_says_what_is_revoked(stack: Stack, ask: Ask, capsys: Say) -> None:
    """With its date and reason."""
    ensure(stack, ask())
    tasks.show(Context(), "api", json=True)
    assert json.loads(capsys.readouterr().out)["chain"][0]["revoked"] == ""
    revoke(stack, "api", "key_compromise")
    tasks.show(Context(), "api")
    assert re.search(r"revoked .* UTC, key_compromise", capsys.readouterr().out)


@pytest.mark.parametrize("what", ["nobody", "/no/file", "localhost:1", "not a host:443", "localhost:99999"])
def test_show_of_nothing_is_a_sentence(stack: Stack, what: str) -> None:
    """No traceback for a silent port or a word that means nothing."""
    authority(stack)
    with pytest.raises(Failure) as caught:
        tasks.show(Context(), what)
    assert caught.value.remedy


def test_all_are_listed(stack: Stack, ask: Ask, capsys: Say) -> None:
    """Parties and those by name."""
    ensure(stack, ask())
    issued()
    capsys.readouterr()
    tasks.show(Context(), json=True)
    assert [row["party"] for row in json.loads(capsys.readouterr().out)] == ["api", "alice"]


def test_prune_takes_what_is_of_no_use(stack: Stack, ask: Ask, clock: Clock, capsys: Say) -> None:
    """Expired by name, what an interruption left, former CAs that expired; parties and the good stay."""
    with clock(-1500):
        authority(stack)
        issued("bob", days=30)
    new_issuing(stack)
    issued()
    ensure(stack, ask())
    left = stack.folder / "certs" / place.ISSUED / "api.00"
    left.mkdir()
    capsys.readouterr()
    tasks.prune(Context(), dry_run=True, json=True)
    told = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in told] == ["api", "bob", "issuing CA"]
    assert all(Path(row["path"]).exists() for row in told)
    tasks.prune(Context())
    assert not any(Path(row["path"]).exists() for row in told)
    assert certificate(stack, "bob", NAMED) is None
    assert kept(stack)
    assert certificate(stack, "api")
    tasks.prune(Context(), json=True)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == []
    assert audit.entries(stack)[-1].outcome == "unchanged"


def test_expired_pair_of_a_living_party_is_not_pruned(stack: Stack, ask: Ask, clock: Clock) -> None:
    """It is renewed instead."""
    with clock(-100):
        authority(stack)
        ensure(stack, ask(days=30))
    tasks.prune(Context())
    assert certificate(stack, "api") is not None


def test_import_by_its_task(stack: Stack, tmp_path: Path, capsys: Say) -> None:
    """One way of importing is asked for; a dry run keeps nothing; the pair's row is printed."""
    other = Stack("elsewhere", tmp_path / "other", {})
    leaf = ensure(other, named.wish(other, "web", "server", names=["localhost"]), within=NAMED)
    for name, content in (("c.pem", leaf.chain), ("k.pem", leaf.key), ("r.pem", leaf.anchors[:-1])):
        (tmp_path / name).write_bytes(content)
    given = {
        "certificate": str(tmp_path / "c.pem"),
        "key": str(tmp_path / "k.pem"),
        "root": str(tmp_path / "r.pem"),
    }
    for options, words in (({}, "import as what"), ({"issuing": True, "root": ""}, "needs the root above")):
        with pytest.raises(Failure, match=words):
            tasks.import_(Context(), **{**given, **options})
    tasks.import_(Context(), **given, public=True, dry_run=True)
    assert not (stack.folder / "certs/public").exists()
    capsys.readouterr()
    tasks.import_(Context(), **given, public=True, json=True)
    assert json.loads(capsys.readouterr().out)["serial"] == leaf.serial
    assert (stack.folder / "certs/public/key.pem").exists()
    assert audit.entries(stack)[-1].what == "certs.import --public"


@pytest.mark.parametrize("years", [-10, 10])
def test_clock_ten_years_off_is_told(stack: Stack, clock: Clock, years: int) -> None:
    """Nothing is signed that would outlive its issuer, or begin before it."""
    authority(stack)
    with clock(365 * years), pytest.raises(Failure, match=r"becomes valid only|would outlive"):
        issued()
    assert certificate(stack, "alice", NAMED) is None


@pytest.mark.parametrize("written", range(3))
def test_full_disk_keeps_the_old_pair(stack: Stack, written: int) -> None:
    """Whichever file does not fit; the sentence names the disk, and the next try succeeds."""
    issued()
    before, real = kept(stack), custodian.write_private
    done: list[Path] = []

    def full(path: Path, content: bytes) -> None:
        if len(done) == written:
            raise OSError(errno.ENOSPC, "No space left on device")
        done.append(path)
        real(path, content)

    with (
        mock.patch.object(place, "write_private", full),
        pytest.raises(Failure, match="No space left") as caught,
    ):
        issued(renew=True)
    assert "make room" in caught.value.remedy
    assert kept(stack) == before
    issued(renew=True)
    assert kept(stack) != before


@pytest.mark.slow
def test_killed_at_any_moment_there_is_a_whole_pair(stack: Stack) -> None:
    """Killed while it renews without end: certificate and key belong together, and it is registered."""
    argv = [sys.executable, "-c", ISSUE, str(stack.root), "renew"]
    authority(stack)
    for turn in range(5):
        running = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert running.stdout
        assert running.stdout.readline()
        time.sleep(0.013 * turn)  # the moment of the kill is what differs
        running.send_signal(signal.SIGKILL)
        running.communicate()
        leaf = store.present(stack, "alice", authority(stack), NAMED)
        assert leaf is not None
        assert load_pem_private_key(leaf.key, None).public_key() == leaf.certificate.public_key()
        assert leaf.serial in entries(stack)


@pytest.mark.slow
def test_two_at_once_get_the_same_pair(stack: Stack) -> None:
    """Four processes that ask for one name end with one certificate."""
    authority(stack)
    argv = [sys.executable, "-c", ISSUE, str(stack.root), "once"]
    running = [subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate(timeout=60)[0] for process in running}
    assert [process.returncode for process in running] == [0] * 4
    assert said == {f"{serial_of(kept(stack))}\n"}
    assert common_name(kept(stack)) == "alice"


def _unpack(target: Path, passphrase: str, folder: Path) -> None:
    """Certificate and key of a bundle, as a client has them."""
    options = ("-in", target, "-passin", f"pass:{passphrase}")
    if target.suffix == ".p12":
        done = openssl("pkcs12", *options, "-nodes", "-out", folder / "cert.pem")
        (folder / "key.pem").write_bytes((folder / "cert.pem").read_bytes())
    else:
        (folder / "cert.pem").write_bytes(target.read_bytes())
        done = openssl("pkey", *options, "-out", folder / "key.pem")
    assert done.returncode == 0, done.stderr
