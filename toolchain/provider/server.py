"""The ResourceProvider service: gRPC on the outside, resources on the inside."""

import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from toolchain.provider import answer, docker_sdk, sdk_schema, state
from toolchain.provider.call import Call
from toolchain.provider.catalogue import name_of, resource_of, type_of
from toolchain.provider.configuration import host_of, refusals
from toolchain.provider.difference import difference
from toolchain.provider.docker_host import DockerHost, explained, unreachable
from toolchain.provider.engine_log import EngineLog
from toolchain.provider.failure import HalfDone, ProviderFailure
from toolchain.provider.lookup import FUNCTIONS
from toolchain.provider.naming import NameRequest
from toolchain.provider.property_value import Properties, read, revealed, write
from toolchain.provider.resource import Resource
from toolchain.version import DOCKER_PLUGIN

T = TypeVar("T")
Request = Any
"""A message of `provider_pb2`; its classes are made at run time."""


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """What Pulumi's engine calls; each request names its resource's kind in its URN.

    Args:
        engine: where the engine listens; empty when it attaches later.
        stop: set when the engine cancels.
    """

    def __init__(self, engine: str, stop: threading.Event) -> None:
        self._log = EngineLog(engine)
        self._host = DockerHost()
        self._stop = stop
        self._endings: list[Callable[[], None]] = []

    def GetPluginInfo(self, _request: Request, _context: Request) -> Request:
        """The version of pulumi-docker whose schema this is."""
        return plugin_pb2.PluginInfo(version=DOCKER_PLUGIN)

    def GetSchema(self, _request: Request, _context: Request) -> Request:
        """What `pulumi import` writes programs by."""
        return provider_pb2.GetSchemaResponse(schema=sdk_schema.schema())

    def Attach(self, request: Request, _context: Request) -> Request:
        """The engine that speaks from now on."""
        self._log = EngineLog(request.address)
        return empty_pb2.Empty()

    def CheckConfig(self, request: Request, _context: Request) -> Request:
        """Refuse configuration that this provider would ignore."""
        inputs = read(request.news)
        failures = [_failure(each.path, each.reason) for each in refusals(revealed(inputs))]
        return provider_pb2.CheckResponse(inputs=write(inputs), failures=failures)

    def DiffConfig(self, _request: Request, _context: Request) -> Request:
        """Another host is an update of the provider, as the official one has it."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_UNKNOWN)

    def Configure(self, request: Request, _context: Request) -> Request:
        """Which Docker Engine; reached at first use."""
        self._host = DockerHost(host_of(revealed(read(request.args))))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=False,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    def Check(self, request: Request, context: Request) -> Request:
        """Complete the inputs, and refuse what is wrong with them by name."""
        resource = _resource(request, context)
        inputs = state.checked(resource, read(request.olds), read(request.news), _name_request(request))
        failures = [_failure(path, reason) for path, reason in state.faults(resource, inputs)]
        return provider_pb2.CheckResponse(inputs=write(inputs), failures=failures)

    def Diff(self, request: Request, context: Request) -> Request:
        """What changed, and whether it takes a new resource."""
        resource = _resource(request, context)
        if resource.noted:
            self._recorded(resource, request)
        return difference(resource, revealed(read(request.old_inputs)), revealed(read(request.news)))

    def Create(self, request: Request, context: Request) -> Request:
        """Make a resource; in a preview say what is known of it."""
        resource, inputs = _resource(request, context), read(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=write(state.preview(resource, inputs, {})))
        live = self._run(context, lambda: resource.create(revealed(inputs), self._call(request.urn, {})))
        return provider_pb2.CreateResponse(
            id=live.id, properties=write(state.outputs(resource, inputs, live))
        )

    def Read(self, request: Request, context: Request) -> Request:
        """Look at a resource that is known, or that shall be imported by its id."""
        resource, inputs = _resource(request, context), read(request.inputs)
        known = revealed(read(request.properties))
        live = self._run(
            context, lambda: resource.read(request.id, revealed(inputs), self._call(request.urn, known))
        )
        if live is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=live.id,
            properties=write(state.outputs(resource, inputs, live)),
            inputs=write(state.observed_inputs(resource, inputs, live)),
        )

    def Update(self, request: Request, context: Request) -> Request:
        """Change a resource in place; one that does not work afterwards is kept and tried again."""
        resource, inputs, old = _resource(request, context), read(request.news), read(request.olds)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=write(state.preview(resource, inputs, old)))

        def change() -> Properties:
            call = self._call(request.urn, revealed(old))
            live = resource.update(request.id, revealed(inputs), call)
            return state.outputs(resource, inputs, live)

        try:
            return provider_pb2.UpdateResponse(properties=write(self._run(context, change)))
        except HalfDone as failure:
            outputs = state.kept(resource, inputs, old)
            answer.abort(context, answer.half_done(request.id, str(failure), outputs, inputs))

    def Delete(self, request: Request, context: Request) -> Request:
        """Take a resource away."""
        resource, inputs = _resource(request, context), revealed(read(request.old_inputs))
        known = revealed(read(request.properties))
        self._run(context, lambda: resource.delete(request.id, inputs, self._call(request.urn, known)))
        return empty_pb2.Empty()

    def Invoke(self, request: Request, context: Request) -> Request:
        """Look something up that no program made; other functions are refused by name."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            answer.abort(context, answer.not_implemented(request.tok))
        found = self._run(context, lambda: function(revealed(read(request.args)), self._call("", {})))
        return provider_pb2.InvokeResponse(**{"return": write(found)})

    def Cancel(self, _request: Request, _context: Request) -> Request:
        """End every wait."""
        self._stop.set()
        return empty_pb2.Empty()

    def close(self) -> None:
        """The engine has ended in order, so its state has all that was answered."""
        for ending in self._endings:
            with contextlib.suppress(docker_sdk.DockerException, docker_sdk.RequestException):
                ending()

    def _recorded(self, resource: Resource, request: Request) -> None:
        """Without Docker this waits for the next time."""
        with contextlib.suppress(docker_sdk.DockerException, docker_sdk.RequestException, ProviderFailure):
            resource.recorded(request.id, self._call(request.urn, {}))

    def _call(self, urn: str, known: Properties) -> Call:
        log = self._log
        return Call(
            self._host.api,
            lambda message: log.info(urn, message),
            lambda message: log.progress(urn, message),
            self._stop,
            urn,
            known,
            self._endings.append,
        )

    @staticmethod
    def _run(context: Request, operation: Callable[[], T]) -> T:
        """Run an operation on Docker; its errors become words for a person."""
        try:
            return operation()
        except HalfDone:
            raise
        except ProviderFailure as failure:
            answer.abort(context, answer.failed(str(failure)))
        except docker_sdk.DockerException as error:
            answer.abort(context, answer.failed(explained(error)))
        except docker_sdk.RequestException as error:
            answer.abort(context, answer.failed(unreachable(error)))


def _resource(request: Request, context: Request) -> Resource:
    kind = type_of(request.urn)
    resource = resource_of(kind)
    if resource is None:
        answer.abort(context, answer.not_implemented(kind))
    return resource


def _name_request(request: Request) -> NameRequest:
    """The engine's own settings for names arrive with `autonaming`."""
    proposed, forbidden = "", False
    if request.HasField("autonaming"):
        modes = provider_pb2.CheckRequest.AutonamingOptions
        proposed = request.autonaming.proposed_name
        forbidden = request.autonaming.mode == modes.DISABLE
    return NameRequest(name_of(request.urn), request.urn, request.randomSeed, proposed, forbidden)


def _failure(path: str, reason: str) -> Request:
    return provider_pb2.CheckFailure(property=path, reason=reason)
