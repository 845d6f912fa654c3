"""The part of the LanguageRuntime service that writes programs."""

from typing import Any

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from toolchain.language_host.failure import HostFailure
from toolchain.language_host.program_text import program


class Generation(language_pb2_grpc.LanguageRuntimeServicer):
    """Programs out of Pulumi's own notation."""

    def GenerateProgram(self, request: Any, context: Any) -> Any:  # noqa: N802  # gRPC's name
        """A program of what `pulumi import` has taken over."""
        try:
            text = program(request.source.values())
        except HostFailure as failure:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(failure))
        return language_pb2.GenerateProgramResponse(source={"__main__.py": text.encode()})
