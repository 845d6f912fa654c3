"""A program's error in its own lines."""

import asyncio
import linecache
from collections.abc import Callable, Coroutine
from typing import Any

import pulumi
import pytest

from toolchain.language_host.explanation import explained, keep_origins


def raised(work: Callable[[], Any]) -> BaseException:
    """What a function raises."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011  # any
        work()
    return caught.value


def fails() -> None:
    """The program's own line."""
    raise ValueError("torn")


def test_sdk_has_no_lines() -> None:
    """The line that called it, and its words."""
    text = explained(raised(lambda: pulumi.Config("none").require("key")))
    assert "Missing required configuration variable 'none:key'" in text
    assert "/pulumi/" not in text


def test_sdk_has_lines_when_no_other_has() -> None:
    """A fault within it is shown where it is, without asyncio's lines and ours."""

    async def work() -> None:
        await pulumi.Output.from_input({}).apply(dict.popitem).future()

    error = raised(lambda: asyncio.run(work()))
    assert error.__traceback__ is not None
    inside = error.__traceback__
    while inside.tb_next is not None and "/pulumi/" not in inside.tb_frame.f_code.co_filename:
        inside = inside.tb_next
    assert "/pulumi/output.py" in explained(error.with_traceback(inside))


class CallError(Exception):
    """What gRPC raises."""


def test_answer_of_the_engine_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call that brought it says nothing more; a cause that is named stays."""
    monkeypatch.setattr(CallError, "__module__", "grpc._channel")

    def call() -> None:
        raise CallError("StatusCode.UNKNOWN")

    def answered() -> None:
        try:
            call()
        except CallError:
            raise RuntimeError("the transform says no")  # noqa: B904  # as the SDK does

    def caused() -> None:
        try:
            call()
        except CallError as error:
            raise RuntimeError("the transform says no") from error

    text = explained(raised(answered))
    assert "CallError" not in text
    assert text.endswith("RuntimeError: the transform says no\n")
    assert "CallError" in explained(raised(caused))


def test_errors_in_a_ring_are_told() -> None:
    """Once each."""
    one, other = ValueError("one"), ValueError("other")
    one.__context__, other.__context__ = other, one
    assert explained(one).count("ValueError: other") == 1


def test_all_lines_when_none_is_the_programs() -> None:
    """A fault of the machinery is shown as it is."""
    error = raised(lambda: asyncio.run(3))  # type: ignore[arg-type]
    assert error.__traceback__ is not None
    assert error.__traceback__.tb_next is not None
    inside = error.__traceback__.tb_next.tb_next
    while inside is not None and "asyncio" not in inside.tb_frame.f_code.co_filename:
        inside = inside.tb_next
    assert "runners.py" in explained(error.with_traceback(inside))


def test_causes_are_told() -> None:
    """What it came from, each with its own lines."""

    def both() -> None:
        try:
            fails()
        except ValueError as error:
            raise RuntimeError("outer") from error

    text = explained(raised(both))
    assert text.index("ValueError: torn") < text.index("direct cause") < text.index("RuntimeError: outer")


def test_syntax_error_shows_its_line() -> None:
    """Where, and nothing of what read it."""
    linecache.cache.clear()
    text = explained(raised(lambda: compile("x = = 3\n", "app.py", "exec")))
    assert 'File "app.py", line 1' in text
    assert text.endswith("SyntaxError: invalid syntax\n")


def test_task_that_is_awaited_twice_keeps_its_lines() -> None:
    """Asyncio forgets them, and the SDK awaits every output twice; an error without a task has its own."""

    async def work() -> None:
        fails()

    async def twice() -> None:
        task = asyncio.ensure_future(work())
        for _ in range(2):
            try:
                await task
            except ValueError as error:
                seen = error
        raise seen

    def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        loop = asyncio.new_event_loop()
        keep_origins(loop)
        try:
            loop.run_until_complete(main())
        finally:
            loop.close()

    assert "    fails()\n" in explained(raised(lambda: run(twice)))
    assert "    fails()\n" in explained(raised(lambda: run(work)))
