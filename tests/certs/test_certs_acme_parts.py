"""The parts of ACME by themselves: window, chain, trial, hook, the pair in the store, settings."""

import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from certs.acme import chain, front, hook, pair, plan, rehearsal, trial, window
from certs.acme.hook import Record
from certs.acme.order import replaced
from certs.acme.pair import Origin
from certs.acme.pending import Pending
from certs.acme.proof import sweep
from certs.acme.window import Advice
from certs.ca.authority import authority
from certs.endpoints import outsiders
from certs.foreign import public_pair
from certs.pairs.leaf import Leaf, issue
from certs.serving import generation
from infra.settings import settings_from
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask, Clock, Files, Serve
from tests.images.workshop import until

NAMES = ("api", "localhost")
ORIGIN = Origin(url="https://acme.example.test/dir", names=NAMES)
RECORD = Record(domain="example.test", name="_acme-challenge.example.test", value="proof")
SCRIPT = "import os, sys; print(sys.argv[1:], sys.stdin.read(), os.environ['ACME_RECORD'])"


@pytest.fixture
def leaf(stack: Stack, ask: Ask) -> Leaf:
    """A pair, which might be an ACME server's."""
    return issue(stack, ask(), authority(stack))


def switched_on(stack: Stack, **acme: object) -> Stack:
    """The same stack, with ACME."""
    section = {"enabled": True, "terms_agreed": True, "directory_url": ORIGIN.url, "names": list(NAMES)}
    return Stack(stack.name, root=stack.root, given={"bem:certificates": {"acme": section | acme}})


def in_days(leaf: Leaf, days: float) -> datetime:
    """So many days after a certificate's beginning."""
    return leaf.certificate.not_valid_before_utc + timedelta(days=days)


def advised(leaf: Leaf, days: float | None) -> Advice:
    """A server's suggestion."""
    at = None if days is None else in_days(leaf, days)
    return Advice(serial=leaf.serial, renew_at=at, ask_at=in_days(leaf, 0))


@pytest.mark.parametrize(
    ("suggested", "at", "due"),
    [
        (None, 59, ""),
        (None, 61, "less than a third"),
        (70, 61, ""),
        (70, 71, "suggests"),
        (5, 6, "suggests"),
        (95, 91, "expired"),
    ],
)
def test_renewal_is_due_in_the_window(leaf: Leaf, suggested: float | None, at: float, due: str) -> None:
    """Its word counts before and after a third of life; without it the third does; expired is expired."""
    found = window.due(leaf.certificate, advised(leaf, suggested), in_days(leaf, at))
    assert (due in found) if due else not found


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (ORIGIN, ""),
        (Origin(url="https://other.example.test/dir", names=NAMES), "another server"),
        (Origin(url=ORIGIN.url, names=("api",)), "names are others"),
        (Origin(url=ORIGIN.url, names=tuple(reversed(NAMES))), ""),
    ],
)
def test_a_pair_of_other_names_or_another_server_is_stale(leaf: Leaf, wanted: Origin, reason: str) -> None:
    """Whatever its age; the order of names is nothing."""
    found = window.stale(leaf.certificate, ORIGIN, wanted)
    assert (reason in found) if reason else not found


def test_advice_is_of_one_certificate(stack: Stack, ask: Ask, leaf: Leaf, tmp_path: Path) -> None:
    """What was suggested for the one before says nothing about its successor."""
    (tmp_path / window.ADVICE).write_text(advised(leaf, 3).model_dump_json())
    assert window.known_advice(tmp_path, leaf.certificate) == advised(leaf, 3)
    other = issue(stack, ask(), authority(stack))
    assert window.known_advice(tmp_path, other.certificate) is None


def test_certificate_s_identifier_is_that_of_the_standard() -> None:
    """The example of RFC 9773, section 4.1; a serial whose first bit is set has a zero before it."""
    key_identifier = bytes.fromhex("69885B6B87464041E1B37B847BA0AE2CDE01C8D4")
    extension = x509.AuthorityKeyIdentifier(key_identifier, None, None)

    class Certificate:
        serial_number = 0x87654321
        extensions = x509.Extensions([x509.Extension(extension.oid, critical=False, value=extension)])

    made = replaced(Certificate())  # type: ignore[arg-type]  # what of a certificate is needed
    assert made == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"


