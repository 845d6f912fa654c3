"""Backups beside their peers: rows from figures, room on the disk, commands, and changes that never meet."""

import subprocess
from argparse import ArgumentTypeError, Namespace
from datetime import UTC, datetime
from typing import Any

import pytest

from backups.outlook.rates import Run
from bench import backups, own_backups, peer_backups, peers, proofs, restores, sample, serving
from bench.__main__ import _parser
from bench.clients import Record
from bench.copies import Copy, compared, shares
from bench.own_backups import ALONE, FULL, OURS, RAW, UNCHANGED
from bench.peer_backups import Measured
from bench.peer_database import limits
from bench.predictions import errors
from bench.proofs import RawProof
from bench.raw_restore import restore_argv
from bench.restores import Restored
from bench.row import Row
from bench.sample import Change
from operation.failure import Failure
from operation.stack import Stack

TAKEN = {
    (who, 1, after): [Copy(seconds, size)]
    for who, extra in ((OURS, 1.0), (ALONE, 0.5), (RAW, 0.0))
    for after, seconds, size in (
        (FULL, 20.0 + extra, 1_000_000_000),
        (UNCHANGED, 2.0 + extra, 20_000),
        (Change.TOGETHER, 3.0 + extra, 40_000_000),
        (Change.SCATTERED, 8.0 + extra, 300_000_000),
    )
}


class Deployed:
    """As much of a deployment as a command line asks for."""

    stack = Stack("here", given={})


def shown(rows: Any) -> dict[str, Row]:
    """Rows by what they say, where that is said once."""
    return {row.what: row for row in rows}


def test_a_copy_has_its_seconds_and_its_bytes() -> None:
    """Beside the peer's; without one, no figure is invented."""
    time, kept = compared("full", "goal", [Copy(2.0, 5_000_000)], "raw", [Copy(1.0, 4_000_000)])
    assert (time.ratio, kept.ratio) == (2.0, 1.25)
    assert (time.goal, kept.goal, kept.measured.unit) == ("goal", "", "MB")
    alone, _ = compared("full", "", [Copy(2.0, 5_000_000)], "raw")
    assert (alone.peer, alone.beside) == ("", None)


def test_shares_are_of_the_full_one() -> None:
    """In parts of a hundred, each with its own goal."""
    time, size = shares(("≤ 20 %", "≤ 5 %"), [Copy(3.0, 40)], [Copy(20.0, 1000)])
    assert (time.measured.values, size.measured.values) == ((15.0,), (4.0,))
    assert (time.goal, size.goal) == ("≤ 20 %", "≤ 5 %")


def test_own_backups_stand_beside_the_raw_ones() -> None:
    """Only the change in one place has goals for its parts of the full one."""
    rows = list(own_backups.rows(TAKEN, 1, "local"))
    assert len(rows) == 2 * 2 * 4 + 2 * 2
    first, alone = rows[0], rows[2]
    assert (first.what, first.peer) == ("`invoke backup --type full`, local", "raw pgBackRest, local")
    assert (first.difference, alone.difference) == (1.0, 0.5)
    assert alone.what == "`invoke backup --only database --type full`, local"
    assert [row.goal for row in rows if "part of" in row.what] == ["≤ 20 %", "≤ 5 %", "", ""]


def test_the_newest_backup_is_the_one_that_was_taken() -> None:
    """By its end, whatever the order in which the repository names them."""

    def entry(label: str, stop: int, delta: int) -> dict[str, Any]:
        return {
            "label": label,
            "type": "incr",
            "database": {"repo-key": 1},
            "timestamp": {"start": stop - 1, "stop": stop},
            "archive": {"start": "000000010000000000000001", "stop": "000000010000000000000002"},
            "lsn": {"start": "0/1000000", "stop": "0/2000000"},
            "info": {"size": 9, "repository": {"delta": delta}},
            "error": False,
        }

    info = [{"name": "bem", "backup": [entry("b", 20, 7), entry("a", 10, 3)]}]
    assert own_backups.newest_size(info, "bem") == 7


def test_peers_stand_beside_raw_pgbackrest_of_the_same_change() -> None:
    """A way back only where there is one."""
    found = {
        "whole": Measured({FULL: Copy(10.0, 500_000_000)}, restore=5.0),
        "chain": Measured({FULL: Copy(10.0, 1), Change.TOGETHER: Copy(6.0, 80_000_000)}),
    }
    rows = shown(peer_backups.rows(found, TAKEN, 4.0))
    assert rows[f"chain, not encrypted: {Change.TOGETHER}"].ratio == 2.0
    assert rows["whole: back, without a server's start"].ratio == 1.25
    assert "chain: back, without a server's start" not in rows


