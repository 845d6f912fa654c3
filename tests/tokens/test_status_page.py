"""The status page's address, as a person asks for it."""

import json
from pathlib import Path
from unittest import mock

import pytest

from operation import audit
from operation.failure import Failure
from operation.stack import Stack
from services.base.tokens import Verifier
from tokens import status_page
from tokens.keys import jwks, keys_of

ANSWER = "tokens.status_page.stack_named"


@pytest.fixture
def monitored(stack: Stack) -> Stack:
    """A stack that has a status page, and keys."""
    stack.file.write_text("config:\n  bem:monitoring:\n    enabled: true\n")
    keys_of(stack)
    return stack


def test_the_address_is_printed_and_opened(
    monitored: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Behind `#` is a token for the page alone; the audit log has its line, and not the token."""
    (tmp_path / "shown").write_text(jwks(keys_of(monitored)))
    with (
        mock.patch(ANSWER, return_value=monitored),
        mock.patch("webbrowser.open", return_value=True) as shown,
    ):
        status_page.show("", "", 60, opened=True, as_json=False)
    address = capsys.readouterr().out.strip()
    place, _, token = address.partition("#")
    assert place == "https://localhost:8443/status/"
    claims = Verifier(tmp_path / "shown").verify(token, "status:read")
    assert claims.subject == audit.actor()
    assert claims.scopes == {"status:read"}
    shown.assert_called_once_with(address)
    line = audit.entries(monitored)[-1].what
    assert line.endswith("--scope status:read --minutes 60")
    assert token not in line


def test_without_a_browser_the_address_is_there_all_the_same(
    monitored: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is printed first, as JSON when that is asked for."""
    with (
        mock.patch(ANSWER, return_value=monitored),
        mock.patch("webbrowser.open", return_value=False),
        pytest.raises(Failure, match="no browser"),
    ):
        status_page.show("", "ann", 30, opened=True, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert (said["address"].partition("#")[0], said["minutes"]) == ("https://localhost:8443/status/", 30)


def test_a_stack_without_one_is_told_how_to_get_it(stack: Stack) -> None:
    """Before any token is made."""
    with mock.patch(ANSWER, return_value=stack), pytest.raises(Failure, match="no status page") as caught:
        status_page.show("", "", 60, opened=False, as_json=False)
    assert caught.value.exit_code == 2
    assert "bem:monitoring.enabled" in caught.value.remedy
    assert audit.entries(stack) == []
