import pytest

from backups.backup import end_orphan, told
from backups.engine import (
    S3,
    abort_command,
    archiving_off,
    archiving_on,
    backup_command,
    giving_way,
    info_command,
    pgbackrest,
    query,
    repositories,
)
from infra.sections.backups import Backups
from operation.failure import Failure
from operation.progress import Progress
from tests.backups.scene import Container

IDLE = '[{"name": "bem", "status": {"lock": {"backup": {"held": false}}}}]'
HELD = IDLE.replace("false", "true")


def test_backup_is_one_command() -> None:
    """Stanza, repository and type are always named."""
    assert backup_command("bem", 2, "diff") == [
        "pgbackrest",
        "--stanza=bem",
        "--repo=2",
        "--type=diff",
        "--log-level-console=info",
        "backup",
    ]
    assert pgbackrest("bem", "check", "--archive-timeout=30") == [
        "pgbackrest",
        "--stanza=bem",
        "--log-level-console=warn",
        "--archive-timeout=30",
        "check",
    ]


@pytest.mark.parametrize(
    ("settings", "repository", "before"),
    [
        ({}, S3, "nice -n 10 ionice -c 2 -n 7"),
        ({"nice": 0}, S3, ""),
        ({"nice": 19, "bandwidth": 1_000_000}, S3, "nice -n 19 ionice -c 2 -n 7 limited 1000000"),
        ({"nice": 0, "bandwidth": 1_000_000}, 1, ""),
    ],
)
def test_a_backup_gives_way_as_the_stack_s_file_says(
    settings: dict[str, int], repository: int, before: str
) -> None:
    """Its priority everywhere, its bandwidth to S3 alone; without both it is pgBackRest's own command."""
    argv = giving_way(Backups.model_validate(settings), ["pgbackrest", "backup"], repository)
    assert " ".join(argv) == f"{before} pgbackrest backup".strip()


def test_unknown_type_is_refused() -> None:
    """With status 2 and the types that there are."""
    with pytest.raises(Failure, match="'half' is no type") as refused:
        backup_command("bem", 1, "half")
    assert refused.value.exit_code == 2
    assert refused.value.remedy == "use one of: full, diff, incr."


@pytest.mark.parametrize(("typed", "numbers"), [("", [1, 2]), ("local", [1]), ("s3", [2]), ("2", [2])])
def test_repositories_by_name_or_number(typed: str, numbers: list[int]) -> None:
    """Nothing typed means all of them."""
    assert repositories(typed) == numbers


def test_unknown_repository_is_refused() -> None:
    """With status 2 and the ones that there are."""
    with pytest.raises(Failure, match="no repository 'tape'") as refused:
        repositories("tape")
    assert refused.value.exit_code == 2
    assert refused.value.remedy == "use one of: local, s3."


def test_no_option_is_given_twice() -> None:
    """PgBackRest refuses a command line with one."""
    for argv in (info_command("bem"), backup_command("bem", 1, "full"), pgbackrest("bem", "stanza-create")):
        names = [word.split("=")[0] for word in argv if word.startswith("--")]
        assert len(names) == len(set(names)), argv


def test_abort_cannot_leave_archiving_stopped() -> None:
    """Stop and start are one command in the container: a death of ours cannot fall between."""
    (_, flag, script, _, stanza) = abort_command("bem")
    assert (flag, stanza) == ("-c", "bem")
    assert script.index(" stop") < script.index(" start")


def test_archiving_is_turned_on_and_a_checkpoint_follows() -> None:
    """The setting is written whole, read, and the sleeping timer is woken."""
    target = Container((("sh", "-c"), ""), (("psql",), "t"))
    archiving_on(target, "bem")
    line = "archive_command = 'pgbackrest --stanza=bem archive-push %p'"
    assert target.told[0][-1] == line
    assert "mv /cluster/archiving.pending /cluster/archiving.conf" in target.told[0][2]
    assert [argv[-1] for argv in target.told[1:]] == ["select pg_reload_conf()", "checkpoint"]


def test_archiving_is_turned_off_at_once() -> None:
    """The setting goes and the server reads its files again."""
    target = Container((("sh", "-c"), ""), (("psql",), "t"))
    archiving_off(target)
    assert "mv /cluster/archiving.conf /cluster/archiving.pending" in target.told[0][-1]
    assert target.told[1][-1] == "select pg_reload_conf()"
    with pytest.raises(Failure, match="removing the archive command"):
        archiving_off(Container((("sh", "-c"), 1)))


def test_archiving_that_cannot_be_written_is_a_failure() -> None:
    """A full disk must not look like an archive."""
    with pytest.raises(Failure, match="writing the archive command"):
        archiving_on(Container((("sh", "-c"), 1)), "bem")


def test_query_gives_what_the_server_says() -> None:
    """Rows as lines; an error in the server's own words."""
    assert query(Container((("psql", "select 1"), "1\n")), "select 1") == "1"
    with pytest.raises(Failure, match="«select 1» failed"):
        query(Container((("psql",), 2)), "select 1")


def test_orphaned_backup_is_ended_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    """A backup whose command was killed is ended by pgBackRest's own means."""
    target = Container((("info",), HELD), (("stop",), ""))
    end_orphan(target, "bem", Progress())
    assert target.told[-1] == abort_command("bem")
    assert "that nobody waits for is at work" in capsys.readouterr().err


def test_without_an_orphan_nothing_is_ended(quiet: Progress) -> None:
    """Archiving is not disturbed."""
    target = Container((("info",), IDLE))
    end_orphan(target, "bem", quiet)
    assert not target.was_told("stop")


def test_failed_backup_is_told_by_its_errors() -> None:
    """Errors first; without one its last words; a lock by what it means."""
    assert told(["P00 INFO: begin", "P00 ERROR: [082]: WAL timeout", ""]) == "P00 ERROR: [082]: WAL timeout"
    assert told(["killed", ""]) == "killed"
    assert told(["P00 ERROR: [050]: unable to acquire lock"]) == "another backup is at work in it"