def faulty(
    kind: str, stack: Stack, ask: Ask, leaf: Leaf, clock: Clock
) -> tuple[bytes, bytes, tuple[str, ...]]:
    """A chain, a key and names, of which one thing is wrong."""
    other = issue(stack, ask(), authority(stack))
    certificates = leaf.chain.split(b"-----BEGIN")
    if kind == "expired":
        with clock(-100):
            former = Stack("old", root=stack.root, given={})
            old = issue(former, ask(), authority(former))
        return old.chain, old.key, NAMES
    return {
        "of another key": (leaf.chain, other.key, NAMES),
        "without a name": (leaf.chain, leaf.key, (*NAMES, "www.example.test")),
        "in the wrong order": (
            certificates[0] + b"-----BEGIN" + certificates[1] + leaf.anchors,
            leaf.key,
            NAMES,
        ),
        "no certificate": (b"<html>", leaf.key, NAMES),
        "cut": (leaf.chain[:-100], leaf.key, NAMES),
    }[kind]


FAULTS = {
    "of another key": "another key",
    "without a name": "lacks www.example.test",
    "in the wrong order": "wrong order",
    "no certificate": "no chain",
    "cut": "no chain",
    "expired": "expired",
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_faulty_chain_is_refused(stack: Stack, ask: Ask, leaf: Leaf, clock: Clock, kind: str) -> None:
    """Before anything of it is kept; the sound one is taken."""
    assert chain.check(leaf.chain, leaf.key, NAMES) == leaf.certificate
    with pytest.raises(Failure, match=FAULTS[kind]):
        chain.check(*faulty(kind, stack, ask, leaf, clock))


def test_a_trial_is_what_a_client_sees(stack: Stack, leaf: Leaf, files: Files) -> None:
    """With our root trusted it passes; a client that does not know us, or asks for another name, refuses."""
    folder = files(leaf)
    trial.trial(outsiders.context(stack), folder, NAMES)
    with pytest.raises(Failure, match=r"unable to get local issuer|self-signed") as caught:
        trial.trial(outsiders.strangers(stack), folder, NAMES)
    assert "ca_file" in caught.value.remedy
    with pytest.raises(Failure, match="mismatch"):
        trial.trial(outsiders.context(stack), folder, ("other.example.test",))


def test_further_roots_count_only_with_acme(stack: Stack, tmp_path: Path) -> None:
    """Off: our root alone. On: the host's, and those of the file."""
    other = authority(Stack("other", root=tmp_path / "other", given={}))
    (tmp_path / "roots.pem").write_bytes(other.anchors)
    authority(stack)
    assert outsiders.further(stack) == ()
    on = switched_on(stack, ca_file="roots.pem")
    assert outsiders.further(on) == ("system", str(stack.root / "roots.pem"))
    subjects = {str(each["subject"]) for each in outsiders.context(on).get_ca_certs()}
    assert any("BEM other root CA" in each for each in subjects)
    assert any("BEM crt-test root CA" in each for each in subjects)
    assert not any("BEM crt-test" in str(each["subject"]) for each in outsiders.strangers(on).get_ca_certs())


def hooked(*argv: str) -> tuple[str, ...]:
    """A hook in Python."""
    return (sys.executable, "-c", *argv)


def test_a_hook_gets_the_record_and_nothing_secret_in_its_arguments(tmp_path: Path) -> None:
    """Action as the last argument, value by standard input, all by the environment."""
    file = tmp_path / "said"
    script = f"import sys; sys.stdout = open({str(file)!r}, 'w'); {SCRIPT}"
    hook.call(hooked(script, "zone"), "present", RECORD, 10)
    assert file.read_text() == "['zone', 'present'] proof\n _acme-challenge.example.test\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (hooked("import sys; print('no such zone', file=sys.stderr); sys.exit(3)"), "status 3: no such zone"),
        (hooked("import sys; sys.exit(1)"), "it said nothing"),
        (hooked("print('\\x1b[31mred'); raise SystemExit(1)"), "status 1: .31mred"),
        (hooked("import time; time.sleep(60)"), "did not end within"),
    ],
)
def test_a_hook_that_fails_is_a_failure(argv: tuple[str, ...], sentence: str) -> None:
    """With what it said, and in its time."""
    with pytest.raises(Failure, match=sentence) as caught:
        hook.call(argv, "present", RECORD, 1)
    assert "proof" not in str(caught.value)
    assert caught.value.exit_code == 1


