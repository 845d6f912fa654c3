from datetime import UTC, datetime

import pytest

from backups.info import (
    at_work,
    bare_repositories,
    newest_segments,
    parse_backups,
    read_info,
    silent_repositories,
    systems,
)
from operation.failure import Failure
from tests.backups import samples
from tests.backups.scene import Container


def test_backup_is_read_whole() -> None:
    """Label, repository, times, timeline, position and sizes come from where pgBackRest has them."""
    found = parse_backups(samples.info(), "bem")
    assert [(each.label, each.repository, each.kind) for each in found] == [
        ("20261125-031625F", 1, "full"),
        ("20261125-031626F_20261125-031700I", 2, "incr"),
    ]
    assert (found[1].timeline, found[1].stop_lsn) == (2, 0x5000120)
    assert (found[0].database_bytes, found[0].stored_bytes) == (31057110, 3948224)
    assert not found[0].failed


def test_backup_counts_from_the_second_after_its_end() -> None:
    """PgBackRest cuts its times to seconds; a moment within that second may lie before the backup's end."""
    (first, _) = parse_backups(samples.info(), "bem")
    assert first.stopped == datetime.fromtimestamp(1795576587, UTC)


def test_page_errors_mark_a_backup() -> None:
    """A backup with page errors says so."""
    (stanza,) = samples.info()
    stanza["backup"] = [samples.entry(error=True)]
    assert parse_backups([stanza], "bem")[0].failed


def test_other_stanza_is_not_ours() -> None:
    """What belongs to another stanza is passed over."""
    assert parse_backups(samples.info(), "other") == ()
    assert newest_segments(samples.info(), "other") == {}


def test_missing_stanza_holds_nothing() -> None:
    """Before the stanza is made there is nothing, and nobody is silent."""
    assert parse_backups(samples.fresh(), "bem") == ()
    assert silent_repositories(samples.fresh(), "bem") == {}
    assert systems(samples.fresh(), "bem") == frozenset()


def test_a_wrong_clock_is_told_in_words() -> None:
    """Not by the request's text, in the middle of which S3 says it."""
    (stanza,) = samples.s3_down()
    answer = "HTTP request failed with 403:\n*** Path/Query ***:\n<Code>RequestTimeTooSkewed</Code>"
    stanza["repo"][1]["status"]["message"] = answer
    words = "403 RequestTimeTooSkewed: the clocks of this host and of S3 differ by more than 15 minutes"
    assert silent_repositories([stanza], "bem") == {2: words}


def test_a_repository_that_was_emptied_is_bare() -> None:
    """One that answers and knows no stanza; not one that is silent."""
    assert bare_repositories(samples.info(), "bem") == frozenset()
    assert bare_repositories(samples.s3_down(), "bem") == frozenset()
    assert bare_repositories(samples.s3_emptied(), "bem") == {2}
    assert bare_repositories(samples.fresh(), "bem") == {1, 2}


def test_newest_segments_by_repository() -> None:
    """With the archive's name, which `repo-ls` needs."""
    assert newest_segments(samples.info(), "bem") == {
        1: ("17-1", "000000010000000000000005"),
        2: ("17-1", "000000010000000000000006"),
    }


def test_newest_archive_counts_after_an_upgrade() -> None:
    """A repository keeps the old major version's archive; the last one is the present one."""
    (stanza,) = samples.info()
    newer = {**stanza["archive"][0], "id": "18-2", "database": {"id": 2, "repo-key": 1}}
    stanza["archive"].insert(0, newer)
    assert newest_segments([stanza], "bem")[1][0] == "18-2"


def test_silent_repository_is_named_with_its_words() -> None:
    """Only the one with an error is silent."""
    assert silent_repositories(samples.s3_down(), "bem") == {2: "[HostConnectError] unable to connect"}
    assert silent_repositories(samples.info(), "bem") == {}


def test_lock_of_a_backup_is_seen() -> None:
    """Whether a backup is at work in the container that was asked."""
    (stanza,) = samples.info()
    assert not at_work([stanza], "bem")
    stanza["status"]["lock"]["backup"]["held"] = True
    assert at_work([stanza], "bem")


def test_cluster_of_the_backups_is_known() -> None:
    """By its system identifier."""
    assert systems(samples.info(), "bem") == frozenset({7711942696027906068})


def test_info_is_asked_with_errors_alone_on_the_console() -> None:
    """A warning on the same output would not be JSON."""
    asked = Container((("info",), "[]"))
    assert read_info(asked, "bem") == []
    assert asked.told == [
        ["pgbackrest", "--stanza=bem", "--log-level-console=error", "--output=json", "info"]
    ]


@pytest.mark.parametrize(("answer", "what"), [(31, "refused"), ("WARN: x", "not JSON")])
def test_info_that_fails_is_told(answer: int | str, what: str) -> None:
    """An error, or words that are no JSON, are never taken for an empty repository."""
    with pytest.raises(Failure, match=what):
        read_info(Container((("info",), answer)), "bem")
