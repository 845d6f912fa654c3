"""The base image: what it is made with, and when it cannot be made."""

from pathlib import Path

import pytest

from operation.failure import Failure
from operation.progress import Progress
from toolchain import apt
from toolchain.base_image import keyring_for, make_argv, mirror_of_host, origin_of
from toolchain.mirror import Source

HTTP = Source("http://one.example/debian", ("stable",), ("main",))


def test_command_from_a_plain_mirror() -> None:
    """The whole command: a minimal Debian, verified with the host's keyring."""
    argv = make_argv("http://one.example/debian", Path("/k.gpg"), Path("/t/base.tar"))
    assert argv == (
        "mmdebstrap",
        "--variant=minbase",
        "--keyring=/k.gpg",
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        "trixie",
        "/t/base.tar",
        "http://one.example/debian",
    )


def test_mirror_over_tls_needs_certificates_inside() -> None:
    """Containers reach the same mirror, so they must be able to verify it."""
    argv = make_argv("https://one.example/debian", Path("/k.gpg"), Path("/t/base.tar"))
    assert "--include=ca-certificates" in argv


def test_host_with_a_mirror() -> None:
    """The mirror of the host's apt is taken."""
    assert mirror_of_host([HTTP]) == HTTP.address


def test_host_without_a_mirror_is_told_what_to_do() -> None:
    """No pull and no mirror: the way out is named."""
    with pytest.raises(Failure, match="no Debian mirror") as caught:
        mirror_of_host([])
    assert "docker load" in caught.value.remedy


def test_keyring_that_knows_the_release(tmp_path: Path) -> None:
    """The keyring is taken when it came with the release's keys."""
    (tmp_path / "debian-archive-keyring.gpg").touch()
    (tmp_path / "debian-archive-trixie-stable.gpg").touch()
    assert keyring_for("trixie", tmp_path) == tmp_path / "debian-archive-keyring.gpg"


@pytest.mark.parametrize("names", [(), ("debian-archive-keyring.gpg", "debian-archive-bookworm-stable.gpg")])
def test_keyring_that_is_too_old_is_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    """Nothing is made that cannot be verified."""
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(Failure, match="does not know Debian trixie"):
        keyring_for("trixie", tmp_path)


@pytest.mark.parametrize(
    ("labels", "digests", "origin"),
    [
        ({"bem.base": "mmdebstrap"}, [], "built here"),
        ({"bem.base": "mmdebstrap"}, ["debian@sha256:1"], "built here"),
        ({}, ["debian@sha256:1"], "official"),
        ({}, [], "the host's"),
    ],
)
def test_origin_of_an_image(labels: dict[str, str], digests: list[str], origin: str) -> None:
    """Ours is labelled; a pulled one has a digest; another was loaded by somebody."""
    assert origin_of(labels, digests) == origin


def test_lists_are_fetched_when_old_or_missing() -> None:
    """A day-old list is fetched again, an hour-old one is not."""
    assert apt.lists_are_stale(None, 1_000_000)
    assert apt.lists_are_stale(1_000_000 - 90_000, 1_000_000)
    assert not apt.lists_are_stale(1_000_000 - 3_600, 1_000_000)


def test_installing_needs_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without root one message names the packages and the command."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Failure, match="only root") as caught:
        apt.install(("docker.io",), Progress(quiet=True))
    assert "apt-get install docker.io" in caught.value.remedy


def test_installing_needs_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host without apt-get is told so."""
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(Failure, match="no apt-get"):
        apt.install(("docker.io",), Progress(quiet=True))
