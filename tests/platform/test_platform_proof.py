"""Proofs of a real platform: at a point of its own, under writes, signed, and bad where WAL is missing."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backups.proving import point_archive
from tests.platform.deployment import Deployment, awaited
from tests.platform.writer import Writer

pytestmark = [pytest.mark.platform, pytest.mark.lane("restore")]


def kept(deployment: Deployment) -> list[Path]:
    """Files of proofs, by their numbers."""
    found = (deployment.stack.folder / "proofs").glob("*-*-*.json")
    return sorted(found, key=lambda path: int(path.stem.rpartition("-")[2]))


@pytest.mark.long
def test_a_proof_under_writes_is_held_against_the_point(platform: Deployment) -> None:
    """Recovery pauses there, and knows what the living database knew; then the list says so."""
    with Writer(platform, "proof") as writer:
        awaited(lambda: len(writer.acknowledged) > 20, 30, "writes")
        proofs = platform.succeed("backup.verify", "--json").json
    assert [each["repository"] for each in proofs] == ["local", "s3"]
    assert all(each["good"] and each["mark"].startswith("proof-") for each in proofs)
    assert all(each["recorded"]["bem.public.items"] > 20 for each in proofs)
    marks = platform.succeed("backup.marks", "--json").json
    assert not {each["mark"] for each in proofs} & {each["name"] for each in marks}
    listed = platform.succeed("backup.proofs", "--json").json
    assert [each["mark"] for each in listed["proofs"][-2:]] == [each["mark"] for each in proofs]
    assert all(each["holds"] for each in listed["proofs"])


def test_what_was_changed_or_removed_is_named(platform: Deployment, tmp_path: Path) -> None:
    """One octet of a copy, a file of the chain: exit status 1, and status says so; put back, all is well."""
    first, *_ = kept(platform)
    copy = tmp_path / first.name
    shutil.copy(first, copy)
    shutil.copy(f"{first}.sig", f"{copy}.sig")
    platform.succeed("backup.proofs", "--check", str(copy))
    copy.write_bytes(copy.read_bytes().replace(b"true", b"True"))
    said = platform.invoke("backup.proofs", "--check", str(copy))
    assert said.status == 1
    assert f"{copy} was changed" in said.words
    content = first.read_bytes()
    first.unlink()
    try:
        said, status = platform.invoke("backup.proofs"), platform.invoke("status")
    finally:
        first.write_bytes(content)
    assert (said.status, status.status) == (1, 1)
    assert "proof 1 is missing" in said.words
    assert "proofs are not as they were written" in status.words
    platform.succeed("backup.proofs")


@pytest.mark.long
def test_wal_that_gets_nowhere_makes_a_bad_proof(platform: Deployment) -> None:
    """With a repository away nothing is proven from it; the other one is, and status has its line."""
    platform.run("docker", "service", "scale", "--detach", f"{platform.name}_object-store=0")
    try:
        seconds = 300.0 + point_archive.ARCHIVE_SECONDS
        said = platform.invoke("backup.verify", "--json", seconds=seconds)
        status = platform.invoke("status")
    finally:
        platform.succeed("up", "--skip-backup")
    assert said.status == 1
    assert {each["repository"]: each["good"] for each in said.json} == {"local": True, "s3": False}
    assert "the newest proof of s3 is bad" in status.words
    awaited(lambda: platform.succeed("backup.verify", "--repo", "s3"), 120, "a good proof")
    platform.faultless(60)


def test_a_backup_is_followed_by_its_proof(platform: Deployment) -> None:
    """As a schedule says it."""
    said = platform.succeed("backup", "--type", "diff", "--repo", "local", "--verify", "--json").json
    assert said["proofs"][0]["label"] == said["backups"][0]["label"]


def test_backups_and_what_was_before_them_are_no_alarm(platform: Deployment) -> None:
    """What pgBackRest writes anew or removes is its own work, and the vault's watch says nothing of it."""
    before = datetime.now(UTC).isoformat()
    words = "".join(platform.succeed("backup", "--repo", "s3").words for _ in range(2))
    for since in ((), ("--since", before)):
        looked = platform.invoke("backup.vault", *since, "--json").json
        assert (looked["overwritten_keys"], looked["deleted_keys"]) == ([], []), looked
    assert "of the vault are gone" not in words
    assert looked["overwritten_by_routine"] >= 4
