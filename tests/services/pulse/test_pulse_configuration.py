import pytest

from services.pulse.configuration import Configuration, from_environment


def test_defaults_and_what_is_given() -> None:
    """All numbers come from the environment."""
    assert from_environment({}) == Configuration(batch=200, tries=5, retention_days=90)
    given = {"PULSE_BATCH": "1000", "PULSE_TRIES": "1", "PULSE_RETENTION_DAYS": "7"}
    assert from_environment(given) == Configuration(1000, 1, 7)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PULSE_BATCH", "0"),
        ("PULSE_BATCH", "1001"),
        ("PULSE_TRIES", "101"),
        ("PULSE_RETENTION_DAYS", "0"),
        ("PULSE_TRIES", "\N{SUPERSCRIPT TWO}"),
    ],
)
def test_no_number_in_range(name: str, text: str) -> None:
    """The message names the variable."""
    with pytest.raises(ValueError, match=name):
        from_environment({name: text})
