from rollout.outside import Record


def test_a_bad_round_ends_the_row() -> None:
    """Both kinds are counted; only good ones without a bad one between make a row."""
    record = Record()
    for trouble in ("", "", "503", ""):
        record.note(trouble)
    assert (record.good, record.bad, record.row) == (3, ["503"], 1)
