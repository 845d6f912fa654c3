"""Volumes, authority or state that a host loses: `up` says so, and what is left brings them back."""

import re
import shutil

import docker
import pytest

from backups import lost
from backups.proving.proofs import newest
from certs.ca.authority import root_path
from operation import custodian
from tests.platform.deployment import Deployment

pytestmark = [pytest.mark.platform, pytest.mark.long, pytest.mark.lane("lost")]


def lose(deployment: Deployment, *volumes: str) -> None:
    """The stack goes down, and then those volumes go."""
    deployment.succeed("down", "--yes")
    for each in volumes:
        docker.from_env().volumes.get(deployment.stack.object_name(each)).remove()


def data(deployment: Deployment) -> str:
    """The data volume that serves now."""
    return f"database-g{deployment.settings.database.generation}"


def test_a_data_volume_is_lost_while_the_stack_is_down(platform: Deployment) -> None:
    """No empty database takes its place; `restore --latest` brings every row back, and all that needs it."""
    platform.write("before-the-loss")
    lose(platform, data(platform))
    for _ in range(2):
        said = platform.invoke("up")
        assert said.status == 1, said.words
        assert "is gone or empty" in said.words
        assert "`invoke restore --latest` brings it back" in said.words
        assert "Traceback" not in said.words
    assert any("is gone or empty" in each for each in platform.invoke("status", "--json").json["wrong"])
    platform.succeed("restore", "--latest", "--yes")
    assert not lost.outstanding(platform.stack)
    assert "before-the-loss" in platform.names()


def test_a_repository_is_lost_while_the_stack_is_down(platform: Deployment) -> None:
    """`up` claims no proof of what is gone: it takes a backup there and proves it."""
    lose(platform, "repository")
    before = newest(platform.stack)["local"].label
    proven = re.findall(r"proven by restore +(\S+) in local", platform.succeed("up").words)
    assert len(proven) == 1
    assert before not in proven
    assert platform.well()


def test_the_authority_and_the_state_are_lost(platform: Deployment) -> None:
    """The newest recovery point has both: clients go on trusting the root, and what runs is left alone."""
    platform.succeed("backup")
    root = root_path(platform.stack).read_bytes()
    for each in ("certs", "pulumi"):
        shutil.rmtree(platform.stack.folder / each)
    said = platform.succeed("up")
    assert "nothing changed" in said.words
    assert "bring back what this host lost: ca, state" in said.words
    assert root_path(platform.stack).read_bytes() == root
    platform.faultless(30)
    assert platform.run("pulumi", "preview", "--expect-no-changes", "--non-interactive").status == 0


def test_an_older_copy_of_the_stacks_file_while_the_stack_is_down(platform: Deployment) -> None:
    """A volume that is kept for an undo would serve older data: refused, until the file is right."""
    older = platform.stack.file.read_text()
    platform.succeed("restore", "--latest", "--yes", "--only", "database")
    platform.write("after-the-copy")
    text = platform.stack.file.read_text()
    platform.succeed("down", "--yes")
    platform.stack.file.write_text(older)
    said = platform.invoke("up")
    assert said.status == 1, said.words
    assert "served last" in said.words
    platform.stack.file.write_text(text)
    platform.succeed("up")
    assert "after-the-copy" in platform.names()


def test_secrets_are_lost_that_backups_hang_on(platform: Deployment) -> None:
    """No others are made in their place, what runs goes on, and `status` says so until the copy is back."""
    secrets, away = platform.stack.folder / "secrets", platform.stack.folder / "secrets-away"
    shutil.copytree(secrets, away)
    for name in custodian.LASTING:
        (secrets / name).unlink()
    said = platform.invoke("up")
    assert said.status == 1, said.words
    assert "repository-cipher-local, repository-cipher-s3, points-key: lost" in said.words
    assert any(
        "repository-cipher-local" in each for each in platform.invoke("status", "--json").json["wrong"]
    )
    assert not (secrets / custodian.POINTS_KEY).exists()
    shutil.rmtree(secrets)
    away.rename(secrets)
    platform.succeed("up")
    platform.faultless(30)


def test_an_authority_is_lost_and_no_repository_answers(platform: Deployment) -> None:
    """No new one is made unasked: the folder's copy ends it."""
    certs, away = platform.stack.folder / "certs", platform.stack.folder / "certs-away"
    platform.succeed("down", "--yes")
    certs.rename(away)
    said = platform.invoke("up")
    assert said.status == 1, said.words
    assert "is lost" in said.words
    assert "`invoke certs.init`" in said.words
    assert not (certs / "root.pem").exists()
    shutil.rmtree(certs, ignore_errors=True)
    away.rename(certs)
    platform.succeed("up")
    assert platform.well()


def test_the_data_and_both_repositories_are_lost(platform: Deployment) -> None:
    """Nothing brings it back: it is said, nothing is begun anew, and the way to begin anew is named."""
    lose(platform, data(platform), "repository", "objects")
    said = platform.invoke("up")
    assert said.status == 1, said.words
    assert f"`invoke down --destroy-data {platform.name}`" in said.words
    said = platform.invoke("restore", "--latest", "--yes")
    assert said.status == 1, said.words
    assert "Traceback" not in said.words
    platform.succeed("down", f"--destroy-data={platform.name}")
    said = platform.succeed("up")
    assert len(re.findall("proven by restore", said.words)) == 2
    assert platform.well()
