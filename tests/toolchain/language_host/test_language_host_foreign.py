"""Projects that are not ours, as `pulumi new` makes them."""

import sys
import zipfile
from pathlib import Path

import pytest

from tests.toolchain.language_host.project import Project
from tests.toolchain.language_host.test_language_host_program import json_of
from toolchain.version import DOCKER_PLUGIN, PULUMI

pytestmark = pytest.mark.platform

PROGRAM = '"""A Python Pulumi program"""\n\nimport pulumi\nimport tiny\n\npulumi.export("it", tiny.IT)\n'
TEMPLATE = """\
name: try
description: A minimal Python Pulumi program
runtime:
  name: python
  options:
    toolchain: pip
    virtualenv: venv
config:
  pulumi:tags:
    value:
      pulumi:template: python
"""


def wheel(folder: Path) -> str:
    """A package of one module, ready to be installed without an index; its file's name."""
    name, info = "tiny-1.0-py3-none-any.whl", "tiny-1.0.dist-info"
    with zipfile.ZipFile(folder / name, "w") as file:
        file.writestr("tiny.py", "IT = 7\n")
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", f"tiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return name


def test_template_from_installation_to_output(project: Project) -> None:
    """Before it: what to do. Then `pulumi install` makes and fills the environment, and the program runs."""
    folder = project.folder
    project.write(__main__=PROGRAM)
    (folder / "Pulumi.yaml").write_text(TEMPLATE)
    (folder / "requirements.txt").write_text(f"./{wheel(folder)}\n")
    assert f"{folder}/venv does not exist" in project.pulumi("preview", status=255)
    text = project.pulumi("install")
    assert "Creating virtual environment" in text
    assert "Successfully installed tiny-1.0" in text
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    (site,) = folder.glob("venv/lib/python*/site-packages")
    (site / "ours.pth").write_text(f"{ours}\n")  # pulumi itself
    assert "it: 7" in project.pulumi("preview")
    (site / "tiny.py").unlink()
    (folder / "requirements.txt").write_text("tiny ~= 1.0\n")
    text = project.pulumi("preview", status=255)
    assert f"{folder}/requirements.txt asks for it, but it is not installed in {folder}/venv" in text
    assert "do: pulumi install" in text


def test_installation_that_fails(project: Project) -> None:
    """What pip says, its command, and few words of ours, which the CLI repeats."""
    project.write(__main__="")
    (project.folder / "requirements.txt").write_text("./none-of-that\n")
    text = project.pulumi("install", status=255)
    assert "This failed with status 1: " in text
    assert "error: installing dependencies: the reason stands above" in text
    assert text.count("--disable-pip-version-check") == 1


def test_project_without_options(project: Project) -> None:
    """`runtime: python` takes the Python of PATH."""
    project.write(__main__="import pulumi, sys\npulumi.export('it', sys.prefix)\n")
    (project.folder / "Pulumi.yaml").write_text("name: try\nruntime: python\n")
    assert f'it: "{sys.prefix}"' in project.pulumi("preview")


@pytest.mark.parametrize(
    ("toolchain", "remedy"), [("uv", "virtualenv: .venv"), ("poetry", "poetry env info")]
)
def test_toolchain_that_is_not_known(project: Project, toolchain: str, remedy: str) -> None:
    """Is refused by name before anything runs, with what works in its place."""
    project.write(__main__="raise SystemExit('it ran')\n")
    (project.folder / "Pulumi.yaml").write_text(
        f"name: try\nruntime: {{name: python, options: {{toolchain: {toolchain}}}}}\n"
    )
    text = project.pulumi("preview", status=255)
    assert f"runtime.options.toolchain: '{toolchain}' is not known to this stand-in" in text
    assert remedy in text
    assert "it ran" not in text


def test_what_the_cli_asks_about_a_project(project: Project) -> None:
    """Its Python, its packages, and the plugins that these need."""
    project.write(__main__="")
    about = json_of(project.pulumi("about", "--json"))
    assert about["runtime"]["executable"] == str(Path(sys.prefix, "bin", "python"))
    assert about["runtime"]["version"].startswith("3.")
    assert about["errors"] == []
    assert {"name": "pulumi-docker", "version": DOCKER_PLUGIN} in about["dependencies"]
    plugins = {each["name"]: each for each in about["plugins"]}
    assert plugins["docker"]["version"] == DOCKER_PLUGIN
    assert plugins["python"]["version"] == PULUMI
    assert "docker" in project.pulumi("plugin", "ls", "--project")


def test_watch_is_refused_at_once(project: Project) -> None:
    """The CLI needs a program for it that only the official download brings."""
    project.write(__main__="raise SystemExit('it ran')\n")
    text = project.pulumi("watch", status=255)
    assert "Could not locate pulumi-watch binary" in text
    assert "it ran" not in text
