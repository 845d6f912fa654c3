from pathlib import Path

import pytest

from operation.failure import Failure
from operation.stack import Stack
from rollout import lint
from rollout.roll import dockerfiles


def test_what_we_build_from_is_clean() -> None:
    """By hadolint itself, whose silence about a bad file the next test would notice."""
    assert lint.findings(dockerfiles(Stack("local"))) == []


def test_a_bad_dockerfile_is_refused_line_by_line(tmp_path: Path) -> None:
    """With file, line, rule and words; the exit status is that of bad input."""
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM debian:trixie-slim\nRUN cd /tmp && sudo ls\nMAINTAINER nobody\n")
    with pytest.raises(Failure) as refused:
        lint.required([bad])
    assert refused.value.exit_code == 2
    assert f"{bad}:2: DL3004" in refused.value.what


def test_what_is_no_dockerfile_at_all_is_refused(tmp_path: Path) -> None:
    """Hadolint's own complaint about its grammar counts as an error."""
    bad = tmp_path / "Dockerfile"
    bad.write_text("this is prose\n")
    with pytest.raises(Failure):
        lint.required([bad])


def test_our_own_exceptions_are_told_to_it() -> None:
    """Each rule that we break on purpose is named on the command line."""
    argv = lint.command([Path("Dockerfile")])
    assert {argv[at + 1] for at, word in enumerate(argv) if word == "--ignore"} == set(lint.BY_DESIGN)
