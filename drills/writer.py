"""The witness's own process: writes numbered rows at a steady pace until its standard input ends.

It is open-loop: each request has its moment on a fixed schedule and is sent then, whatever became of those
before, so that slow answers do not slow the witness ("coordinated omission", Gil Tene, 2013). At most
rate times timeout requests are under way at once. It ends when its standard input is closed, so it cannot
outlive the drill, and after `most` seconds whatever happens.
"""

import asyncio
import dataclasses
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx

from drills.endpoint import TIMEOUT, Endpoint
from drills.ledger import Entry, Kind, Ledger, Moment, Status, moment

MOST_CONNECTIONS = 64
HOST_IS_SLOW = 0.05


@dataclasses.dataclass(frozen=True)
class Orders:
    """What the process is told on its command line, as JSON.

    Attributes:
        url: where the load balancer listens.
        root: certificate that has to vouch for it.
        ledger: file to append to.
        prefix: what the names of the rows start with.
        writes: rows a second.
        reads: probing reads a second.
        most: seconds after which it ends by itself.
        keys: file of the keys that sign its tokens; empty where none is asked for.
    """

    url: str
    root: str
    ledger: str
    prefix: str
    writes: float = 20.0
    reads: float = 4.0
    most: float = 7200.0
    keys: str = ""


class Writer:
    """Sends requests and keeps the ledger."""

    def __init__(self, orders: Orders, ledger: Ledger, client: httpx.AsyncClient) -> None:
        self._orders, self._ledger, self._client = orders, ledger, client
        self._start = moment()

    async def pace(self, kind: Kind, rate: float, stop: asyncio.Event) -> None:
        """Sends requests of one kind at `rate` a second until told to stop, and awaits the last answers."""
        send = self._write if kind is Kind.WRITE else self._read
        number = 0
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                number += 1
                due = self._start.monotonic + number / rate
                await _until(due, stop)
                if not stop.is_set():
                    group.create_task(self._ask(kind, number, due, send))

    async def _ask(
        self, kind: Kind, number: int, due: float, send: Callable[[str], Awaitable[httpx.Response]]
    ) -> None:
        sent = moment()
        name = f"{self._orders.prefix}{number}" if kind is Kind.WRITE else ""
        late = max(round(sent.monotonic - due, 3), 0.0)
        entry = Entry(kind, number, sent.monotonic, self._text(sent), name=name, late=late)
        self._ledger.append(entry)
        try:
            async with asyncio.timeout(TIMEOUT):
                status, identity, detail = judged(kind, name, await send(name))
        except Exception as error:  # noqa: BLE001  # whatever it was: there is no answer, and others go on
            status, identity, detail = Status.UNKNOWN, 0, f"{type(error).__name__}: {error}".rstrip(": ")
        answered = moment()
        self._ledger.append(
            dataclasses.replace(
                entry,
                status=status,
                id=identity,
                detail=detail,
                answered=answered.monotonic,
                answered_at=self._text(answered),
            )
        )

    async def _write(self, name: str) -> httpx.Response:
        return await self._client.post("/items", json={"name": name}, headers={"Idempotency-Key": name})

    async def _read(self, _name: str) -> httpx.Response:
        return await self._client.get("/items", params={"limit": 1})

    def _text(self, at: Moment) -> str:
        """UTC by the clock at the start, so that a clock that is set during the drill changes no figure."""
        passed = timedelta(seconds=at.monotonic - self._start.monotonic)
        return (self._start.utc + passed).isoformat(timespec="milliseconds")


def judged(kind: Kind, name: str, answer: httpx.Response) -> tuple[Status, int, str]:
    """What an answer means: status, id of the row, and the answer in short."""
    detail = f"HTTP {answer.status_code}"
    if kind is Kind.READ:
        good = answer.status_code == httpx.codes.OK
        return (Status.ACKNOWLEDGED if good else Status.REFUSED), 0, detail
    if answer.status_code != httpx.codes.CREATED:
        return Status.REFUSED, 0, detail
    try:
        content = answer.json()
        if content["name"] == name and isinstance(content["id"], int):
            return Status.ACKNOWLEDGED, content["id"], detail
    except (ValueError, KeyError, TypeError):
        pass
    return Status.UNKNOWN, 0, f"{detail} without the row's id and name"


async def _until(due: float, stop: asyncio.Event) -> None:
    wait = due - moment().monotonic
    if wait <= 0:
        await asyncio.sleep(0)
        return
    try:
        async with asyncio.timeout(wait):
            await stop.wait()
    except TimeoutError:
        return


async def _stopped(stop: asyncio.Event, most: float) -> None:
    """Waits for the end of standard input, or for the limit."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        async with asyncio.timeout(most):
            while await reader.read(1024):
                continue
    except TimeoutError:
        pass
    stop.set()


async def write(orders: Orders) -> None:
    """Runs until told to stop."""
    ledger, stop = Ledger(Path(orders.ledger)), asyncio.Event()
    limits = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS)
    endpoint = Endpoint(orders.url, orders.root, orders.keys)
    async with httpx.AsyncClient(
        base_url=orders.url,
        verify=endpoint.trust(),
        auth=endpoint.auth(),
        timeout=TIMEOUT,
        limits=limits,
        trust_env=False,
    ) as client:
        writer = Writer(orders, ledger, client)
        async with asyncio.TaskGroup() as group:
            group.create_task(_stopped(stop, orders.most))
            group.create_task(writer.pace(Kind.WRITE, orders.writes, stop))
            group.create_task(writer.pace(Kind.READ, orders.reads, stop))
    ledger.close()


if __name__ == "__main__":
    asyncio.run(write(Orders(**json.loads(sys.argv[1]))))
