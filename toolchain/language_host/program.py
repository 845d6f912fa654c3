"""Runs a Pulumi program: started by its path in the program's own Python, which knows nothing of the host.

It sees what the official host shows it: working directory, `sys.path`, `sys.argv`, `PULUMI_CONFIG`. Like
there, a program that is one file does not find modules beside it, and one that is a folder does.
"""

import argparse
import asyncio
import gc
import inspect
import json
import logging
import os
import runpy
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NoReturn

REPORTED: Final = 32
"""The person has read why; the host adds nothing. The official host's number."""
WITHOUT_SDK: Final = 33
"""This Python has no `pulumi`; the host says so."""
INTERRUPTED: Final = 130
THREADS_EACH: Final = 4
"""Threads for each resource operation in parallel, as in the official host."""


def beside(name: str) -> dict[str, Any]:
    """What a module of this folder defines, which cannot be imported here."""
    return runpy.run_path(str(Path(__file__).with_name(name)))


def arguments_of(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What the host asks for: the SDK's settings as JSON, the program, and the program's own arguments."""
    parser = argparse.ArgumentParser("program", description=__doc__)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("program")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser.parse_args(words)


def load_sdk() -> None:
    """Imports the SDK, and lets the garbage collector forget its modules, which stay as long as the process.

    It would search them again and again while the program imports its packages, and once more at the end.

    Raises:
        ModuleNotFoundError: this Python has no `pulumi`.
    """
    gc.disable()
    try:
        import pulumi.runtime  # noqa: F401, PLC0415  # may be missing

        gc.freeze()
    finally:
        gc.enable()


def configure(given: dict[str, Any]) -> None:
    """Tells the SDK about the stack, its configuration and the engine; older SDKs know fewer settings."""
    from pulumi import runtime  # noqa: PLC0415  # may be missing

    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    known = inspect.signature(runtime.Settings.__init__).parameters
    runtime.configure(runtime.Settings(**{key: value for key, value in given.items() if key in known}))


def run(program: str, parallel: int) -> int:
    """Runs the program to its end.

    Returns:
        the process' exit status.
    """
    from pulumi import runtime  # noqa: PLC0415  # may be missing

    explanation, farewell = beside("explanation.py"), beside("farewell.py")
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    explanation["keep_origins"](loop)
    executor = ThreadPoolExecutor(max_workers=max(parallel, 1) * THREADS_EACH)
    loop.set_default_executor(executor)
    try:
        loop.run_until_complete(runtime.run_in_stack(lambda: execute(program)))
    except Exception as error:  # noqa: BLE001  # whatever the program raises is shown
        farewell["hush"]()
        hint = beside("missing.py")["hint"](error, program)
        report(error, explanation["explained"](error) + hint)
        return REPORTED
    except (KeyboardInterrupt, SystemExit):
        farewell["give_up"](loop)
        raise
    finally:
        executor.shutdown(wait=not isinstance(sys.exc_info()[1], KeyboardInterrupt))
        loop.close()
    return 0


def execute(program: str) -> None:
    """Runs the program's module."""
    import pulumi  # noqa: PLC0415  # may be missing

    if Path(program).is_dir() and not Path(program, "__main__.py").exists():
        folder = Path(program).resolve()
        raise pulumi.RunError(f"unable to find main python program `__main__.py` in `{folder}`")
    try:
        runpy.run_path(program, run_name="__main__")
    except KeyboardInterrupt:  # the program has cleaned up; the SDK would wait for an engine that is leaving
        leave()


def leave() -> NoReturn:
    """Ends the process at once, after an interrupt."""
    sys.stdout.flush()
    os._exit(INTERRUPTED)


def interrupt_once() -> None:
    """Takes the first interrupt only: the host and the engine both send one, and cleaning up takes time."""

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, lambda *_: None)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)


def report(error: Exception, explained: str) -> None:
    """Shows what ended the program; an engine that is gone needs no words."""
    import grpc  # noqa: PLC0415  # comes with pulumi
    import pulumi  # noqa: PLC0415  # may be missing

    try:
        if isinstance(error, pulumi.RunError):
            pulumi.log.error(str(error))
        elif isinstance(error, grpc.RpcError) and error.code() == grpc.StatusCode.UNAVAILABLE:
            pulumi.log.debug("The resource monitor has ended; so does the program.")
        else:
            pulumi.log.error(f"Program failed with an unhandled exception:\n{explained}")
    except grpc.RpcError:
        sys.stderr.write(explained)


def main() -> int:
    """Sets the process up as the program expects it, and runs it.

    Returns:
        the process' exit status.
    """
    sys.path.pop(0)  # this file's own folder
    given = arguments_of()
    interrupt_once()
    beside("lifeline.py")["hold_to"](int(os.environ.pop("BEM_LIFELINE")))
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # so that the engine shows it at once
    try:
        load_sdk()
    except ModuleNotFoundError as error:
        if error.name in {"pulumi", "pulumi.runtime"}:
            return WITHOUT_SDK
        raise
    configure(given.settings)
    sys.argv = [given.program, *given.arguments]
    return run(given.program, int(given.settings["parallel"]))


if __name__ == "__main__":
    try:
        status = main()
    except KeyboardInterrupt:
        leave()
    sys.exit(status)
