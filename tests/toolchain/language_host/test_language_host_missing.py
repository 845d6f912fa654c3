"""What a person is told about a module that is missing."""

from pathlib import Path

import pytest

from toolchain.language_host.missing import hint


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program's folder, which is the working directory."""
    folder = tmp_path / "infra"
    folder.mkdir()
    (tmp_path / "Pulumi.yaml").touch()
    monkeypatch.chdir(folder)
    return folder


def missing(name: str) -> ModuleNotFoundError:
    """What Python raises."""
    return ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_file_and_command_are_named(folder: Path) -> None:
    """A new file beside the program, when there is none."""
    words = f"write the package that brings `nonesuch` into {folder}/requirements.txt, then: pulumi install"
    assert hint(missing("nonesuch.inner"), ".") == f"  do: {words}\n"


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_file_of_the_project_counts(folder: Path, name: str) -> None:
    """Beside Pulumi.yaml; not one further up."""
    file = folder.parent / name
    file.touch()
    assert f"into {file}," in hint(missing("nonesuch"), ".")
    (folder / "Pulumi.yaml").touch()
    assert f"into {folder}/requirements.txt," in hint(missing("nonesuch"), ".")


@pytest.mark.parametrize("line", ["none-such>=3", "None_Such[x]==1  # why", '    "none.such~=2",'])
def test_package_that_is_asked_for_is_only_to_be_installed(folder: Path, line: str) -> None:
    """Whatever way its name is written."""
    (folder / "requirements.txt").write_text(f"pulumi\n# none\n{line}\n")
    said = hint(missing("none_such"), ".")
    assert f"{folder}/requirements.txt asks for it, but it is not installed" in said
    assert said.endswith("  do: pulumi install\n")
    assert "asks for it" not in hint(missing("none"), ".")


def test_part_of_a_package_that_is_there(folder: Path) -> None:
    """To install it again would not help."""
    assert str(folder) not in hint(missing("pulumi.nonesuch"), ".")
    assert "another release of `pulumi`" in hint(missing("pulumi.nonesuch"), ".")


def test_neighbour_of_a_single_file(folder: Path) -> None:
    """To install something would not help either."""
    (folder / "app.py").touch()
    (folder / "helper.py").touch()
    assert "rename app.py to __main__.py" in hint(missing("helper"), "app.py")
    assert "requirements.txt" in hint(missing("other"), "app.py")


@pytest.mark.parametrize("error", [ValueError("x"), ImportError("x", name="x"), ModuleNotFoundError("x")])
def test_other_errors_have_no_hint(error: Exception) -> None:
    """They say themselves what is wrong."""
    assert hint(error, ".") == ""