def test_a_hook_s_children_end_with_it(tmp_path: Path) -> None:
    """What it has started in the background does not live on."""
    script = f"sleep 300 & echo $! > {tmp_path}/child; sleep 300"
    with pytest.raises(Failure, match="did not end"):
        hook.call(("sh", "-c", script, "hook"), "present", RECORD, 0.5)
    child = int((tmp_path / "child").read_text())
    until(lambda: _ended(child), 5)


def _ended(process: int) -> bool:
    """Whether it is gone, or a zombie that nobody has asked for."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_record_that_stays_is_known(tmp_path: Path) -> None:
    """A clean-up that failed is tried again by the next run, also when its certificate came all the same."""
    failing = settings_from({"bem:certificates": {"acme": {"hook": ["false"]}}}, "x").certificates.acme
    said: list[str] = []
    first = Pending(tmp_path, NAMES)
    first.note(first.state.model_copy(update={"records": (RECORD,)}))
    sweep(failing, first, said.append)
    assert any("exit status 1" in each for each in said)
    first.done()
    second = Pending(tmp_path, NAMES)
    assert second.state.records == (RECORD,)
    sweep(failing.model_copy(update={"hook": ("true",)}), second, said.append)
    assert Pending(tmp_path, NAMES).state.records == ()


def test_a_hook_that_is_none_is_refused() -> None:
    """With the setting to correct."""
    with pytest.raises(Failure, match="cannot be started") as caught:
        hook.call(("/nonexistent/hook",), "present", RECORD, 1)
    assert caught.value.exit_code == 2


def test_a_pair_is_kept_whole_and_private(stack: Stack, ask: Ask, leaf: Leaf) -> None:
    """0600, one generation; the next takes its place in one step; a foreign key makes it none."""
    assert public_pair.certificate(stack) is None
    pair.keep(stack, leaf.chain, leaf.key, ORIGIN)
    assert (public_pair.certificate(stack), pair.origin(stack)) == (leaf.certificate, ORIGIN)
    other = issue(stack, ask(), authority(stack))
    pair.keep(stack, other.chain, other.key, ORIGIN)
    assert public_pair.certificate(stack) == other.certificate
    folder = stack.folder / "certs" / "acme"
    assert [each.name for each in (folder / "issued").iterdir()] == [other.serial]
    assert {stat.S_IMODE(each.stat().st_mode) for each in (folder / "public").iterdir()} == {0o600}
    (folder / "public" / "key.pem").write_bytes(leaf.key)
    assert public_pair.certificate(stack) is None


def test_a_pair_brought_back_as_a_folder_is_replaced(stack: Stack, leaf: Leaf) -> None:
    """A copy that followed the symlink is no hindrance."""
    folder = stack.make_folder("certs", "acme", "public")
    (folder / "cert.pem").write_text("old")
    pair.keep(stack, leaf.chain, leaf.key, ORIGIN)
    assert public_pair.certificate(stack) == leaf.certificate


def test_our_own_pair_serves_until_acme_s_does_and_again_when_it_has_expired(
    stack: Stack, ask: Ask, clock: Clock
) -> None:
    """None yet, valid, expired, switched off: the public file is whole and of one pair each time."""
    signer, public = authority(stack), ask(public=True)
    own = issue(stack, public, signer)
    assert public_pair.shown(stack, public, own) == own.chain + own.key
    theirs = issue(stack, ask(), signer)
    pair.keep(stack, theirs.chain, theirs.key, ORIGIN)
    assert public_pair.shown(stack, public, own) == theirs.chain.rstrip() + b"\n" + theirs.key
    assert public_pair.shown(stack, ask(), own) == own.chain + own.key
    assert public_pair.serving(stack, theirs.certificate.not_valid_after_utc) is None
    with clock(-100):
        other = Stack("old", root=stack.root, given={})
        old = issue(other, ask(), authority(other))
    pair.keep(stack, old.chain, old.key, ORIGIN)
    assert public_pair.shown(stack, public, own) == own.chain + own.key


def test_an_archive_has_the_public_pair_only_where_there_is_one(leaf: Leaf) -> None:
    """The load balancer's; with the modes of a key."""
    import io  # noqa: PLC0415
    import tarfile  # noqa: PLC0415

    at = datetime.now(UTC)
    for public in (b"", b"chain and key"):
        with tarfile.open(fileobj=io.BytesIO(generation.archive("g", leaf, b"", 6002, at, public))) as tar:
            found = {each.name: (each.mode, each.uid) for each in tar}
        assert found.get("g/public.pem") == ((0o400, 6002) if public else None)
        assert found.get("g/public.list") == ((0o444, 6002) if public else None)


