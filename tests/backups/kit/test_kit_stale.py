"""When a kit is stale, and what `status` and monitoring say of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from backups.kit import announcement, custody, lasting, parts, record
from backups.kit.custody import Custody
from backups.kit.kit import Kit
from infra.looks import safety
from infra.status import Status
from operation.failure import Failure
from operation.stack import Stack
from operation.stack_file import configure
from tests.backups.kit.scene import NOW, issued, revoked

Change = Callable[[Stack], object]


def fresh(stack: Stack) -> Stack:
    """Its file read anew."""
    return Stack(stack.name, stack.root)


def append(name: str, line: str) -> Change:
    """A change of a file in the stack's folder."""

    def change(stack: Stack) -> None:
        path = stack.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + line)

    return change


@pytest.fixture
def kept(stack: Stack) -> Stack:
    """A stack with a kit of now."""
    made = Kit(stack.name, NOW, "", parts.collected(stack, NOW))
    record.keep(stack, record.of_kit(made, ("age1somebody",)))
    return stack


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (append("secrets/repository-cipher-s3", "x"), "secrets/repository-cipher-s3"),
        (append("secrets/smtp-password", "new"), "secrets/smtp-password"),
        (append("certs/root.pem", "another"), "certs/root.pem"),
        (lambda stack: (stack.folder / "certs" / "root.key").unlink(), "certs/root.key"),
        (append("certs/register.jsonl", f"{revoked('A')}\n"), "certs/register.jsonl"),
        (lambda stack: configure(stack, {"api.replicas": 3}), "settings"),
        (lambda stack: (stack.root / "roots.pem").write_text("new\n"), "beside/roots.pem"),
    ],
)
def test_what_only_a_kit_gives_back_makes_it_stale(kept: Stack, change: Change, name: str) -> None:
    """By the name of what has changed, was added or is gone."""
    change(kept)
    found = record.newest(kept)
    assert found is not None
    assert record.stale(fresh(kept), found) == [name]


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda stack: configure(stack, {"database.generation": 5, "database.kept": [4]}),
        lambda stack: stack.file.write_text(f"# A remark.\n{stack.file.read_text()}"),
        append("certs/register.jsonl", f"{issued('C', 90)}\n"),
        append("certs/issuing.crl", "a newer list"),
        append("marks/later.json", "{}"),
        append("lineage.json", " "),
        append("audit.jsonl", "more\n"),
    ],
)
def test_what_comes_back_otherwise_does_not(kept: Stack, change: Change) -> None:
    """A restore, a renewal, a mark, a remark: nobody prints a kit for that."""
    change(kept)
    found = record.newest(kept)
    assert found is not None
    assert record.stale(fresh(kept), found) == []


def test_a_record_that_is_damaged_counts_as_none(kept: Stack) -> None:
    """Another kit mends it."""
    (kept.folder / record.FILE).write_text('{"made": "someday"}')
    assert record.newest(kept) is None


def test_differences_name_what_is_new_and_what_is_gone() -> None:
    """In order."""
    assert lasting.differences({"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"}) == [
        "a",
        "b",
        "d",
    ]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Custody(off_host=True, made=NOW, stale=(), required=True), []),
        (Custody(off_host=False, made=NOW, stale=(), required=False), ["both repositories are on this host"]),
        (Custody(off_host=True, made=None, stale=(), required=False), ["there is no recovery kit"]),
        (
            Custody(off_host=True, made=NOW, stale=("settings",), required=False),
            ["the recovery kit of 2026-11-29 is stale (settings changed since)"],
        ),
        (
            Custody(off_host=True, made=NOW, stale=("a", "b", "c", "d", "e"), required=False),
            ["(a, b, c and 2 more changed since)"],
        ),
    ],
)
def test_custody_in_sentences(found: Custody, words: list[str]) -> None:
    """Each with its command."""
    assert len(found.sentences) == len(words)
    for sentence, part in zip(found.sentences, words, strict=True):
        assert part in sentence
        assert "`invoke backup." in sentence


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("localhost", True), ("203.0.113.7", False), ("no.such.invalid", False)],
)
def test_an_endpoint_of_this_host_is_not_elsewhere(
    monkeypatch: pytest.MonkeyPatch, host: str, here: bool
) -> None:
    """Whatever it is called; a name that nobody knows now counts as elsewhere."""
    known = {"localhost": "127.0.0.1"}

    def resolve(name: str, _port: None) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        if name.endswith(".invalid"):
            raise OSError
        return [(2, 1, 6, "", (known.get(name, name), 0))]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    assert custody.on_this_host(host) is here


@pytest.mark.parametrize("required", [False, True])
def test_status_is_red_only_where_it_matters(
    kept: Stack, monkeypatch: pytest.MonkeyPatch, required: bool
) -> None:
    """The same sentence is a remark of a laptop's stack."""
    monkeypatch.setattr(custody, "on_this_host", lambda _: True)
    configure(kept, {"backups.off_host_required": required})
    status = Status(kept.name)
    safety.custody(fresh(kept), status)
    told, silent = (status.wrong, status.remarks) if required else (status.remarks, status.wrong)
    assert any("both repositories are on this host" in each for each in told)
    assert any("is stale (settings changed since)" in each for each in told) is required
    assert silent == []


def test_monitoring_is_told() -> None:
    """A row that says all of it; without a kit it has no time."""
    assert "'2026-11-29T12:00:00+00:00', False, True, False" in announcement.statement(
        Custody(off_host=True, made=NOW, stale=(), required=False)
    )
    assert "null, False, False, True" in announcement.statement(
        Custody(off_host=False, made=None, stale=(), required=True)
    )


def test_settings_of_a_later_release_are_refused(tmp_path: Path) -> None:
    """With the key that this checkout does not know."""
    with pytest.raises(Failure, match=r"the stack's file in the kit: bem:api\.colour"):
        lasting.settings_in(b"config: {bem:api: {colour: red}}\n")
    assert not list(tmp_path.iterdir())