@pytest.mark.parametrize("peer", peers.PEERS, ids=lambda peer: peer.key)
def test_scripts_of_peers_are_bash(peer: peers.Peer) -> None:
    """Every word of them; none goes outside its own folder to write."""
    for script in filter(None, (peer.begin, peer.full, peer.incremental, peer.restore, peer.end)):
        done = subprocess.run(["bash", "-n", "-c", script], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "$1" in peer.full


def test_peers_have_folders_of_their_own() -> None:
    """And those that change the database come last."""
    assert len({each.key for each in peers.PEERS}) == len(peers.PEERS)
    chains = [bool(each.incremental) for each in peers.PEERS]
    assert chains == sorted(chains)


def test_barman_has_no_increment_where_it_compresses() -> None:
    """It refuses one."""
    assert not peers.barman("a", "a", "backup_compression = zstd").incremental
    assert "--incremental latest" in peers.barman("a", "a").incremental


def test_changes_never_take_a_hundredth_twice() -> None:
    """Together they are all rows; a number of rows is a multiple of a hundred."""
    rows = sample.rows_of(0.001)
    assert rows % 100 == 0
    assert sample.rows_of(5) * sample.ROW_BYTES == pytest.approx(5e9, rel=0.001)
    ends = [
        sample.change_statement(Change.TOGETHER, turn, 1000).split("where ")[1] for turn in (0, 1, 99, 100)
    ]
    assert ends[:3] == ["id > 0 and id <= 10", "id > 10 and id <= 20", "id > 990 and id <= 1000"]
    assert ends[3] == ends[0]
    assert sample.change_statement(Change.SCATTERED, 7, 1000).endswith("id % 100 = 7")


def test_too_small_a_disk_is_refused_before_anything() -> None:
    """Says how much is needed, and what would fit."""
    backups.check_room(5, 35.1)
    with pytest.raises(Failure, match="35 GB of disk, and 20 GB are free") as caught:
        backups.check_room(5, 20)
    assert caught.value.exit_code == 2
    assert "--gigabytes 2.6" in caught.value.remedy


@pytest.mark.parametrize("text", ["0", "-1", "21", "nan", "much"])
def test_a_size_is_a_number_of_gigabytes(text: str) -> None:
    """Anything else ends with the help, and nothing is made."""
    with pytest.raises((ValueError, ArgumentTypeError)):
        backups.size(text)
    with pytest.raises(SystemExit):
        _parser().parse_args(["backups", "--gigabytes", text])


def test_options_have_their_defaults() -> None:
    """5 GB, one round, and every peer."""
    options: Namespace = _parser().parse_args(["backups"])
    assert (options.gigabytes, options.rounds, options.seconds) == (5.0, 1, 20)
    assert options.peers == peers.PEERS


def test_peers_are_chosen_by_their_keys() -> None:
    """In their order; an unknown one ends with the help."""
    options = _parser().parse_args(["backups", "--peers", "cp,plain"])
    assert [each.key for each in options.peers] == ["cp", "plain"]
    with pytest.raises(SystemExit):
        _parser().parse_args(["backups", "--peers", "cp,tape"])


def test_a_proof_stands_beside_the_sum_of_its_parts() -> None:
    """And each part is told."""
    rows = shown(proofs.rows({"local": 60.0, "s3": 70.0}, RawProof(10, 5, 30, 5)))
    assert rows["`invoke backup.verify --repo local`"].ratio == 1.2
    assert rows["`invoke backup.verify --repo s3`"].beside is None
    assert rows["of the raw one: amcheck"].measured.median == 30


def test_restores_stand_beside_copy_and_raw() -> None:
    """The local one beside both; without a figure of `cp`, beside the raw one alone."""
    found = {"local": Restored(40.0, 5.0, 20.0), "s3": Restored(50.0, 6.0, 25.0)}
    rows = list(restores.rows(found, 16.0, 5.0, (12.0, 30.0)))
    assert [row.ratio for row in rows] == [2.5, 2.0, None, 2.0, None, None]
    assert rows[-1].measured.values == (12.0, 30.0)
    assert [row.ratio for row in restores.rows(found, None, 5.0, ())] == [2.0, None, 2.0, None]


def test_predictions_are_judged_either_way() -> None:
    """Too long and too short count alike; what nobody foretold does not."""
    real = Run(datetime.now(UTC), "time", "local", 1, 10.0, 0, 10.0, rest_seconds=0.0)
    foretold = [Run(**{**vars(real), "predicted_seconds": value}) for value in (25.0, 15.0, None)]
    assert list(errors(foretold)) == pytest.approx([25.0, 25.0])


def test_the_raw_restore_names_repository_and_moment() -> None:
    """Its WAL comes from the same repository."""
    moment = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
    argv = restore_argv(Deployed(), 2, moment)  # type: ignore[arg-type]
    assert "--target=2026-11-24 03:10:00+00:00" in argv
    assert any("--repo=2 archive-get" in word for word in argv)
    assert not any(word.startswith("--t") for word in restore_argv(Deployed()))  # type: ignore[arg-type]


def test_percentiles_want_enough_requests() -> None:
    """A hundredth of few requests is nobody's."""
    taken = [float(number) for number in range(1, 1001)]
    first, second = serving.rows("local", [2 * each for each in taken], taken, 3)
    assert first.ratio == pytest.approx(2.0)
    assert second.measured.values == (3,)
    with pytest.raises(Failure, match="too few"):
        serving.p99(taken[:100])


def test_requests_are_timed_when_they_are_answered() -> None:
    """What failed has no time."""
    record = Record()
    record.note(good=True, seconds=0.5)
    record.note(good=False, seconds=5.0)
    assert (record.taken, record.good, record.failed) == ([0.5], 1, 1)


def test_a_peer_has_the_limits_of_the_product() -> None:
    """None are none."""
    assert limits({"Memory": 0, "NanoCpus": 0}) == {}
    assert limits({"Memory": 5, "NanoCpus": 2}) == {"mem_limit": 5, "nano_cpus": 2}
