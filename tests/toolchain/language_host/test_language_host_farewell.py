"""A program that leaves in the middle: its coroutines clean up, and nothing is said of what never began."""

import asyncio
import contextlib
import gc
import warnings
from collections.abc import Coroutine
from typing import Any

import pytest

from toolchain.language_host import farewell
from toolchain.language_host.farewell import give_up


async def never() -> None:
    """A coroutine that nobody begins."""


def forget(_coroutine: Coroutine[Any, Any, None]) -> None:
    """Lets go of it."""


def test_coroutines_clean_up() -> None:
    """What is under way is cancelled, and its `finally` is run."""
    cleaned = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(True)

    async def leave() -> None:
        task = asyncio.ensure_future(work())
        await asyncio.sleep(0)
        assert not task.done()
        raise SystemExit(3)

    loop = asyncio.new_event_loop()
    with pytest.raises(SystemExit):
        loop.run_until_complete(leave())
    with warnings.catch_warnings():
        give_up(loop)
    loop.close()
    assert cleaned == [True]


def test_coroutine_that_does_not_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time."""
    monkeypatch.setattr(farewell, "CLEAN_SECONDS", 0.05)

    over = asyncio.Event()

    async def stubborn() -> None:
        while not over.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await over.wait()

    loop = asyncio.new_event_loop()
    task = loop.create_task(stubborn())
    loop.run_until_complete(asyncio.sleep(0))
    with warnings.catch_warnings():
        give_up(loop)
    assert not task.done()
    over.set()
    loop.run_until_complete(task)
    loop.close()


def test_what_never_began_is_no_warning() -> None:
    """It is one as long as the program goes on."""
    loop = asyncio.new_event_loop()
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        forget(never())
        assert [str(each.message) for each in told] == ["coroutine 'never' was never awaited"]
        give_up(loop)
        forget(never())
        assert len(told) == 1
    loop.close()
