"""The Python of a program: the one of Pulumi.yaml, else of PATH, else words that help."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from toolchain.language_host import interpreter
from toolchain.language_host.failure import HostFailure
from toolchain.language_host.interpreter import Interpreter


def python(path: Path, text: str = "#!/bin/sh\n") -> Path:
    """A program that passes for a Python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_virtual_environment_is_named_from_the_project(tmp_path: Path) -> None:
    """A relative path starts at Pulumi.yaml; an absolute one stands by itself."""
    found = python(tmp_path / "venv" / "bin" / "python")
    assert interpreter.chosen(tmp_path, {"virtualenv": "venv"}).python == found
    assert interpreter.chosen(Path("/"), {"virtualenv": str(tmp_path / "venv")}).python == found


def test_missing_virtual_environment_says_what_to_do(tmp_path: Path) -> None:
    """The commands that make it, and whether something else is in its place."""
    with pytest.raises(HostFailure, match=f"venv does not exist.*\n.*python3 -m venv {tmp_path}/venv"):
        interpreter.chosen(tmp_path, {"virtualenv": "venv"})
    (tmp_path / "venv").mkdir()
    with pytest.raises(HostFailure, match="venv is not a virtual environment"):
        interpreter.chosen(tmp_path, {"virtualenv": "venv"})


def test_virtual_environment_is_activated(tmp_path: Path) -> None:
    """What the program starts finds the same Python; PYTHONHOME would lead it astray."""
    base = {"PATH": "/bin", "PYTHONHOME": "/x", "VIRTUAL_ENV": "/old", "HOME": "/root"}
    environment = Interpreter(tmp_path / "bin" / "python", tmp_path).environment(base)
    assert environment == {"PATH": f"{tmp_path}/bin:/bin", "VIRTUAL_ENV": str(tmp_path), "HOME": "/root"}
    assert Interpreter(tmp_path).environment(base) == base


def test_python_of_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PULUMI_PYTHON_CMD, then python3, then python."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)
    with pytest.raises(HostFailure, match="no python3 or python is on PATH"):
        interpreter.chosen(tmp_path, {})
    for name in ("python", "python3", "mine"):
        python(tmp_path / name)
    assert interpreter.chosen(tmp_path, {}).python == tmp_path / "python3"
    monkeypatch.setenv("PULUMI_PYTHON_CMD", "mine")
    assert interpreter.chosen(tmp_path, {}).python == tmp_path / "mine"


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"toolchain": "uv"}, "`virtualenv: .venv`"),
        ({"toolchain": "poetry"}, "`poetry env info --path`"),
        ({"toolchain": "conda"}, "`virtualenv: FOLDER`"),
        ({"typechecker": "mypy"}, "by itself"),
    ],
)
def test_unknown_option_is_refused_by_name(options: Mapping[str, object], remedy: str) -> None:
    """What only the official host does is never passed over; what works in its place is said."""
    name = next(iter(options))
    with pytest.raises(HostFailure, match=f"runtime.options.{name}.*\n  do: .*{remedy}"):
        interpreter.refuse_unknown(options)
    interpreter.refuse_unknown({"toolchain": "pip", "typechecker": ""})


def test_virtual_environment_that_is_no_path_is_refused(tmp_path: Path) -> None:
    """YAML has more than text."""
    with pytest.raises(HostFailure, match=r"virtualenv: 3\.0 is no path"):
        interpreter.chosen(tmp_path, {"virtualenv": 3.0})


def test_python_says_what_it_is(tmp_path: Path) -> None:
    """Executable, release and path of this very Python; one that fails is quoted."""
    about = interpreter.described(Interpreter(Path(sys.executable)))
    assert Path(about.executable).samefile(sys.executable)
    assert about.version.startswith(f"{sys.version_info.major}.{sys.version_info.minor}.")
    assert any(path.name == "site-packages" for path in about.path)
    broken = python(tmp_path / "python", "#!/bin/sh\necho torn >&2\nexit 1\n")
    with pytest.raises(HostFailure, match="does not run: torn"):
        interpreter.described(Interpreter(broken))
