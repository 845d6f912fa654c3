"""The style sheet: enough contrast in light and in dark, by the formula of WCAG 2.2."""

import re

import pytest

from drills.pages.environment import style

ON_GROUND = ("text", "soft", "link", "yes", "no", "aim")
WORDS = [
    *((name, "ground") for name in ON_GROUND),
    ("text", "raised"),
    ("soft", "raised"),
    ("yes", "yes-ground"),
    ("no", "no-ground"),
]
SHAPES = [(name, "ground") for name in ("good", "lost", "refused", "unknown", "soft")]
THEMES = dict(zip(("light", "dark"), re.findall(r":root \{(.*?)\}", style(), re.DOTALL), strict=True))


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`."""
    parts = [int(colour[each : each + 2], 16) / 255 for each in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(theme: str, one: str, other: str) -> float:
    """Contrast ratio of two colours by their names."""
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", THEMES[theme]))
    low, high = sorted((luminance(colours[one]), luminance(colours[other])))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("one", "other"), WORDS)
def test_words_can_be_read(theme: str, one: str, other: str) -> None:
    """Level AA: 4.5 to 1."""
    assert contrast(theme, one, other) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("one", "other"), SHAPES)
def test_shapes_can_be_seen(theme: str, one: str, other: str) -> None:
    """Level AA: 3 to 1."""
    assert contrast(theme, one, other) >= 3


def test_the_formula_is_the_standards() -> None:
    """Black on white is 21; a colour on itself is 1."""
    assert luminance("#ffffff") == pytest.approx(1)
    assert luminance("#000000") == 0
    assert contrast("light", "text", "text") == 1
