"""Messages to the person, through Pulumi's engine."""

import contextlib

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

_SECONDS = 5.0
"""How long a message may take: an engine that hangs must not hold an operation."""


class EngineLog:
    """The engine's log; without an engine, or when it is gone, nothing is said.

    Args:
        address: where the engine listens; empty when there is none.
    """

    def __init__(self, address: str) -> None:
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address)) if address else None

    def info(self, urn: str, message: str) -> None:
        """A message that stays in the output."""
        self._say(urn, message, ephemeral=False)

    def progress(self, urn: str, message: str) -> None:
        """A message that is shown while the operation goes on."""
        self._say(urn, message, ephemeral=True)

    def _say(self, urn: str, message: str, *, ephemeral: bool) -> None:
        if self._stub is None:
            return
        request = engine_pb2.LogRequest(
            severity=engine_pb2.INFO, message=message, urn=urn, streamId=0, ephemeral=ephemeral
        )
        with contextlib.suppress(grpc.RpcError):
            self._stub.Log(request, timeout=_SECONDS)
