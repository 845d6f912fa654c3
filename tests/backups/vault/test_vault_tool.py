import pytest

from backups.vault.tool import answer
from operation.failure import Failure


def test_answer_is_what_was_found() -> None:
    """Progress does not get into it."""
    assert answer(0, '{"current": 3}\n', ["1000 versions looked at"]) == {"current": 3}


@pytest.mark.parametrize(
    ("status", "output", "said", "words", "code"),
    [
        (2, "", ["'x' is no time"], "the vault refuses: 'x' is no time", 2),
        (1, "", ["1000 keys", "GET was answered 503"], "exit status 1): GET was answered 503", 1),
        (127, 'exec: "vault": executable file not found', [], "older than this program", 1),
        (126, "", [], "older than this program", 1),
        (137, "", [], "exit status 137", 1),
    ],
)
def test_failure_has_the_tool_s_last_words(
    status: int, output: str, said: list[str], words: str, code: int
) -> None:
    """And the status of a refusal where it refused."""
    with pytest.raises(Failure) as failed:
        answer(status, output, said)
    assert words in failed.value.what
    assert failed.value.exit_code == code
