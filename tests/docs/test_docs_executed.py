"""Every command of the guide and the README is executed by a test."""

import ast

import pytest

from operation.stack import ROOT
from tests.docs.command import Command
from tests.docs.executed import ELSEWHERE, documented, is_harmless


def test_every_command_is_executed() -> None:
    """By tests/platform/test_platform_docs.py, which reads it from there, or by the test of the table."""
    shown = {str(command): is_harmless(command) for command in documented()}
    assert [text for text, harmless in shown.items() if not harmless and text not in ELSEWHERE] == []
    assert [text for text in ELSEWHERE if shown.get(text, True)] == []


@pytest.mark.parametrize("place", sorted(set(ELSEWHERE.values())))
def test_test_of_the_table_is_there(place: str) -> None:
    """File and function."""
    file, _, name = place.partition("::")
    tree = ast.parse((ROOT / file).read_text())
    assert name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize(
    ("words", "harmless"),
    [
        ("status --json", True),
        ("restore --latest --dry-run", True),
        ("restore --latest --preview", True),
        ("status --watch", False),
        ("restore --latest", False),
        ("down --yes", False),
    ],
)
def test_what_changes_nothing(words: str, *, harmless: bool) -> None:
    """Tasks that look, and tasks that are told to only look."""
    assert is_harmless(Command("invoke", tuple(words.split()), "", span=False)) is harmless
