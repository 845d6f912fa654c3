"""Text of other programs made fit to be read: their outputs are hostile until shown otherwise."""

import re

TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
"""Colours, cursor movements and titles, which mean something to a terminal only."""

PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: "\u2421"}
NAMED = (*range(0x80, 0xA0), 0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F),
         *range(0x2060, 0x2070), 0xFEFF)  # fmt: skip
"""What cannot be seen, or turns the direction of the text beside it."""

BROKEN = dict.fromkeys((*range(55296, 57344), 65534, 65535), "�")
TABLE = PICTURES | {code: f"⟨U+{code:04X}⟩" for code in NAMED} | BROKEN

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
