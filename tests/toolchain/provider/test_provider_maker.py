"""Which process makes something, and whether it still does."""

from collections.abc import Callable

import pytest

from tests.toolchain.provider.processes import another_maker
from toolchain.provider import maker


def test_another_process_lives_until_it_ends() -> None:
    """Its number alone says nothing: numbers are given again, and other hosts have the same ones."""
    with another_maker() as said:
        assert maker.lives(said)
        boot, number, began = said.split()
        assert not maker.lives(f"{boot} {number} {int(began) + 1}")
        assert not maker.lives(f"another {number} {began}")
    assert not maker.lives(said)


@pytest.mark.parametrize("made_by", [str, lambda: "nonsense", lambda: "a b c", maker.this])
def test_nobody_lives(made_by: Callable[[], str]) -> None:
    """No words, wrong words, and this process itself, which is not another."""
    assert not maker.lives(made_by())
