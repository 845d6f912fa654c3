"""Requests all through a block, and how each was answered."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from tests.platform.deployment import Deployment

Ask = Callable[[httpx.Client], httpx.Response]
PAUSE = 0.02


def reading(client: httpx.Client) -> httpx.Response:
    """One item."""
    return client.get("/items", params={"limit": 1})


def writing(client: httpx.Client) -> httpx.Response:
    """One more item."""
    return client.post("/items", json={"name": "all through"})


@contextmanager
def asked(deployment: Deployment, ask: Ask = reading) -> Iterator[list[int]]:
    """Asks until the block ends; gives each answer's status, 0 for none."""
    answers: list[int] = []
    ended = threading.Event()

    def go_on() -> None:
        with deployment.client() as client:
            while not ended.wait(PAUSE):
                try:
                    answers.append(ask(client).status_code)
                except httpx.HTTPError:
                    answers.append(0)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()
