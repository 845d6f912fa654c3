from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.images.object_store.account import BUCKET, Start, s3
from tests.images.object_store.vault import (
    CONTENT,
    FULL,
    PREFIX,
    SET,
    STANZA,
    WAL,
    content,
    destroyed,
    filled,
    locked_until,
    vault,
)
from tests.images.workshop import Container, Workshop, healthy, until

pytestmark = pytest.mark.platform


@pytest.fixture
def fresh(start: Start, workshop: Workshop) -> Iterator[Container]:
    """An object store with an empty bucket."""
    container = start(workshop.volume())
    until(lambda: healthy(container)[0], 30)
    yield container
    container.remove(force=True)


def test_all_that_an_attacker_took_comes_back(fresh: Container, trust: str) -> None:
    """Deleted, deleted twice, overwritten, overwritten and deleted; a second run finds nothing to do."""
    moment = filled(fresh, trust).isoformat()
    destroyed(fresh, trust)
    assert content(fresh, trust) == {f"{STANZA}archive.info.copy": b"of another cluster"}
    foretold = vault(fresh, "bring-back", moment, "--dry-run")
    assert content(fresh, trust) == {f"{STANZA}archive.info.copy": b"of another cluster"}
    done = vault(fresh, "bring-back", moment)
    assert (done.status, content(fresh, trust)) == (0, CONTENT), done.words
    counted = {"uncovered": len(CONTENT) - 3, "rewritten": 3, "as_they_were": 0, "younger": 0}
    assert counted.items() <= foretold.found.items()
    assert counted.items() <= done.found.items()
    again = vault(fresh, "bring-back", moment)
    assert again.found["as_they_were"] == len(CONTENT)
    assert (again.found["uncovered"], again.found["rewritten"]) == (0, 0)
    assert locked_until(fresh, trust, f"{STANZA}archive.info") > datetime.now(UTC) + timedelta(days=6.9)


