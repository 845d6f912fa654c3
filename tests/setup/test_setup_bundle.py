"""The offline bundle: packed alike, verified to the last byte, refused when anything is amiss."""

import hashlib
import io
import platform
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from operation.failure import Failure
from operation.stack import ROOT
from toolchain.bundle import archive, debs, manifest, opening, packing
from toolchain.bundle.manifest import Manifest
from toolchain.bundle.opening import Refused
from toolchain.version import PULUMI

SUM = manifest.of_file(ROOT / "requirements.txt").sha256


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Small files in place of wheels and images."""
    folder = tmp_path / "content"
    for name in ("wheels/b.whl", "wheels/a.whl", "images.tar.gz"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 500)
    return folder


@pytest.fixture
def described(content: Path) -> Manifest:
    """What such a bundle says of itself."""
    return Manifest(
        SUM, PULUMI, "built here", "3.11", platform.machine(), members=manifest.of_folder(content)
    )


@pytest.fixture
def bundle(content: Path, described: Manifest, tmp_path: Path) -> Path:
    """One that is whole."""
    file = tmp_path / "bundle.tar"
    archive.write(described, content, file, force=False)
    return file


def test_content_comes_back(bundle: Path, content: Path, described: Manifest, tmp_path: Path) -> None:
    """Manifest first, then all files in order; laid out they are what they were."""
    with tarfile.open(bundle) as opened:
        names = opened.getnames()
    assert names == [manifest.NAME, manifest.SUM, "images.tar.gz", "wheels/a.whl", "wheels/b.whl"]
    assert opening.open_bundle(bundle, tmp_path / "out", ROOT) == described
    assert (tmp_path / "out/wheels/a.whl").read_bytes() == (content / "wheels/a.whl").read_bytes()


def test_same_content_gives_the_same_bytes(bundle: Path, content: Path, described: Manifest) -> None:
    """No time, owner or order of a host is in it; the sum that is told is the file's."""
    again = bundle.with_name("again.tar")
    digest = archive.write(described, content, again, force=False)
    assert again.read_bytes() == bundle.read_bytes()
    assert digest == hashlib.sha256(again.read_bytes()).hexdigest()


def test_existing_file_is_replaced_only_by_force(bundle: Path, content: Path, described: Manifest) -> None:
    """Refused before anything is gathered, and once more when it is to get its name; nothing half is left."""
    before = bundle.read_bytes()
    with pytest.raises(Failure, match="is there already") as caught:
        archive.refuse_existing(bundle)
    assert caught.value.exit_code == 2
    other = replace(described, python="3.13")
    with pytest.raises(Failure, match="is there already"):
        archive.write(other, content, bundle, force=False)
    assert bundle.read_bytes() == before
    archive.write(other, content, bundle, force=True)
    assert opening.verified(bundle) == other
    assert not list(bundle.parent.glob(".bundle.tar*"))
    with pytest.raises(Failure, match="no folder"):
        archive.refuse_existing(bundle.parent / "none" / "x.tar")


def _flip(where: int) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        data = bytearray(file.read_bytes())
        data[where] ^= 1
        file.write_bytes(data)

    return change


def _append(name: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with tarfile.open(file, "a") as opened:
            opened.addfile(archive.entry(name, 3), io.BytesIO(b"bad"))

    return change


@pytest.mark.parametrize(
    "damage",
    [
        _flip(600),  # in the manifest
        _flip(-8000),  # in the last member
        _append("wheels/c.whl"),
        _append("../outside"),
        lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        lambda file: file.write_bytes(file.read_bytes()[:2048]),
        lambda file: file.write_bytes(b"no archive at all"),
        lambda file: file.write_bytes(b""),
        Path.unlink,
    ],
)
def test_damaged_bundle_is_refused_before_anything_is_touched(
    bundle: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    """One bit, one file too many, one too few, half of it, nothing of it."""
    damage(bundle)
    with pytest.raises(Refused, match="nothing was changed"):
        opening.open_bundle(bundle, tmp_path / "out", ROOT)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "outside").exists()
    assert opening.main([str(bundle), str(tmp_path / "out"), str(ROOT)]) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"requirements": "0" * 64}, "Python packages"),
        ({"pulumi": "3.1.0"}, "Pulumi CLI is 3.1.0"),
        ({"machine": "riscv64"}, "packed on riscv64"),
    ],
)
def test_bundle_for_another_commit_or_machine(
    described: Manifest, change: dict[str, Any], words: str
) -> None:
    """It says what does not fit."""
    found = opening.misfit(replace(described, **change), SUM, platform.machine())
    assert words in found
    assert bool(found) is bool(words)


def test_manifest_of_another_format() -> None:
    """A later format, and one that lacks something, are not guessed at."""
    for text in ('{"format": 2}', '{"format": 1, "members": {}}', '{"format": 1, "members": {"a": 1}}', "[]"):
        with pytest.raises(ValueError, match="manifest"):
            manifest.parse(text)


def test_programs_keep_what_matters(tmp_path: Path) -> None:
    """A program stays executable; links and folders do not come along, and sums do not depend on times."""
    source, packed = tmp_path / "source", tmp_path / "cli.tar.gz"
    (source / "bin").mkdir(parents=True)
    (source / "bin/pulumi").write_text("#!/bin/sh\n")
    (source / "bin/pulumi").chmod(0o755)
    (source / "notes").write_text("x")
    files = [source / "notes", source / "bin/pulumi"]
    archive.pack_tree(source, files, packed)
    first = packed.read_bytes()
    archive.pack_tree(source, reversed(files), packed)
    assert packed.read_bytes() == first
    opening.lay_out(packed, tmp_path / "out")
    assert (tmp_path / "out/bin/pulumi").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out/notes").stat().st_mode & 0o777 == 0o644


def test_commands_that_fetch_and_install() -> None:
    """Wheels with hashes and as wheels only; packages from the bundle alone, and nothing removed for them."""
    argv = packing.wheels_argv(Path("/t"))
    assert {"--require-hashes", "--only-binary=:all:"} <= set(argv)
    argv = debs.install_argv(Path("/t"), ["docker.io"])
    assert "--no-remove" in argv
    assert "Dir::Etc::sourcelist=/t/sources.list" in argv
    assert "Dir::Etc::sourceparts=/dev/null" in argv
    assert debs.closure_argv(["docker.io"])[-1] == "docker.io"
    listing = "docker.io\n  Depends: runc\n |Depends: adduser\nrunc\n<virtual>\nadduser\n"
    assert debs.names_in(listing) == ["adduser", "docker.io", "runc"]
    assert packing.release_of('ID=debian\nVERSION_ID="12"\n') == "debian 12"


def test_folder_of_packages_becomes_a_repository(tmp_path: Path) -> None:
    """The index has each package's own fields, and where its file is."""
    text = debs.stanza("Package: x\nVersion: 1\n", "x_1_all.deb", manifest.Member(7, "ab"))
    assert text == "Package: x\nVersion: 1\nFilename: ./x_1_all.deb\nSize: 7\nSHA256: ab\n"
    folder = tmp_path / "a b"
    folder.mkdir()
    debs.write_index(folder)
    assert (folder / "sources.list").read_text().startswith("deb [trusted=yes] file:/")
    assert "a%20b" in (folder / "sources.list").read_text()
    assert (folder / "Packages").read_text() == ""
