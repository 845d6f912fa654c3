"""Answers of the provider to the engine that are errors."""

from typing import Any, NoReturn

import grpc
from google.protobuf.message import Message
from pulumi.runtime.proto import provider_pb2, status_pb2

from toolchain.provider.property_value import Properties, write


class Status(grpc.Status):  # type: ignore[misc]  # grpc has no types
    """A gRPC status with a detail that the engine understands."""

    def __init__(self, code: grpc.StatusCode, message: str, detail: Message | None = None) -> None:
        self.code = code
        self.details = message
        status = status_pb2.Status(code=code.value[0], message=message)
        if detail is not None:
            status.details.add().Pack(detail)
        self.trailing_metadata = (("grpc-status-details-bin", status.SerializeToString()),)


def failed(message: str) -> Status:
    """Nothing came of it; the resource is as it was."""
    return Status(grpc.StatusCode.UNKNOWN, message)


def not_implemented(what: str) -> Status:
    """A kind of resource or a function that only the official plugin has."""
    return Status(
        grpc.StatusCode.UNIMPLEMENTED,
        f"{what} is not implemented by this stand-in for the docker provider, and nothing was changed: "
        "install the official plugin (pulumi plugin install resource docker)",
    )


def half_done(identity: str, message: str, outputs: Properties, inputs: Properties) -> Status:
    """It was done and does not work: the engine keeps the new state and tries again next time."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=identity, properties=write(outputs), inputs=write(inputs), reasons=[message]
    )
    return Status(grpc.StatusCode.UNKNOWN, message, detail)


def abort(context: Any, status: Status) -> NoReturn:
    """End the request with this status."""
    context.abort_with_status(status)
    raise AssertionError(status.details)  # abort_with_status has raised
