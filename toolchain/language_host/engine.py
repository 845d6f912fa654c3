"""What the host says to the person, through Pulumi's engine."""

import contextlib

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class Engine:
    """The engine that started the host; connected at the first word.

    Args:
        address: where it listens; empty when it is not known yet.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def error(self, message: str) -> bool:
        """Shows an error.

        Returns:
            Whether the engine took it.
        """
        if not self.address:
            return False
        request = engine_pb2.LogRequest(severity=engine_pb2.ERROR, message=message)
        with contextlib.suppress(grpc.RpcError), grpc.insecure_channel(self.address) as channel:
            engine_pb2_grpc.EngineStub(channel).Log(request)
            return True
        return False
