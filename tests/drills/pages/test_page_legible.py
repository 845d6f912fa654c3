"""Outputs fit to be read: no character does anything but be seen."""

import pytest

from drills.pages.legible import bounded, legible


@pytest.mark.parametrize(
    ("output", "seen"),
    [
        ("plain äöü ✓\ttab\nline", "plain äöü ✓\ttab\nline"),
        ("\x1b[1;31mred\x1b[0m \x1b[2K\x1b]0;title\x07end", "red end"),
        ("half \x1b[31", "half ⟨U+001B⟩[31"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("nul\x00 bell\x07 del\x7f", "nul⟨U+0000⟩ bell⟨U+0007⟩ del⟨U+007F⟩"),
        ("turned \u202egnp.exe", "turned ⟨U+202E⟩gnp.exe"),
        ("isolate \u2066a\u2069", "isolate ⟨U+2066⟩a⟨U+2069⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("c1 \x9b31m", "c1 ⟨U+009B⟩31m"),
        ("half a pair \ud83d", "half a pair \ufffd"),
    ],
)
def test_every_character_is_seen_as_what_it_is(output: str, seen: str) -> None:
    """Colours go; what cannot be seen, or turns text about, is named."""
    assert legible(output) == seen
    legible(output).encode()


def test_a_long_hostile_output_takes_no_time() -> None:
    """A quarter of a megabyte of beginnings without an end."""
    assert legible("\x1b]" * 131_072).count("⟨U+001B⟩") == 131_072
    assert legible("\x1b[" * 131_072).count("⟨U+001B⟩") == 131_072


def test_a_long_output_keeps_its_beginning_and_its_end() -> None:
    """What is left out is counted."""
    text = "a" * 10 + "b" * 1234 + "c" * 20
    assert (
        bounded(text, 10, 20)
        == f"{'a' * 10}\n… 1,234 characters left out; the journal has them …\n{'c' * 20}"
    )
    assert bounded("short", 10, 20) == "short"
