"""What the tests of set-up share."""

from pathlib import Path

import pytest

from tests.setup.checkout import Checkout, copy


@pytest.fixture
def bare(tmp_path: Path) -> Checkout:
    """A checkout that was never used."""
    return copy(tmp_path)


@pytest.fixture
def checkout(bare: Checkout) -> Checkout:
    """A checkout whose environment is whole, as far as the launcher can tell."""
    bare.pretend()
    return bare
