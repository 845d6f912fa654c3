"""Pulumi's plugins: official where they are, stand-ins for exactly the rest, and the note of it."""

import os
from pathlib import Path

import pytest

from operation.failure import Failure
from toolchain import decision, plugins, version
from toolchain.decision import Decision


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees or changes this account's own cache, PATH and Pulumi."""
    for name in ("XDG_CACHE_HOME", "PULUMI_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    return tmp_path


def program(path: Path, says: str = "", status: int = 0) -> Path:
    """A program that says one thing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_stand_ins_are_for_what_is_absent_only() -> None:
    """An official plugin is never hidden by one of ours."""
    assert plugins.absent({}) == plugins.NAMES
    official = {name: Path("/opt") / name for name in plugins.NAMES}
    assert plugins.absent(official) == ()
    assert plugins.absent({**official, plugins.DOCKER: None}) == (plugins.DOCKER,)


def test_downloaded_docker_plugin_is_found_and_a_partial_one_is_not(home: Path) -> None:
    """Pulumi marks a download that was cut short."""
    folder = home / "PULUMI_HOME" / "plugins" / f"resource-docker-v{version.DOCKER_PLUGIN}"
    plugin = program(folder / plugins.DOCKER)
    assert plugins.official_plugins(home)[plugins.DOCKER] == plugin
    folder.with_name(f"{folder.name}.partial").touch()
    assert plugins.official_plugins(home)[plugins.DOCKER] is None


def test_links_follow_the_decision(tmp_path: Path) -> None:
    """Exactly the wanted ones, whatever was there; links hold when the checkout moves."""
    source = tmp_path / "checkout" / "standins"
    for name in plugins.NAMES:
        program(source / name)
    folder = tmp_path / "checkout" / "ops" / "links"
    plugins.link_stand_ins(plugins.NAMES, folder, source)
    assert {path.name for path in folder.iterdir()} == set(plugins.NAMES)
    plugins.link_stand_ins((plugins.DOCKER,), folder, source)
    assert [path.name for path in folder.iterdir()] == [plugins.DOCKER]
    (tmp_path / "checkout").rename(tmp_path / "moved")
    assert os.access(tmp_path / "moved" / "ops" / "links" / plugins.DOCKER, os.X_OK)


def test_stand_in_that_the_checkout_lacks_is_named(tmp_path: Path) -> None:
    """A file without permission to run is as good as missing."""
    program(tmp_path / plugins.DOCKER)
    assert plugins.missing_stand_ins((plugins.DOCKER,), tmp_path) == []
    (tmp_path / plugins.DOCKER).chmod(0o644)
    assert plugins.missing_stand_ins((plugins.DOCKER,), tmp_path) == [plugins.DOCKER]


def test_decision_survives_its_file(tmp_path: Path) -> None:
    """What is written is read; blanks and `=` in a path are no matter."""
    noted = Decision(Path("/a b/x=y"), (plugins.DOCKER,), buildx=False)
    decision.write(noted, tmp_path / "toolchain.env")
    assert decision.read(tmp_path / "toolchain.env") == noted


def test_decision_that_is_not_whole_is_none(tmp_path: Path) -> None:
    """No file, or half a file, means that set-up must run; a line break in a path is refused."""
    assert decision.read(tmp_path / "none") is None
    assert decision.parse("CLI=/x\n") is None
    with pytest.raises(Failure, match="line break"):
        decision.render(Decision(Path("/a\nSTANDINS=x"), (), buildx=True))
