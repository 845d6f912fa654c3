import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest

from operation import audit
from operation.failure import Failure
from operation.stack import ROOT, Stack
from services.base.tokens import Verifier
from tokens import console
from tokens.keys import jwks, key_file, keys_of

LIGHT = """
import sys
import tokens.tasks
print([name for name in ("cryptography", "jwt", "httpx", "pulumi", "docker") if name in sys.modules])
"""
Say = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def named(stack: Stack) -> Iterator[None]:
    """Whatever name is given, the test's stack is meant; nothing of it runs."""
    with (
        mock.patch.object(console, "stack_named", return_value=stack),
        mock.patch.object(console, "containers", return_value=[]),
    ):
        yield


def test_module_is_light() -> None:
    """`invoke --list` does not wait for what signs."""
    argv = [sys.executable, "-c", LIGHT]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_token_is_printed_alone_and_audited_without_itself(
    stack: Stack, tmp_path: Path, capsys: Say
) -> None:
    """What is printed verifies; the audit log says for whom and what."""
    (tmp_path / "shown").write_text(jwks(keys_of(stack)))
    console.issue("ann", "items:read,items:write", 15, "", as_json=False)
    printed = capsys.readouterr().out
    token = printed.strip()
    claims = Verifier(tmp_path / "shown").verify(token, "items:write")
    assert (printed, claims.subject) == (f"{token}\n", "ann")
    line = audit.entries(stack)[-1]
    assert line.what == "token.issue --subject 'ann' --scope items:read,items:write --minutes 15"
    assert token not in (stack.folder / "audit.jsonl").read_text()
    console.issue("ann", "items:read", 15, "", as_json=True)
    assert json.loads(capsys.readouterr().out)["scopes"] == ["items:read"]


def test_without_keys_a_person_is_told_what_to_do(stack: Stack) -> None:
    """A stack that was never brought up has none, and asking makes none."""
    asks: tuple[Callable[[], None], ...] = (
        lambda: console.issue("ann", "items:read", 15, "", as_json=False),
        lambda: console.show("", as_json=False),
        lambda: console.change("", drop_old=False, dry_run=True, as_json=False),
    )
    for ask in asks:
        with pytest.raises(Failure) as failure:
            ask()
        assert "invoke up" in failure.value.remedy
    assert not key_file(stack).exists()


def test_keys_are_listed_without_their_private_halves(stack: Stack, capsys: Say) -> None:
    """For a person and for a program."""
    private = keys_of(stack)[0].private
    for as_json in (True, False):
        console.show("", as_json=as_json)
        said = capsys.readouterr().out
        assert keys_of(stack)[0].kid in said
        assert "signing" in said
        assert private not in said


def test_a_rotation_is_foretold_and_done_and_audited(stack: Stack, capsys: Say) -> None:
    """A dry run changes nothing; a rotation leaves two keys and a line."""
    before = keys_of(stack)
    console.change("", drop_old=True, dry_run=True, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"new": True, "dropped": [before[0].kid]}
    console.change("", drop_old=False, dry_run=True, as_json=False)
    assert "a new key would be shown" in capsys.readouterr().out
    assert keys_of(stack) == before
    console.change("", drop_old=False, dry_run=False, as_json=True)
    assert [row["state"] for row in json.loads(capsys.readouterr().out)] == ["old", "signing"]
    line = audit.entries(stack)[-1]
    assert (line.what, line.outcome, line.detail) == (
        "token.rotate",
        "succeeded",
        f"{keys_of(stack)[-1].kid} signs",
    )
