"""The ResourceProvider service: gRPC on the outside, resources on the inside."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import grpc
from docker.errors import DockerException
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc
from requests.exceptions import RequestException

from toolchain.provider import answer
from toolchain.provider.call import Call
from toolchain.provider.catalogue import RESOURCES, name_of, type_of
from toolchain.provider.diff import ChangeKind, deletes_first
from toolchain.provider.docker_host import DockerHost, explained, unreachable
from toolchain.provider.engine_log import EngineLog
from toolchain.provider.failure import Fault, HalfDone, ProviderFailure
from toolchain.provider.naming import NameRequest, named
from toolchain.provider.property_value import Properties, plain, read, revealed, write
from toolchain.provider.resource import Resource
from toolchain.provider.state import checked, outputs, preview

VERSION: Final = "5.2.0"
"""The version of pulumi-docker whose schema this is."""
_KINDS: Final = {
    (ChangeKind.ADD, False): provider_pb2.PropertyDiff.ADD,
    (ChangeKind.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (ChangeKind.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (ChangeKind.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
    (ChangeKind.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (ChangeKind.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
}
_CONFIGURABLE: Final = frozenset({"host", "version", "pluginDownloadURL"})


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """What Pulumi's engine calls.

    Args:
        engine: where the engine listens; empty when it attaches later.
    """

    def __init__(self, engine: str) -> None:
        self._log = EngineLog(engine)
        self._host = DockerHost()
        self._stop = threading.Event()

    def _call(self, urn: str) -> Call:
        return Call(
            self._host.api,
            lambda message: self._log.info(urn, message),
            lambda message: self._log.progress(urn, message),
            self._stop,
        )
