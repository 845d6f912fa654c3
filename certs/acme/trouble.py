"""What goes wrong with an ACME server, in words for the person who is on call."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
from acme import errors, messages
from josepy import errors as jose_errors

from operation.failure import Failure

SERVES_ON = "no new public certificate came of it; what serves goes on serving."
RATE_LIMITED = "rateLimited"
TOO_MANY, UNAVAILABLE = 429, 503
PAUSE = timedelta(hours=1)
"""For a server that wants a pause and does not say how long."""
LONGEST_PAUSE = timedelta(days=7)
"""The longest window of a public server's limits; a header that says more is a mistake."""
LONGEST_WORDS = 500
"""Characters of a server's own words; they are foreign, and go to a terminal."""


class Later(Failure):
    """The server wants to be left alone for a while.

    Attributes:
        until: when it may be asked again (UTC).
    """

    def __init__(self, what: str, until: datetime) -> None:
        super().__init__(
            what,
            SERVES_ON,
            f"try again after {until:%Y-%m-%d %H:%M} UTC: `invoke certs.acme` asks it nothing before, a"
            " schedule goes on by itself; `--force` asks all the same.",
        )
        self.until = until


@contextmanager
def told(server: str, doing: str, last: "Last") -> Iterator[None]:
    """Turns whatever a request ends in into one failure.

    Args:
        server: its name, for messages.
        doing: what was asked for, as in "the order".
        last: the last answer of that server.

    Raises:
        Failure: with the server's own words where it had some.
    """
    try:
        yield
    except errors.ValidationError as error:
        raise _unproven(server, error) from error
    except errors.IssuanceError as error:
        raise _refused(server, doing, words(error.error)) from error
    except messages.Error as problem:
        if problem.code == RATE_LIMITED or last.status in {TOO_MANY, UNAVAILABLE}:
            raise _later(server, words(problem), last) from problem
        raise _refused(server, doing, words(problem)) from problem
    except errors.TimeoutError as error:
        raise _silent(server, f"{doing} was not done in time") from error
    except requests.RequestException as error:
        if isinstance(error, ValueError):  # no JSON, or an address that is none
            raise _garbled(server, doing, last) from error
        raise _silent(server, _cause(error)) from error
    except (errors.Error, jose_errors.Error, ValueError, LookupError, AttributeError, TypeError) as error:
        if last.status in {TOO_MANY, UNAVAILABLE}:
            raise _later(server, f"HTTP status {last.status}", last) from error
        raise _garbled(server, doing, last) from error


class Last:
    """The last answer of a server: its status, and how long it wants to be left alone."""

    def __init__(self) -> None:
        self.status = 0
        self.kind = ""
        self.retry_after = ""

    def note(self, answer: requests.Response, *_: object, **__: object) -> None:
        """Takes down an answer, as `requests` hands it over."""
        self.status = answer.status_code
        self.kind = answer.headers.get("Content-Type", "")
        self.retry_after = answer.headers.get("Retry-After", "")


def pause(retry_after: str, at: datetime) -> datetime:
    """When to ask again: `Retry-After` as seconds or a date (RFC 9110, section 10.2.3), within bounds."""
    try:
        until = at + timedelta(seconds=int(retry_after))
    except (ValueError, OverflowError):
        try:
            until = parsedate_to_datetime(retry_after)
        except ValueError:
            until = at + PAUSE
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(at, min(until, at + LONGEST_PAUSE))


def words(problem: messages.Error | None) -> str:
    """What a problem document says, its parts too, as one line."""
    if problem is None:
        return "without a word"
    own = problem.detail or problem.title or problem.typ
    parts = [
        f"{each.identifier.value if each.identifier else 'a part'}: {each.detail or each.typ}"
        for each in problem.subproblems or ()
    ]
    return clean(f"{'; '.join([str(own), *parts])} ({problem.code or problem.typ})")


def clean(text: str) -> str:
    """Foreign words without line breaks and control characters, not too many of them."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= LONGEST_WORDS else f"{line[:LONGEST_WORDS]} …"


def _unproven(server: str, error: errors.ValidationError) -> Failure:
    told_of = [
        f"{each.body.identifier.value}: {words(challenge.error)}"
        for each in error.failed_authzrs
        for challenge in each.body.challenges
        if challenge.error is not None
    ]
    return Failure(
        f"{server} could not see that the names are ours:\n    " + "\n    ".join(told_of),
        SERVES_ON,
        "http-01: port 80 of each name has to lead to the load balancer's http_port; dns-01: look at what the"
        " hook sets. Then `invoke certs.acme` again; public servers allow about five failures an hour.",
    )


def _refused(server: str, doing: str, why: str) -> Failure:
    return Failure(
        f"{server} refuses {doing}: {why}.",
        SERVES_ON,
        "correct what it names (certificates.acme in the stack's file), then `invoke certs.acme` again.",
    )


def _later(server: str, why: str, last: Last) -> Later:
    until = pause(last.retry_after, datetime.now(UTC).replace(microsecond=0))
    return Later(f"{server} wants to be left alone for now: {why}.", until)


def _silent(server: str, why: str) -> Failure:
    return Failure(
        f"the ACME server {server} does not answer: {clean(why)}.",
        SERVES_ON,
        "look at the network and the server's status page; `invoke certs.acme` goes on where it was.",
    )


def _garbled(server: str, doing: str, last: Last) -> Failure:
    kind = clean(last.kind) or "nothing"
    return Failure(
        f"{server} answers {doing} with what is no ACME (HTTP status {last.status}, {kind}).",
        SERVES_ON,
        "look whether certificates.acme.directory_url is its directory, or a proxy answers in its place.",
    )


def _cause(error: BaseException) -> str:
    """The innermost reason, without a library's wrapping round it."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return str(error.args[-1] if error.args else error) or type(error).__name__
