"""The LanguageRuntime service: gRPC on the outside, programs on the inside."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from toolchain.language_host import installation, inventory
from toolchain.language_host.child import Child, Children
from toolchain.language_host.ending import Ending
from toolchain.language_host.engine import Engine
from toolchain.language_host.failure import HostFailure
from toolchain.language_host.generation import Generation
from toolchain.language_host.interpreter import Interpreter, chosen, described
from toolchain.language_host.plugin_run import outputs
from toolchain.language_host.run import Verdict, requested, verdict
from toolchain.version import PULUMI

THREADS: Final = 32
MESSAGE_BYTES: Final = 400 << 20
"""As the SDK's own servers."""


def options_of(info: Any) -> dict[str, Any]:
    """The `runtime.options` of a project."""
    return dict(json_format.MessageToDict(info.options))


def interpreter_of(info: Any) -> Interpreter:
    """The Python of a project.

    Raises:
        HostFailure: when there is none.
    """
    return chosen(Path(info.root_directory or info.program_directory), options_of(info))


@contextmanager
def refusing(context: Any) -> Iterator[None]:
    """Answers with the words of a failure."""
    try:
        yield
    except HostFailure as failure:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(failure))


class LanguageHost(Generation):
    """What Pulumi's engine calls; what is not here answers UNIMPLEMENTED.

    Args:
        engine: the engine that started the host.
        children: the processes that the host starts.
    """

    def __init__(self, engine: Engine, children: Children) -> None:
        self._engine = engine
        self._children = children

    def Handshake(self, request: Any, _context: Any) -> Any:  # noqa: N802  # gRPC's name
        """The engine says where it listens."""
        self._engine.address = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802  # gRPC's name
        """The release of Pulumi that this host is for."""
        return plugin_pb2.PluginInfo(version=PULUMI)

    def About(self, request: Any, context: Any) -> Any:  # noqa: N802  # gRPC's name
        """The Python that the program runs in."""
        with refusing(context):
            about = described(interpreter_of(request.info))
            return language_pb2.AboutResponse(
                executable=about.executable, version=about.version, metadata={"toolchain": "pip"}
            )

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802  # gRPC's name
        """The plugins that the installed packages need."""
        with refusing(context):
            path = described(interpreter_of(request.info)).path
            plugins = filter(None, map(inventory.plugin_of, inventory.installed(path)))
            return language_pb2.GetRequiredPackagesResponse(packages=map(_dependency, plugins))

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:  # noqa: N802  # gRPC's name
        """The installed packages."""
        with refusing(context):
            found = inventory.installed(described(interpreter_of(request.info)).path)
            wanted = found if request.transitiveDependencies else inventory.not_required(found)
            answers = [language_pb2.DependencyInfo(name=each.name, version=each.version) for each in wanted]
            return language_pb2.GetProgramDependenciesResponse(dependencies=answers)

    def RuntimeOptionsPrompts(self, _request: Any, _context: Any) -> Any:  # noqa: N802  # gRPC's name
        """No questions: there is one toolchain."""
        return language_pb2.RuntimeOptionsResponse()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802  # gRPC's name
        """Runs the program in a process of its own; what it prints is the output of the host, too."""
        try:
            result = self._run(request, context)
        except HostFailure as failure:
            result = Verdict(str(failure))
        reported = result.reported or bool(result.error and self._engine.error(result.error))
        return language_pb2.RunResponse(error="" if reported else result.error, bail=reported)

    def _run(self, request: Any, context: Any) -> Verdict:
        if request.attach_debugger:
            raise HostFailure("this stand-in of the Python language host attaches no debugger.")
        interpreter, wanted = interpreter_of(request.info), requested(request, self._engine.address)
        child = self._children.start(
            wanted.argv(interpreter),
            environment=wanted.environment(interpreter, os.environ),
            folder=Path(request.pwd),
        )
        _stop_with(context, child)
        status = self._children.wait(child)
        return Verdict(reported=True) if child.stopped else verdict(status, interpreter)

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802  # gRPC's name
        """Makes the virtual environment where it is missing, and installs requirements.txt into it.

        The CLI shows an error three times, so the words of a failure are output, and the error is short.
        """
        root = Path(request.info.root_directory or request.info.program_directory)
        folder = Path(request.info.program_directory or request.directory)
        try:
            for text in installation.install(self._children, root, folder, options_of(request.info)):
                yield language_pb2.InstallDependenciesResponse(stdout=text)
        except HostFailure as failure:
            yield language_pb2.InstallDependenciesResponse(stdout=f"{failure}\n".encode())
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the reason stands above")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802  # gRPC's name
        """Runs a plugin that is a Python program."""
        with refusing(context):
            interpreter = interpreter_of(request.info)
            given = dict(pair.split("=", 1) for pair in request.env)
            child = self._children.start(
                (interpreter.python, request.info.program_directory, *request.args),
                environment=interpreter.environment({**os.environ, **given}),
                folder=Path(request.pwd),
                output=subprocess.PIPE,
            )
            _stop_with(context, child)
            for name, data in outputs(child):
                answer: dict[str, Any] = {name: data}
                yield language_pb2.RunPluginResponse(**answer)
            yield language_pb2.RunPluginResponse(exitcode=self._children.wait(child))

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802  # gRPC's name
        """Ends all programs."""
        self._children.end(interrupt=True)
        return empty_pb2.Empty()


def _stop_with(context: Any, child: Child) -> None:
    """Ends a process when the engine gives the call up."""
    if not context.add_callback(child.stop):
        child.stop()


def _dependency(plugin: inventory.Plugin) -> Any:
    parameter = plugin.parameter and plugin_pb2.PackageParameterization(
        name=plugin.parameter[0], version=plugin.parameter[1], value=plugin.parameter[2]
    )
    return plugin_pb2.PackageDependency(
        name=plugin.name,
        kind="resource",
        version=plugin.version,
        server=plugin.server,
        parameterization=parameter,
    )


def serve(address: str) -> None:
    """Prints the port, serves until the engine ends the host or is gone, and ends the process."""
    ending, children = Ending(), Children()
    options = (("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.so_reuseport", 0))
    service = grpc.server(ThreadPoolExecutor(THREADS), options=options)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(Engine(address), children), service)
    port = service.add_insecure_port("127.0.0.1:0")
    service.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    children.end(interrupt=not ending.wait())
    os._exit(0)