def test_names_are_rehearsed_once(stack: Stack) -> None:
    """New names, or another proof, are; the same in another order are not; without a server none is."""
    on = switched_on(stack, staging_url="https://staging.example.test/dir")
    settings = on.settings.certificates.acme
    assert rehearsal.wanted(on, settings, NAMES)
    rehearsal.note(on, settings, NAMES)
    assert not rehearsal.wanted(on, settings, tuple(reversed(NAMES)))
    assert rehearsal.wanted(on, settings, (*NAMES, "new"))
    other = switched_on(stack, staging_url="https://staging.example.test/dir", challenge="dns-01", hook=["x"])
    assert rehearsal.wanted(on, other.settings.certificates.acme, NAMES)
    without = switched_on(stack, staging_url="")
    assert not rehearsal.wanted(without, without.settings.certificates.acme, ("new",))


def test_a_plan_says_what_would_be_done(stack: Stack, leaf: Leaf) -> None:
    """Before the first, with one that does, and by force; nothing is asked."""
    on = switched_on(stack, staging_url="https://staging.example.test/dir")
    first = plan.plan(on)
    assert (first.reason, first.serial) == ("there is none yet", "")
    assert first.rehearsal == "https://staging.example.test/dir"
    pair.keep(on, leaf.chain, leaf.key, ORIGIN)
    kept = plan.plan(on)
    assert (kept.reason, kept.serial) == ("", leaf.serial)
    assert kept.issuer.startswith("BEM crt-test issuing CA")
    assert kept.told()["serves"] == "acme"
    assert plan.plan(on, force=True).reason == "you ask for it"


WRONG = {
    "terms": ({"enabled": True}, "terms_agreed"),
    "hook": ({"enabled": True, "terms_agreed": True, "challenge": "dns-01"}, "needs a hook"),
    "wildcard": ({"enabled": True, "terms_agreed": True, "names": ["*.example.test"]}, "dns-01"),
    "address": ({"names": ["192.0.2.1"]}, "no DNS name"),
    "capitals": ({"names": ["Example.test"]}, "no DNS name"),
    "umlaut": ({"names": ["bär.example.test"]}, "no DNS name"),
    "inner wildcard": ({"names": ["a.*.example.test"]}, "no DNS name"),
    "too long": ({"names": ["a." * 130 + "test"]}, "no DNS name"),
    "too many": ({"names": [f"n{number}.example.test" for number in range(101)]}, "100"),
    "plain": ({"directory_url": "http://acme.example.test/dir"}, "pattern"),
    "email": ({"email": "nobody"}, "pattern"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_settings_are_refused(kind: str) -> None:
    """By the path of the key, before anything is touched."""
    section, word = WRONG[kind]
    with pytest.raises(Failure, match=word) as caught:
        settings_from({"bem:certificates": {"acme": section}}, "Pulumi.test.yaml")
    assert "bem:certificates" in caught.value.what
    assert caught.value.exit_code == 2


def test_names_of_the_platform_are_those_of_the_certificate() -> None:
    """Unless others are given; a wildcard with dns-01 is one."""
    agreed = {"enabled": True, "terms_agreed": True}
    given = {"names": ["www.example.test"], "acme": agreed}
    found = settings_from({"bem:certificates": given}, "x").certificates
    assert found.public_names == ("www.example.test",)
    wild = agreed | {"names": ["*.example.test"], "challenge": "dns-01", "hook": ["/bin/hook"]}
    assert settings_from({"bem:certificates": {"acme": wild}}, "x").certificates.public_names == (
        "*.example.test",
    )


def test_a_load_balancer_that_does_not_answer_is_told_before_a_server_is_asked(
    stack: Stack, leaf: Leaf, files: Files, serve: Serve
) -> None:
    """Nobody at the port, or somebody else."""
    from tests.certs.pebble import free  # noqa: PLC0415

    for port in (free(1)[0], serve(files(leaf))):
        given = {"bem:load_balancer": {"http_port": port, "https_port": 1}}
        with pytest.raises(Failure, match="does not answer challenges") as caught:
            front.answers(Stack(stack.name, root=stack.root, given=given))
        assert "invoke up" in caught.value.remedy
