"""The browser that the tests of pages need: found, installed when missing, or told."""

from pathlib import Path
from unittest import mock

import pytest

from operation.failure import Failure
from toolchain import browser


def on_path(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with that program alone."""
    program = folder / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(folder))
    return program


@pytest.mark.parametrize("name", browser.PROGRAMS)
def test_any_chromium_will_do(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's or another; nothing is installed then."""
    program = on_path(tmp_path, name, monkeypatch)
    with mock.patch("toolchain.browser.apt.install") as install:
        assert browser.Browser().look().version == str(program)
        assert browser.main() == 0
    install.assert_not_called()


def test_a_missing_browser_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian's package, and a font, without which pages are empty boxes."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "log_file", lambda _at: tmp_path / "log")

    def install(packages: tuple[str, ...], _progress: object) -> None:
        assert packages == ("chromium-headless-shell", "fonts-dejavu-core")
        on_path(tmp_path, packages[0], monkeypatch)

    monkeypatch.setattr("toolchain.browser.apt.install", install)
    assert browser.main() == 0
    assert browser.program() == str(tmp_path / "chromium-headless-shell")


def test_a_browser_that_cannot_be_had_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not as root: one message with the command, and no test begins."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "log_file", lambda _at: tmp_path / "log")
    refused = Failure("it must be installed, which only root can do.", "nothing.", "as root: `apt-get …`")
    with mock.patch("toolchain.browser.apt.install", side_effect=refused):
        assert browser.main() == 1
    assert "as root" in capsys.readouterr().err
    assert "apt-get install chromium-headless-shell" in browser.Browser().look().remedy
