"""Which Pulumi is used: the host's, the official download, or what stands in."""

import sys
from pathlib import Path

import pytest

from operation.failure import Failure
from operation.progress import Progress
from toolchain import cache, cli, golang, search, version
from toolchain.golang import build_argv, environment


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


@pytest.mark.parametrize(
    ("said", "pinned"),
    [(f"v{version.PULUMI}\n", True), ("v3.258.0", False), (f"v{version.PULUMI}-dev", False), ("", False)],
)
def test_only_the_pinned_release_counts(said: str, pinned: bool) -> None:
    """A near miss is another release."""
    assert version.is_pinned(said) is pinned


def test_host_cli_with_its_language_host_is_taken(home: Path) -> None:
    """An official installation on PATH needs nothing of ours."""
    program(home / "bin/pulumi", f"v{version.PULUMI}")
    program(home / "bin/pulumi-language-python")
    choice = cli.chosen()
    assert choice == cli.Choice(home / "bin", "the host's")


def test_host_cli_without_language_host_or_of_another_release_is_not(home: Path) -> None:
    """Half an installation is passed over."""
    program(home / "bin/pulumi", f"v{version.PULUMI}")
    assert cli.chosen() is None
    program(home / "bin/pulumi-language-python")
    program(home / "bin/pulumi", "v3.100.0")
    assert cli.chosen() is None


def test_download_comes_before_our_build() -> None:
    """Official beats built, when both are cached."""
    program(golang.cached() / "pulumi", f"v{version.PULUMI}")
    built = cli.chosen()
    program(cli.official_folder() / "pulumi", f"v{version.PULUMI}")
    official = cli.chosen()
    assert built is not None
    assert built.origin == "built here"
    assert official is not None
    assert official.origin == "official"


def test_broken_cli_in_the_cache_is_not_used() -> None:
    """What does not run is not there."""
    program(golang.cached() / "pulumi", f"v{version.PULUMI}", status=0)
    (golang.cached() / "pulumi").write_bytes(b"\x7fELF, cut short")
    assert cli.chosen() is None


def test_our_own_folders_on_path_are_not_the_host(home: Path) -> None:
    """A shell that has evaluated `ops env` changes no verdict."""
    ours = (home / "cache", search.OURS)
    path = f"{home}/cache/x/bin:/usr/bin::{search.OURS}:/opt/cache/bin"
    assert search.foreign(path, ours) == "/usr/bin:/opt/cache/bin"


def test_build_command_names_the_version() -> None:
    """Without its version in it, the Automation API refuses the CLI."""
    argv = build_argv(Path("/t/pulumi"))
    assert argv[:3] == ("go", "build", "-ldflags")
    assert argv[3].endswith(f"version.Version=v{version.PULUMI}")
    assert argv[4:] == ("-o", "/t/pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi")


def test_module_pins_the_release_and_names_no_host_but_modules() -> None:
    """The checked-in module is for the same release, and its sums are there."""
    text = (golang.MODULE / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{version.PULUMI}" in text
    assert "://" not in text + (golang.MODULE / "go.sum").read_text()


def test_go_that_can_fetch_its_successor_is_allowed_to() -> None:
    """New enough: as it is. A bit old: it fetches what the module asks for. Much too old: refused."""
    assert environment((1, 26, 8), (1, 26)) == {}
    assert environment((1, 24, 4), (1, 26)) == {"GOTOOLCHAIN": "auto"}
    with pytest.raises(Failure, match=r"Go 1\.19\.8 is too old"):
        environment((1, 19, 8), (1, 26))


def test_versions_are_read_from_words() -> None:
    """Numbers from `go version` and from go.mod; none from words without."""
    assert version.numbers("go version go1.26.8 linux/amd64") == (1, 26, 8)
    assert version.required_go("module x\n\ngo 1.26\n") == (1, 26)
    assert version.numbers("devel") == ()


def test_failed_download_is_not_tried_again_within_a_day() -> None:
    """Remembered for a day; a success, or a clock set back, forgets it."""
    assert cache.may_try("it")
    cache.remember_failure("it")
    assert not cache.may_try("it")
    now = (cache.folder() / "failed-it").stat().st_mtime
    assert not cache.failed_lately(now, now + 86_401)
    assert not cache.failed_lately(now, now - 10)


def test_download_that_fails_leaves_nothing_and_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unreachable download is a note, and the build is next."""
    monkeypatch.setattr(
        cli, "install_argv", lambda _root: (sys.executable, "-c", "raise SystemExit('no network')")
    )
    monkeypatch.setattr(golang, "build", lambda target, _progress: program(target, f"v{version.PULUMI}"))
    cli.Cli().provide(Progress(quiet=True))
    choice = cli.chosen()
    assert choice is not None
    assert choice.origin == "built here"
    assert not cache.may_try(cli.DOWNLOAD)
    assert {path.name for path in cache.folder().iterdir()} == {f"failed-{cli.DOWNLOAD}", golang.key()}


def test_build_that_says_another_version_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong build fails, and is used by nobody."""
    cache.remember_failure(cli.DOWNLOAD)
    monkeypatch.setattr(golang, "build", lambda target, _progress: program(target, "v0.0.0"))
    with pytest.raises(Failure, match=r"says 'v0.0.0'"):
        cli.Cli().provide(Progress(quiet=True))
    assert cli.chosen() is None
