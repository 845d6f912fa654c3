"""Names and places of a stack, and its file."""

from pathlib import Path

import pytest

from operation.failure import Failure
from operation.stack import Stack, known, stack_named
from operation.stack_file import begin_anew, configure


def test_names_of_objects_start_with_the_stack(stack: Stack) -> None:
    """Two stacks on one host never meet."""
    assert (stack.object_name("api"), stack.volume(3)) == ("try_api", "try_database-g3")
    assert stack.labels == {"bem.stack": "try"}


def test_a_stack_without_a_file_is_refused(tmp_path: Path) -> None:
    """The known ones are named."""
    (tmp_path / "Pulumi.one.yaml").write_text("")
    with pytest.raises(Failure) as caught:
        _ = Stack("two", tmp_path).settings
    assert caught.value.exit_code == 2
    assert "use one of: one" in caught.value.remedy


@pytest.mark.parametrize("text", ["config: [", "config: 3"])
def test_a_broken_file_is_refused(stack: Stack, text: str) -> None:
    """With the file's name, never a traceback."""
    stack.file.write_text(text)
    with pytest.raises(Failure, match=r"Pulumi\.try\.yaml"):
        _ = stack.settings


@pytest.mark.parametrize("name", ["Local", "../x", "1a", "a" * 32, "a b"])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    """It becomes part of paths and of Docker's names."""
    with pytest.raises(Failure) as caught:
        stack_named(name)
    assert caught.value.exit_code == 2


def test_writing_settings_keeps_comments_and_order(stack: Stack) -> None:
    """A person's file stays a person's file."""
    configure(stack, {"database.generation": 2, "database.kept": [1], "api.replicas": 4})
    text = stack.file.read_text()
    assert "# why" in text
    assert "replicas: 4 # many" in text
    assert Stack("try", stack.root).settings.database.kept == (1,)


def test_a_file_that_cannot_be_written_is_told(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it is as it was."""
    before = stack.file.read_text()

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(Failure, match="cannot be written"):
        configure(stack, {"api.replicas": 4})
    assert stack.file.read_text() == before


def test_stacks_are_found_by_their_files(stack: Stack) -> None:
    """Nothing else is one."""
    (stack.root / "Pulumi.yaml").write_text("")
    assert known(stack.root) == ["try"]


def test_a_destroyed_stack_can_begin_anew_from_its_file(stack: Stack) -> None:
    """Salt and numbers of volumes go; what a person wrote stays."""
    stack.file.write_text("encryptionsalt: v1:x\n" + stack.file.read_text())
    configure(stack, {"database.generation": 4, "database.kept": [3], "database.last_generation": 4})
    begin_anew(stack)
    database = Stack("try", stack.root).settings.database
    assert (database.generation, database.kept, database.last_generation) == (1, (), 0)
    assert "encryptionsalt" not in stack.file.read_text()
    assert "replicas: 3 # many" in stack.file.read_text()
