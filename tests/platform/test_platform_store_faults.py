"""S3 that is slow, answers with errors, sees a wrong clock, or has lost its bucket: nothing else suffers."""

import pytest

from operation.containers import container, containers, execute
from tests.images.workshop import healthy
from tests.platform.deployment import Deployment, awaited
from tests.platform.front import FAILING, LATE, NOW_AND_THEN, ROLE, SLOW, misbehaving
from tests.platform.writer import Writer

pytestmark = [pytest.mark.platform, pytest.mark.long, pytest.mark.lane("backup-faults")]

LOST = "find /data -mindepth 1 -not -name lock -delete"


def told(deployment: Deployment, words: str, seconds: float = 90) -> None:
    """Waits until `status` says it, with exit status 1."""

    def says() -> bool:
        said = deployment.invoke("status")
        return said.status == 1 and words in said.words

    awaited(says, seconds, f"«{words}» in status")


def good_again(deployment: Deployment, writer: Writer) -> None:
    """By itself: nothing wrong, every acknowledged row there, and a backup in S3."""
    deployment.faultless(120)
    deployment.succeed("backup", "--repo", "s3")
    assert set(writer.acknowledged) <= set(deployment.names())


def fails_in_s3_alone(deployment: Deployment, *words: str) -> None:
    """A backup's exit status is 1, S3 is named with these words, and the other repository has its own."""
    said = deployment.invoke("backup")
    assert said.status == 1, said.words
    assert "the backup into s3 failed" in said.words
    assert "local: " in said.words
    assert all(each in said.words for each in words), said.words
    assert "Traceback" not in said.words


def test_s3_that_is_slow(platform: Deployment) -> None:
    """Too slow for a segment: status says that it lags, and what waited is archived by itself afterwards."""
    with Writer(platform, "slow") as writer:
        with misbehaving(platform, SLOW):
            fails_in_s3_alone(platform)
            told(platform, "repository s3 lags")
        awaited(lambda: len(writer.acknowledged) > 100, 30, "writes")
    good_again(platform, writer)


def test_s3_that_answers_500(platform: Deployment) -> None:
    """Now and then: pgBackRest asks again, and the backup is whole. Always: it is named."""
    with Writer(platform, "failing") as writer:
        with misbehaving(platform, NOW_AND_THEN):
            platform.succeed("backup", "--repo", "s3", "--verify")
        with misbehaving(platform, FAILING):
            fails_in_s3_alone(platform, "500")
            told(platform, "repository s3 does not answer")
            assert "500" in platform.invoke("status").words
    good_again(platform, writer)


def test_s3_that_sees_a_wrong_clock(platform: Deployment) -> None:
    """The store refuses with 403 what is signed twenty minutes off; status says what to look at."""
    with Writer(platform, "late") as writer, misbehaving(platform, LATE):
        fails_in_s3_alone(platform, "403 RequestTimeTooSkewed", "clocks of this host and of S3 differ")
        told(platform, "repository s3 does not answer: 403 RequestTimeTooSkewed")
    good_again(platform, writer)


def test_a_bucket_that_is_lost_is_begun_anew(platform: Deployment) -> None:
    """Status names it, restores take the other repository, and a full backup is a new begin."""
    with Writer(platform, "bucket") as writer:
        store = container(platform.stack, ROLE)
        execute(store, ["sh", "-c", LOST])
        store.kill()
        awaited(lambda: _another(platform, store.id), 60, "another object store with an empty bucket")
        told(platform, "repository s3 is empty")
        fails_in_s3_alone(platform, "`invoke backup --type full --repo s3`")
        preview = platform.succeed("restore", "--latest", "--preview", "--json").json
        assert preview["repository"] == "local"
        platform.succeed("backup", "--type", "full", "--repo", "s3", "--verify")
    good_again(platform, writer)


def _another(deployment: Deployment, before: str) -> bool:
    found = [each for each in containers(deployment.stack, ROLE) if each.id != before]
    return bool(found) and healthy(found[0])[0]
