"""How much there is to do, and what of the stream is done with and can go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from services.pulse.inbox import DEAD, GROUP, STREAM


@dataclass(frozen=True)
class Figures:
    """What waits.

    Attributes:
        lag: entries that no worker was given yet; None when Redis cannot tell.
        pending: entries that workers were given and have not settled.
        dead: dead letters.
    """

    lag: int | None
    pending: int
    dead: int


class Stock:
    """Looks at the whole stream, for all workers."""

    def __init__(self, client: Redis) -> None:
        self._redis: Any = client  # its types mix answers of both of its modes

    async def figures(self) -> Figures:
        """As they are now."""
        groups = [each for each in await self._redis.xinfo_groups(STREAM) if each["name"] == GROUP.encode()]
        return Figures(groups[0]["lag"], groups[0]["pending"], await self._redis.xlen(DEAD))

    async def trim(self) -> int:
        """Removes what every group has settled, and gives how many entries that were."""
        groups = await self._redis.xinfo_groups(STREAM)
        oldest = {
            each["name"]: (await self._redis.xpending(STREAM, each["name"]))["min"]
            for each in groups
            if each["pending"]
        }
        bound = settled_below(groups, oldest)
        return int(await self._redis.xtrim(STREAM, minid=bound, approximate=False)) if bound else 0


def settled_below(groups: Sequence[Mapping[str, Any]], oldest: Mapping[bytes, bytes | None]) -> bytes | None:
    """The id below which no group has anything left; None when nothing is known to be settled.

    What a group was given and settled is never given to it again, so the bound stays true while others work.

    Args:
        groups: as `XINFO GROUPS` tells, looked at before `oldest`.
        oldest: of each group that has pending entries, the id of the first of them.
    """
    bounds = [oldest.get(each["name"]) or each["last-delivered-id"] for each in groups]
    return min(bounds, key=order, default=None)


def order(number: bytes) -> tuple[int, int]:
    """An id as numbers that can be compared."""
    milliseconds, _, sequence = number.partition(b"-")
    return int(milliseconds), int(sequence or 0)
