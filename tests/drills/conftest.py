"""Stacks, runbooks, ledgers, and a small platform over real TLS for the tests of drills."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operation.progress import Progress
from operation.stack import Stack
from tests.drills.small_platform import Platform

HEAD = """---
title: The platform is lost
objectives: {rto: 60s, rpo: 12s}
blast_radius: everything
schedule: weekly
---

# The platform is lost

Prose is free.
"""

Write = Callable[..., Path]


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """A stack in a checkout of its own, with a secret."""
    (tmp_path / "Pulumi.drl-test.yaml").write_text("config: {}\n")
    chosen = Stack("drl-test", root=tmp_path)
    (chosen.make_folder("secrets") / "s3-secret-key").write_text("very-secret-value\n")
    return chosen


@pytest.fixture
def quiet() -> Progress:
    """Progress that nobody reads."""
    return Progress(quiet=True)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a runbook of one cell a phase; what is given takes the place of a cell's script."""

    def written(*, attributes: dict[str, str] | None = None, **scripts: str) -> Path:
        more = {"fault": ', "excludeFromRunAll": true', **(attributes or {})}
        text = HEAD
        for phase in ("confirm", "fault", "recover", "verify", "cleanup"):
            script = scripts.get(phase, f"echo {phase} >> played")
            cell = f'{{"name": "a-{phase}"{more.get(phase, "")}}}'
            text += f"\n## {phase.capitalize()}\n\nDo this.\n\n```sh {cell}\n{script}\n```\n"
        path = tmp_path / "runbooks" / "platform-lost.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return written


@pytest.fixture
def platform(stack: Stack) -> Iterator[Platform]:
    """A platform that serves items over TLS from a certificate of the stack's root."""
    serving = Platform(stack)
    serving.start()
    yield serving
    serving.stop()
