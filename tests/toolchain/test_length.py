"""Long tests are left out, unless somebody asks."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.mark.long
def test_long(): ...

def test_short(): ...
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "passed", "left_out"),
    [
        ([], 1, 1),
        (["--long"], 2, 0),
        (["test_it.py"], 2, 0),
        (["test_it.py::test_long"], 1, 0),
        (["."], 1, 1),
    ],
)
def test_long_tests(pytester: pytest.Pytester, words: list[str], passed: int, left_out: int) -> None:
    """By option, by file, by name; a folder asks for nothing."""
    pytester.makeini("[pytest]\nmarkers = long: minutes")
    pytester.makepyfile(test_it=TESTS)
    done = pytester.runpytest_subprocess("-p", "toolchain.length", *words)
    done.assert_outcomes(passed=passed, deselected=left_out)
    assert Path(pytester.path / "test_it.py").exists()
