import pytest

from backups import server
from backups.server import minima, parse_control, start_argv
from operation.containers import Output
from operation.failure import Failure
from tests.backups import samples
from tests.backups.scene import Container

CONTROL = parse_control(Output(0, samples.CONTROL, ""))


def test_control_data_is_read() -> None:
    """Keys and values; a time's own colons stay."""
    assert CONTROL["Database cluster state"] == "shut down"
    assert CONTROL["Latest checkpoint's TimeLineID"] == "2"
    assert parse_control(Output(0, "time of latest checkpoint: Wed 03:16:22\n", "")) == {
        "time of latest checkpoint": "Wed 03:16:22"
    }


def test_control_of_no_cluster_is_empty() -> None:
    """A missing or empty directory has none."""
    assert server.control(Container((("pg_controldata",), 1)), "/old/pgdata") == {}
    assert server.control(Container((("pg_controldata",), samples.CONTROL)), "/old/pgdata") == CONTROL


def test_minima_are_the_greater_of_then_and_now() -> None:
    """Replay pauses at nothing when one is smaller than the backed-up server's, or than WAL to come."""
    assert minima(CONTROL, samples.CONFIGURATION) == [
        "max_connections=200",
        "max_worker_processes=8",
        "max_wal_senders=16",
        "max_prepared_transactions=0",
        "max_locks_per_transaction=64",
    ]
    assert minima(CONTROL, "max_connections = 300\n")[0] == "max_connections=300"


def test_minima_without_any_knowledge_are_the_defaults() -> None:
    """A comment is no setting."""
    assert minima({}, samples.CONFIGURATION.replace("max_c", "#max_c"))[0] == "max_connections=100"


def test_server_starts_without_network_and_archive() -> None:
    """The whole command; options are quoted for the shell that `pg_ctl` uses."""
    argv = start_argv({}, "", ("restore_command=fetch-wal 1 bem %f %p",))
    assert argv[:-1] == [
        "pg_ctl", "start", "-D", "/cluster/pgdata", "-l", "/cluster/recovery.log", "-W", "-s", "-o",
    ]  # fmt: skip
    assert "-c listen_addresses= " in argv[-1]
    assert "-c archive_command= " in argv[-1]
    assert argv[-1].endswith("-c 'restore_command=fetch-wal 1 bem %f %p'")


def test_start_goes_on_once_the_process_is_there() -> None:
    """Recovery may take hours; whoever waits for it looks itself."""
    target = Container((("cat",), ""), (("pg_controldata",), 1), (("rm",), ""), (("pg_ctl",), ""))
    server.start(target)
    assert target.was_told("pg_ctl", "start")


def test_server_that_does_not_start_gives_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the running database is not touched."""
    monkeypatch.setattr(server, "START_SECONDS", 0)
    target = Container(
        (("cat",), ""),
        (("pg_controldata",), 1),
        (("rm",), ""),
        (("pg_ctl", "status"), 3),
        (("pg_ctl", "start"), ""),
        (("tail",), "FATAL:  lock file exists"),
    )
    with pytest.raises(Failure, match="lock file exists") as failed:
        server.start(target)
    assert failed.value.meaning == server.SERVES_STILL


def test_promotion_gives_the_new_timeline() -> None:
    """A server in recovery is promoted, a checkpoint follows, its own number is asked for."""
    target = Container(
        (("pg_is_in_recovery",), "t"),
        (("pg_ctl", "promote"), ""),
        (("pg_walfile_name",), "7"),
        (("psql",), ""),
    )
    assert server.promote(target) == 7
    assert target.was_told("checkpoint")


def test_server_that_ended_recovery_is_not_promoted_again() -> None:
    """`pg_ctl promote` would refuse."""
    target = Container((("pg_is_in_recovery",), "f"), (("pg_walfile_name",), "7"), (("psql",), ""))
    assert server.promote(target) == 7
    assert not target.was_told("promote")


def test_promotion_that_fails_is_told() -> None:
    """Never a timeline that is not there."""
    with pytest.raises(Failure, match="promoting the restored database"):
        server.promote(Container((("pg_is_in_recovery",), "t"), (("promote",), 1)))
