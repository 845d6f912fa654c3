"""RTO and RPO from ledgers that were written down by hand."""

from pathlib import Path

import pytest

from drills.figures import ends_steadily, loss, recovery, traffic
from drills.ledger import Entry, Kind, Ledger, Status, folded, read

PACE = 0.05
MEANING = {"a": Status.ACKNOWLEDGED, "r": Status.REFUSED, "u": Status.UNKNOWN, "s": Status.SENT}


def ledger(answers: str, took: float = 0.01) -> list[Entry]:
    """Twenty writes a second from moment 0 on: a(cknowledged), r(efused), u(nknown), s(ent and no more)."""
    return [
        Entry(
            Kind.WRITE, number, sent := number * PACE, "", MEANING[answer],
            None if answer == "s" else sent + took, name=f"row-{number}", id=number if answer == "a" else 0,
        )
        for number, answer in enumerate(answers)
    ]  # fmt: skip


def test_rto_runs_to_the_first_of_a_steady_run() -> None:
    """2 s good, the fault, 5 s of refusals, then good: 5 s and the time of an answer."""
    found = recovery(ledger("a" * 40 + "r" * 100 + "a" * 40), fault=2.0)
    assert found.outage_seen
    assert found.seconds == pytest.approx(5.01)


@pytest.mark.parametrize("answer", ["r", "u"])
def test_one_good_answer_is_no_recovery(answer: str) -> None:
    """Nineteen good answers in a row, or twenty in less than a second, are not steady yet."""
    assert recovery(ledger(answer * 20 + "a" * 19), fault=0.0).seconds is None
    hasty = ledger(answer * 20) + [
        Entry(Kind.WRITE, 20 + number, 1 + number / 100, "", Status.ACKNOWLEDGED, 1 + number / 100)
        for number in range(50)
    ]
    assert recovery(hasty, fault=0.0).seconds is None


def test_good_answers_before_the_fault_takes_effect_do_not_count() -> None:
    """A server that serves on for 2 s after the fault has not recovered in no time."""
    found = recovery(ledger("a" * 40 + "a" * 40 + "u" * 60 + "a" * 40), fault=2.0)
    assert found.seconds == pytest.approx(5.01)


def test_an_outage_behind_a_steady_run_starts_the_wait_anew() -> None:
    """A platform that is back for 2 s and gone for another second has not been back."""
    found = recovery(ledger("r" * 40 + "a" * 40 + "u" * 20 + "a" * 40), fault=0.0)
    assert found.seconds == pytest.approx(100 * PACE + 0.01)


def test_a_single_refusal_behind_a_steady_run_does_not() -> None:
    """One bad answer among good ones is no outage."""
    found = recovery(ledger("r" * 40 + "a" * 40 + "u" + "a" * 40), fault=0.0)
    assert found.seconds == pytest.approx(40 * PACE + 0.01)


def test_flapping_is_no_recovery() -> None:
    """Good and bad in turns never are steady."""
    assert recovery(ledger("r" * 40 + ("a" * 10 + "r") * 10), fault=0.0).seconds is None


def test_never_back_has_no_rto() -> None:
    """There is no figure for what did not happen, also when it was back for a moment."""
    assert recovery(ledger("a" * 40 + "r" * 100), fault=2.0).seconds is None
    assert recovery(ledger("r" * 40 + "a" * 40 + "r" * 40), fault=0.0).seconds is None


def test_without_an_outage_there_is_no_rto_either() -> None:
    """When no request fails, the fault was none, and zero seconds would be a lie."""
    found = recovery(ledger("a" * 200), fault=2.0)
    assert (found.outage_seen, found.seconds) == (False, None)


def test_failures_before_the_fault_are_not_its_doing() -> None:
    """Only what ends after the fault counts."""
    assert not recovery(ledger("r" * 10 + "a" * 100), fault=2.0).outage_seen


def test_requests_under_way_at_the_fault_belong_to_it() -> None:
    """What was sent before and never answered after the fault shows the outage."""
    assert recovery(ledger("a" * 39 + "u", took=1.8), fault=2.0).outage_seen


def test_well_is_a_steady_run_at_the_end() -> None:
    """The platform is well before the fault when its newest answers are good, not when older ones were."""
    assert ends_steadily(ledger("r" + "a" * 30))
    assert ends_steadily(ledger("a" * 30 + "s"))
    assert not ends_steadily(ledger("a" * 30 + "r"))
    assert not ends_steadily([])


def test_nothing_lost() -> None:
    """Every acknowledged row is there."""
    entries = ledger("a" * 40 + "r" * 20 + "a" * 20)
    found = loss(entries, {entry.name for entry in entries if entry.good}, fault=2.0)
    assert (found.rows, found.seconds, found.first) == (0, 0.0, "")


def test_lost_rows_are_counted_and_span_to_the_fault() -> None:
    """The last ten rows before the fault are gone: ten rows, half a second."""
    entries = ledger("a" * 40 + "r" * 20 + "a" * 20)
    present = {entry.name for entry in entries if entry.good and not 30 <= entry.number < 40}
    found = loss(entries, present, fault=2.0)
    assert (found.rows, found.first) == (10, "row-30")
    assert found.seconds == pytest.approx(2.0 - 1.51)


def test_a_row_lost_after_the_recovery_makes_a_long_span() -> None:
    """What is acknowledged by a database that is thrown away later counts to its own answer."""
    entries = ledger("a" * 40 + "r" * 20 + "a" * 20)
    present = {entry.name for entry in entries if entry.good} - {"row-30", "row-70"}
    found = loss(entries, present, fault=2.0)
    assert found.rows == 2
    assert found.seconds == pytest.approx(40 * PACE)


def test_a_row_without_an_answer_is_unknown_and_not_lost() -> None:
    """Nobody promised it, so its absence is no loss, and its presence no error."""
    found = loss(ledger("aauusr"), {"row-0", "row-1", "row-2", "row-5"}, fault=0.1)
    assert (found.rows, found.unknown_present, found.unknown_absent) == (0, 1, 2)
    assert found.refused_present == 1


def test_traffic_counts_a_request_without_an_end_as_unknown() -> None:
    """Every request has one of three fates."""
    found = traffic(ledger("aaruus"), Kind.WRITE)
    assert (found.requests, found.acknowledged, found.refused, found.unknown) == (6, 2, 1, 3)
    assert traffic([], Kind.READ).requests == 0


def test_the_ledger_survives_a_kill_in_the_middle_of_a_line(tmp_path: Path) -> None:
    """The last line of a request counts; half a line counts nothing."""
    path = tmp_path / "ledger.jsonl"
    entries = ledger("sa")
    kept = Ledger(path)
    for entry in [entries[0], *entries]:
        kept.append(entry)
    kept.close()
    assert read(path) == entries
    with path.open("a") as file:
        file.write('{"kind": "write", "num')
    assert read(path) == entries
    assert read(tmp_path / "none") == []
    assert folded(["", "[]", "{}", '{"kind": "dance", "status": "sent"}']) == []
