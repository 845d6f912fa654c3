"""Repositories get another passphrase: backups from before are good, and a kill costs nothing."""

import os
import signal
from collections.abc import Callable
from functools import partial

import pytest

from backups.passphrase import journal
from backups.passphrase.journal import CIPHERS, Phase
from backups.passphrase.rekeying import Opens, look
from operation import custodian
from operation.containers import container
from tests.platform.deployment import Deployment, awaited
from tests.platform.test_platform_restore import moment

pytestmark = pytest.mark.platform  # with the deployment of the session

NAMES = {1: "local", 2: "s3"}


def passphrases(deployment: Deployment) -> dict[int, str]:
    """Those of the stack's folder."""
    return {number: custodian.secret(deployment.stack, CIPHERS[number]) for number in NAMES}


def opening(deployment: Deployment, former: dict[int, str], number: int) -> set[Opens]:
    """Which passphrases open the files of a repository: the former, or the one of the folder."""
    target, following = container(deployment.stack, "database"), passphrases(deployment)[number]
    return set(look(target, "bem", number, former[number], following).values())


def labels(deployment: Deployment) -> list[str]:
    """Of all backups, by the database's own look."""
    return [each["label"] for each in deployment.succeed("backup.list", "--json").json["backups"]]


@pytest.mark.long
def test_repositories_get_another_passphrase(platform: Deployment) -> None:
    """Both, then one alone; a backup from before is proven, and nobody failed to archive."""
    secret = platform.stack.folder / "kit-passphrase"
    secret.write_text("a passphrase for this test alone")
    kit = platform.stack.folder / "test.kit"
    platform.succeed("backup.kit", "--passphrase-file", str(secret), "--output", str(kit))
    former, before = passphrases(platform), labels(platform)
    platform.write("before the change")
    foretold = platform.succeed("backup.passphrase", "--dry-run", "--json").json
    assert set(foretold["files"]) == {"local", "s3"}
    assert passphrases(platform) == former
    try:
        done = platform.succeed("backup.passphrase", "--yes", "--json").json
        assert done["repositories"] == ["local", "s3"]
        assert done["archiving_failures"] == 0
        assert 0 < done["archiving_paused_seconds"] < 60
        assert {f"secrets/{CIPHERS[number]}" for number in NAMES} <= set(done["kit_stale"])
        assert "is stale" in platform.invoke("status").words
    finally:
        kit.unlink()
        (platform.stack.folder / "kit.json").unlink()
    for number, each in passphrases(platform).items():
        assert each != former[number]
        assert opening(platform, former, number) == {Opens.NEXT}
    assert labels(platform) == before
    assert not (platform.stack.folder / journal.FILE).exists()

    both = passphrases(platform)
    platform.write("between")
    one = platform.succeed("backup.passphrase", "--repo", "s3", "--yes", "--json").json
    assert one["repositories"] == ["s3"]
    assert passphrases(platform)[1] == both[1]
    assert passphrases(platform)[2] != both[2]
    platform.succeed("backup.verify")
    platform.succeed("backup")
    words = ("restore", "--latest", "--vault-as-of", "2026-11-01T00:00:00Z", "--preview")
    assert "was changed" in platform.invoke(*words).words


def test_what_cannot_be_changed_is_left(platform: Deployment) -> None:
    """A repository that the stack's passphrase does not open is refused, and its files are as they were."""
    path = custodian.secret_path(platform.stack, CIPHERS[1])
    present = path.read_bytes()
    try:
        path.write_text("another\n")
        said = platform.invoke("backup.passphrase", "--repo", "local", "--yes")
        assert said.status == 2, said.words
        assert "opens neither archive/bem/archive.info" in said.words
    finally:
        path.write_bytes(present)
    assert not (platform.stack.folder / journal.FILE).exists()
    assert labels(platform)


def killed(deployment: Deployment, reached: Callable[[], object]) -> None:
    """Begins or goes on, and kills it with all its children once something is so."""
    process = deployment.start("invoke", "backup.passphrase", "--yes")
    awaited(lambda: reached() or process.poll() is not None, 120, "that moment")
    assert process.poll() is None, process.communicate()[0]
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.long
@pytest.mark.lane("passphrase")
def test_killed_in_each_phase_the_same_command_ends_it(another: Deployment) -> None:
    """Whenever it dies the database opens its repositories and archives; others say what to do."""
    another.succeed("up")
    assert awaited(another.well, 30, "service")
    until, former = moment(), passphrases(another)
    another.write("after the backups")
    for phase in Phase:
        killed(another, partial(_at, another, phase))
        following = _kept(another)
        awaited(another.well, 60, "service")
        another.write(f"killed at {phase}")
        said = another.invoke("status")
        assert "`invoke backup.passphrase` ends it" in said.words
        assert "passphrase of local and s3 is being changed" in another.succeed("backup").words
    assert another.invoke("backup.passphrase", "--repo", "s3", "--yes").status == 2
    another.succeed("backup.passphrase", "--yes")
    assert passphrases(another) == following
    for number in NAMES:
        assert opening(another, former, number) == {Opens.NEXT}
    another.faultless(60)
    another.succeed("backup.verify")
    for repository in NAMES.values():
        another.succeed("restore", "--latest", "--repo", repository, "--yes")
        assert awaited(another.well, 30, "service after the restore")
        assert another.names() == ["after the backups", *(f"killed at {each}" for each in Phase)]
    another.succeed("restore", "--to", until, "--yes")
    assert another.names() == []


def _at(deployment: Deployment, phase: Phase) -> bool:
    rotation = journal.under_way(deployment.stack)
    return rotation is not None and rotation.phase is phase


def _kept(deployment: Deployment) -> dict[int, str]:
    """The next passphrases, by the journal."""
    rotation = journal.under_way(deployment.stack)
    assert rotation is not None
    return rotation.next
