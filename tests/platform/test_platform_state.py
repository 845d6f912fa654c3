"""Pulumi's state and the disk that it lies on: cut short, and full."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from operation.pulumi_state import state_path
from tests.platform.deployment import Deployment

pytestmark = pytest.mark.platform

ROOM = 8 << 20
"""Bytes that a small disk has beside what lies on it."""


def unchanged(deployment: Deployment) -> bool:
    """Whether code, state and reality agree."""
    return deployment.run("pulumi", "preview", "--expect-no-changes").status == 0


@pytest.mark.parametrize("kept", [0.0, 0.5])
def test_a_state_that_was_cut_short_is_replaced_by_its_copy(platform: Deployment, kept: float) -> None:
    """The newest whole copy is said and taken; nothing is made twice."""
    path = state_path(platform.stack)
    text = path.read_text()
    path.write_text(text[: int(len(text) * kept)])
    said = platform.succeed("up", "--skip-backup")
    assert "Pulumi's state was cut short; its copy" in said.words
    assert platform.well()
    assert unchanged(platform)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """The folder with all that is in it on a small file system of its own."""
    content = folder.with_name(f"{folder.name}.content")
    shutil.copytree(folder, content, symlinks=True)
    held = sum(each.stat().st_blocks * 512 for each in content.rglob("*"))
    options = f"size={held + ROOM},mode=0700"
    subprocess.run(("mount", "-t", "tmpfs", "-o", options, "none", folder), check=True)
    try:
        shutil.copytree(content, folder, symlinks=True, dirs_exist_ok=True)
        yield folder
        shutil.rmtree(content)
        shutil.copytree(folder, content, symlinks=True)
    finally:
        subprocess.run(("umount", folder), check=True)
        shutil.rmtree(folder)
        content.rename(folder)


def fill(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    path = folder / "filler"
    with path.open("wb") as file:
        try:
            while True:
                os.write(file.fileno(), bytes(4096))
        except OSError:
            return path


def test_a_disk_that_is_full_while_the_state_is_written(platform: Deployment) -> None:
    """One message that names it; with room again the same command ends the work."""
    text = platform.stack.file.read_text()
    platform.configure(load_balancer__max_connections=1600)
    try:
        with small_disk(platform.stack.folder / "pulumi") as disk:
            filler = fill(disk)
            said = platform.invoke("up", "--skip-backup")
            assert said.status == 1, said.words
            assert "no space left on device" in said.words.lower()
            assert "Traceback" not in said.words
            assert platform.well()
            filler.unlink()
            platform.succeed("up", "--skip-backup")
            assert unchanged(platform)
    finally:
        platform.stack.file.write_text(text)
        platform.succeed("up", "--skip-backup")
    assert unchanged(platform)
