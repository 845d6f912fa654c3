"""Whether Redis answers now."""

import redis.exceptions
from redis.asyncio import Redis

from services.base.dependency import Dependency


class CacheDependency(Dependency):
    """Redis, as one service reaches it."""

    def __init__(self, client: Redis) -> None:
        super().__init__("cache")
        self._client = client

    async def answer(self) -> str:
        """See `Dependency`."""
        await self._client.ping()
        return ""

    def reason(self, error: Exception) -> str:
        """See `Dependency`."""
        if not isinstance(error, redis.exceptions.RedisError | OSError):
            raise error
        return str(error).splitlines()[0] if str(error) else type(error).__name__

    async def close(self) -> None:
        """See `Dependency`."""
        await self._client.connection_pool.disconnect()
