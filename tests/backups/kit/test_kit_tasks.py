"""`backup.kit` and `recover`, as they are typed."""

import json
from pathlib import Path

import pyrage
import pytest
from invoke.context import Context

from backups.endpoint import reach
from backups.endpoint.reach import Reached
from backups.kit import console, presence, recovery_console, tasks
from operation.failure import Failure
from operation.stack import Stack
from operation.stack_file import configure

ME = pyrage.x25519.Identity.generate()
Say = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def named(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever name is given, the test's stack is meant; its S3 is on another host."""
    for module in (console, recovery_console):
        monkeypatch.setattr(module, "Stack", lambda name, *_: Stack(name, stack.root))
    monkeypatch.setattr(console, "stack_named", lambda _: Stack(stack.name, stack.root))
    monkeypatch.setattr("backups.kit.custody.on_this_host", lambda _: False)
    monkeypatch.setattr(presence, "in_docker", lambda _: [])
    monkeypatch.setattr(reach, "reach", lambda _: Reached(bucket=True, holds=True))


@pytest.fixture
def identity(tmp_path: Path) -> str:
    """A file that opens the kit."""
    path = tmp_path / "me.key"
    path.write_text(f"{ME}\n")
    return str(path)


@pytest.fixture
def made(tmp_path: Path, capsys: Say) -> str:
    """A kit's file."""
    file = str(tmp_path / "kit.age")
    tasks.kit(Context(), [str(ME.to_public())], output=file)
    assert f"written to {file}" in capsys.readouterr().out
    return file


def test_a_kit_is_made_once(made: str, stack: Stack) -> None:
    """Nothing is ever overwritten; what it held is remembered, and nothing of it is in the audit log."""
    assert Path(made).stat().st_mode & 0o777 == 0o600
    with pytest.raises(Failure, match="is there already"):
        tasks.kit(Context(), [str(ME.to_public())], output=made)
    assert json.loads((stack.folder / "kit.json").read_text())["recipients"] == [str(ME.to_public())]
    assert "files for age1" in (stack.folder / "audit.jsonl").read_text()


def test_a_dry_run_writes_nothing(stack: Stack, tmp_path: Path, capsys: Say) -> None:
    """And says what would be in it."""
    file = tmp_path / "kit.age"
    tasks.kit(Context(), [str(ME.to_public())], output=str(file), dry_run=True)
    said = capsys.readouterr().out
    assert "secrets/repository-cipher-s3" in said
    assert "would be written" in said
    assert not file.exists()
    assert not (stack.folder / "kit.json").exists()


def test_a_kit_needs_a_file_and_a_stack_that_has_something(stack: Stack) -> None:
    """Refused before anything is written."""
    with pytest.raises(Failure, match="needs a file"):
        tasks.kit(Context(), [str(ME.to_public())])
    (stack.folder / "secrets" / "repository-cipher-s3").unlink()
    with pytest.raises(Failure, match="no repositories yet"):
        tasks.kit(Context(), [str(ME.to_public())], output="kit.age")


def test_data_on_the_same_host_is_a_warning(
    tmp_path: Path, capsys: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kit alone brings nothing back."""
    monkeypatch.setattr("backups.kit.custody.on_this_host", lambda _: True)
    tasks.kit(Context(), [str(ME.to_public())], output=str(tmp_path / "kit.age"), json=True)
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    assert len(warnings) == 1
    assert "both repositories are on this host" in warnings[0]


def test_a_check_says_what_has_changed(made: str, identity: str, stack: Stack, capsys: Say) -> None:
    """Exit status 1 then, after all of it was printed."""
    tasks.kit(Context(), [], check=made, identity=identity)
    assert "nothing that counts has changed since" in capsys.readouterr().out
    configure(stack, {"api.replicas": 3})
    with pytest.raises(Failure, match="has changed since this kit: settings") as caught:
        tasks.kit(Context(), [], check=made, identity=identity, json=True)
    assert caught.value.exit_code == 1
    said = json.loads(capsys.readouterr().out)
    assert said["differs"] == ["settings"]
    assert "cipher" not in json.dumps(list(said["holds"].values()))


def test_a_check_on_another_host(made: str, identity: str, stack: Stack, capsys: Say) -> None:
    """There is nothing to compare with."""
    stack.file.unlink()
    tasks.kit(Context(), [], check=made, identity=identity)
    assert "the stack is not on this host" in capsys.readouterr().out


def test_what_opens_it_is_asked_for(made: str) -> None:
    """Nobody is at the terminal."""
    with pytest.raises(Failure, match="opens with an identity"):
        tasks.kit(Context(), [], check=made)
    with pytest.raises(Failure, match="cannot be read"):
        tasks.kit(Context(), [], check=f"{made}.not")


@pytest.mark.slow
def test_a_passphrase_in_a_file(tmp_path: Path, capsys: Say) -> None:
    """Closes and opens it; without it, and nobody there, it stays shut."""
    word, file = tmp_path / "word", str(tmp_path / "kit.age")
    word.write_text("correct horse battery staple\n")
    tasks.kit(Context(), [], passphrase_file=str(word), output=file)
    tasks.kit(Context(), [], check=file, passphrase_file=str(word))
    assert "nothing that counts" in capsys.readouterr().out
    with pytest.raises(Failure, match="opens with a passphrase"):
        tasks.kit(Context(), [], check=file)


def test_files_are_those_of_the_folder_in_which_it_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`./ops` itself works in the checkout."""
    monkeypatch.setenv("OPS_FOLDER", str(tmp_path))
    tasks.kit(Context(), [str(ME.to_public())], output="here.age")
    assert (tmp_path / "here.age").exists()


def test_a_recovery_is_foretold(made: str, identity: str, capsys: Say) -> None:
    """Under another name, since the stack is here; nothing is written."""
    tasks.recover(Context(), made, identity=identity, stack="other", dry_run=True)
    said = capsys.readouterr().out
    assert "would recover stack other" in said
    assert "bucket kept at s3.example.org" in said
    assert not Stack("other").folder.exists()


@pytest.mark.parametrize(
    ("name", "words"), [("", "is on this host"), ("No Name", "cannot be a stack's name")]
)
def test_a_recovery_that_cannot_be_meant(made: str, identity: str, name: str, words: str) -> None:
    """Refused, untouched."""
    with pytest.raises(Failure, match=words) as caught:
        tasks.recover(Context(), made, identity=identity, stack=name)
    assert caught.value.exit_code == 2
