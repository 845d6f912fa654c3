"""Text of other programs made fit to be read: their outputs are hostile until shown otherwise."""

import re

TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
"""Colours, cursor movements and titles, which mean something to a terminal only."""

UNSEEN = ((0x00, 0x09), (0x0B, 0x20), (0x7F, 0xA0), (0xAD, 0xAE), (0x61C, 0x61D), (0x200B, 0x2010),
          (0x2028, 0x202F), (0x2060, 0x2070), (0xFEFF, 0xFF00))  # fmt: skip
"""What cannot be seen, or turns the direction of the text beside it: from, and up to."""

BROKEN = dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")
TABLE = {code: f"⟨U+{code:04X}⟩" for first, end in UNSEEN for code in range(first, end)} | BROKEN

HEAD, TAIL = 4_000, 16_000
"""Characters of an output that a page shows; the end says most."""


def legible(text: str) -> str:
    """The text without terminal codes, and with every character to be seen as what it is."""
    lines = TERMINAL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return lines.translate(TABLE)


def bounded(text: str, head: int = HEAD, tail: int = TAIL) -> str:
    """Beginning and end of a text that is longer than both."""
    left_out = len(text) - head - tail
    if left_out <= 0:
        return text
    return f"{text[:head]}\n… {left_out:,} characters left out; the journal has them …\n{text[-tail:]}"
