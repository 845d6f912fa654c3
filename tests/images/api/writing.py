"""Writes through one replica."""

import time

import httpx


def post(client: httpx.Client, key: str = "") -> int:
    """Writes one item and gives the status."""
    return client.post(
        "/items", json={"name": "x"}, headers={"Idempotency-Key": key} if key else {}
    ).status_code


def answered(client: httpx.Client, key: str = "") -> tuple[int, float]:
    """The status of a write, and how long it took."""
    started = time.monotonic()
    return post(client, key), time.monotonic() - started


def status_of(client: httpx.Client, path: str) -> int:
    """The status of a GET; 0 when nobody answers."""
    try:
        return client.get(path).status_code
    except httpx.TransportError:
        return 0