def test_what_came_later_stays(fresh: Container, trust: str) -> None:
    """WAL archived since the moment is no work of the attacker's."""
    moment = filled(fresh, trust).isoformat()
    later = f"{WAL}000000010000000000000042-{'cd' * 20}.zst"
    s3(fresh, trust).put_object(Bucket=BUCKET, Key=later, Body=b"later")
    s3(fresh, trust).delete_object(Bucket=BUCKET, Key=f"{SET}backup.info")
    done = vault(fresh, "bring-back", moment)
    assert (done.found["younger"], done.found["uncovered"]) == (1, 1)
    assert content(fresh, trust) == {**CONTENT, later: b"later"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("yesterday", "is no time"),
        ("2026-01-01T00:00:00", "no offset"),
        ("2999-01-01T00:00:00+00:00", "yet to come"),
        ("2001-01-01T00:00:00+00:00", "no key of the repository was there"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(fresh: Container, trust: str, typed: str, words: str) -> None:
    """With status 2, and the bucket is as it was."""
    filled(fresh, trust)
    s3(fresh, trust).delete_object(Bucket=BUCKET, Key=f"{SET}backup.info")
    said = vault(fresh, "bring-back", typed)
    assert (said.status, words in said.words) == (2, True), said.words
    assert f"{SET}backup.info" not in content(fresh, trust)


def test_locks_are_renewed_once_they_have_run_half(fresh: Container, trust: str) -> None:
    """Those of current versions, each once; what was overwritten keeps its lock."""
    filled(fresh, trust)
    client, key = s3(fresh, trust), f"{SET}backup.info"
    past = client.head_object(Bucket=BUCKET, Key=key)["VersionId"]
    client.put_object(Bucket=BUCKET, Key=key, Body=b"three backups")
    early = vault(fresh, "renew", "13")
    assert (early.found["renewed"], early.found["current"]) == (0, len(CONTENT))
    foretold = vault(fresh, "renew", "20", "--dry-run")
    assert foretold.found["renewed"] == len(CONTENT)
    assert foretold.found["shortest_days"] == pytest.approx(7, abs=0.1)
    done = vault(fresh, "renew", "20")
    assert (done.status, done.found["renewed"]) == (0, len(CONTENT)), done.words
    assert done.found["shortest_days"] == pytest.approx(20, abs=0.1)
    for each in CONTENT:
        assert locked_until(fresh, trust, each) > datetime.now(UTC) + timedelta(days=19.9)
    kept = client.head_object(Bucket=BUCKET, Key=key, VersionId=past)["ObjectLockRetainUntilDate"]
    assert kept < datetime.now(UTC) + timedelta(days=7.1)
    assert vault(fresh, "renew", "20").found["renewed"] == 0
    assert vault(fresh, "renew", "3").found["shortest_days"] == pytest.approx(20, abs=0.1)
    assert vault(fresh, "renew", "0").status == 2


def test_a_stanza_that_is_made_is_no_attack(fresh: Container, trust: str) -> None:
    """`archive.info` is written twice then; from the next look on that is an alarm."""
    client, before, key = s3(fresh, trust), datetime.now(UTC).isoformat(), f"{STANZA}archive.info"
    for body in (b"empty", b"of this cluster"):
        client.put_object(Bucket=BUCKET, Key=key, Body=body)
    made = vault(fresh, "look", before).found
    assert (made["overwritten"], made["overwritten_by_routine"]) == (1, 1)
    client.put_object(Bucket=BUCKET, Key=key, Body=b"of another cluster")
    assert vault(fresh, "look", made["at"]).found["overwritten_keys"] == [key]


def test_a_backup_writes_archive_info_anew(fresh: Container, trust: str) -> None:
    """In another encryption, with its `backup.info`: no alarm. Alone, or of another size, it is one."""
    client, key, lonely = s3(fresh, trust), f"{STANZA}archive.info", f"{PREFIX}archive/other/archive.info"
    filled(fresh, trust)
    client.put_object(Bucket=BUCKET, Key=lonely, Body=b"one")
    begun = datetime.now(UTC).isoformat()
    client.put_object(Bucket=BUCKET, Key=key, Body=CONTENT[key][::-1])
    client.put_object(Bucket=BUCKET, Key=f"{SET}backup.info", Body=b"three backups")
    calm = vault(fresh, "look", begun).found
    assert (calm["overwritten_by_routine"], calm["overwritten_keys"]) == (2, [])
    client.put_object(Bucket=BUCKET, Key=lonely, Body=b"two")
    assert vault(fresh, "look", begun).found["overwritten_keys"] == [lonely]
    client.put_object(Bucket=BUCKET, Key=key, Body=CONTENT[key] + b"!")
    assert vault(fresh, "look", begun).found["overwritten_keys"] == [key, lonely]


def test_a_set_is_cleared_up_until_it_is_whole(fresh: Container, trust: str) -> None:
    """Who resumes a backup that was broken off deletes in it, and writes anew; not behind its manifest."""
    client, place = s3(fresh, trust), f"{SET}20261115-010000F"
    filled(fresh, trust)
    begun = datetime.now(UTC).isoformat()
    for name in ("bundle/1", "bundle/2", "bundle/3"):
        client.put_object(Bucket=BUCKET, Key=f"{place}/{name}", Body=b"half")
    client.delete_object(Bucket=BUCKET, Key=f"{place}/bundle/3")
    assert vault(fresh, "look", begun).found["deleted_otherwise"] == 0, "never finished"
    client.delete_object(Bucket=BUCKET, Key=f"{place}/bundle/2")
    client.put_object(Bucket=BUCKET, Key=f"{place}/bundle/1", Body=b"whole")
    client.put_object(Bucket=BUCKET, Key=f"{place}/backup.manifest", Body=b"manifest three")
    calm = vault(fresh, "look", begun).found
    assert (calm["deleted_keys"], calm["overwritten_keys"]) == ([], [])
    client.put_object(Bucket=BUCKET, Key=f"{place}/bundle/2", Body=b"whole, too")
    client.put_object(Bucket=BUCKET, Key=f"{place}/bundle/1", Body=b"something else")
    client.delete_object(Bucket=BUCKET, Key=f"{place}/bundle/2")
    alarm = vault(fresh, "look", begun).found
    assert (alarm["deleted_keys"], alarm["overwritten_keys"]) == (
        [f"{place}/bundle/2"],
        [f"{place}/bundle/1"],
    )


def test_a_look_tells_the_shortest_lock_and_an_attack_from_expiry(fresh: Container, trust: str) -> None:
    """Old sets and old WAL go by expiry; `archive.info` and WAL in the middle do not."""
    before = filled(fresh, trust).isoformat()
    client = s3(fresh, trust)
    client.put_object(Bucket=BUCKET, Key=f"{SET}backup.info", Body=b"one backup")
    expired = [key for key in CONTENT if FULL in key or key.startswith(f"{WAL}000000010000000000000001")]
    for key in expired:
        client.delete_object(Bucket=BUCKET, Key=key)
    calm = vault(fresh, "look", before).found
    assert (calm["deleted"], calm["deleted_like_expiry"], calm["deleted_keys"]) == (3, 3, [])
    assert (calm["overwritten"], calm["overwritten_otherwise"]) == (1, 0)
    assert (calm["current"], calm["unlocked"], calm["ending"]) == (len(CONTENT) - 3, 0, 0)
    assert calm["shortest_days"] == pytest.approx(7, abs=0.1)
    hole = f"{WAL}000000010000000000000005-{'ab' * 20}.zst"
    client.delete_object(Bucket=BUCKET, Key=hole)
    client.put_object(Bucket=BUCKET, Key=f"{STANZA}archive.info", Body=b"of another cluster")
    alarm = vault(fresh, "look", before).found
    assert (alarm["deleted_otherwise"], alarm["deleted_keys"]) == (1, [hole])
    assert alarm["overwritten_keys"] == [f"{STANZA}archive.info"]
    assert vault(fresh, "bring-back", before).status == 0
    calm = vault(fresh, "look", before).found
    assert (calm["deleted"], calm["overwritten"]) == (0, 0)


def test_more_keys_than_an_answer_holds(fresh: Container, trust: str) -> None:
    """Each is met once: names that sort about a slash, which pages lose, and one with 1,100 versions."""
    client, count = s3(fresh, trust), 1203
    names = [f"{PREFIX}many/{number % 7}{'-/'[number % 2]}{number}" for number in range(count)]
    often = f"{PREFIX}many/archive.info"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: client.put_object(Bucket=BUCKET, Key=key, Body=b"x"), names))
        list(pool.map(lambda _: client.put_object(Bucket=BUCKET, Key=often, Body=b"x"), range(1100)))
    client.put_object(Bucket=BUCKET, Key=f"{often}.copy", Body=b"x")
    moment = datetime.now(UTC).isoformat()
    for some in (names[:1000], [*names[1000:], often]):
        client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": name} for name in some]})
    looked = vault(fresh, "look", moment)
    assert (looked.found["deleted"], looked.found["current"]) == (count + 1, 1), looked.words
    done = vault(fresh, "bring-back", moment)
    assert (done.found["uncovered"], done.found["as_they_were"]) == (count + 1, 1), done.words
    assert "1000 keys" in done.words
    assert vault(fresh, "look", moment).found["current"] == count + 2
