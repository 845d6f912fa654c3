"""A container from its start to what the program waits for: that it runs, is healthy, or has ended."""

from collections.abc import Mapping
from typing import Any, Final

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.container_schema import DEFAULTS
from toolchain.provider.diagnosis import last_check
from toolchain.provider.failure import ProviderFailure
from toolchain.provider.property_value import Properties

_LOOK_SECONDS: Final = 0.1
_STEADY_SECONDS: Final = 0.5
"""How long a container must stay up to count: one that dies at once was running, too."""
_OVER: Final = frozenset({"exited", "dead", "removing"})
_LOG_LINES: Final = 15
_ATTACHED_SECONDS: Final = 24 * 3600.0


def is_up(found: Mapping[str, Any]) -> bool:
    """Whether it runs and is not just between two restarts."""
    state = found["State"]
    return bool(state.get("Running")) and not state.get("Restarting")


def begin(identity: str, inputs: Properties, call: Call) -> str | None:
    """Start it, and wait for what the program asks for.

    Returns:
        What it said until its end, if the program asks for that.

    Raises:
        ProviderFailure: it does not run, or does not become healthy.
    """
    if inputs.get("start") is False:
        return None
    call.api.start(identity)
    if inputs.get("attach") is True:
        return _attached(identity, inputs, call)
    if inputs.get("mustRun") is not False:
        _await_running(identity, inputs, call)
    if inputs.get("wait") is True:
        _await_health(identity, inputs, call)
    return None


def _attached(identity: str, inputs: Properties, call: Call) -> str | None:
    call.progress("Waiting for the end of the container")
    call.wait(lambda: not is_up(call.api.inspect_container(identity)), _ATTACHED_SECONDS)
    if inputs.get("logs") is not True:
        return None
    said: bytes = call.api.logs(identity, stdout=True, stderr=True)
    return said.decode(errors="replace")


def _await_running(identity: str, inputs: Properties, call: Call) -> None:
    """Up now, and still up a moment later; one that restarts by itself gets its time."""
    found: dict[str, Any] = {}

    def decided() -> bool:
        nonlocal found
        found = call.api.inspect_container(identity)
        return is_up(found) or found["State"].get("Status") in _OVER

    call.wait(decided, _number(inputs, "containerReadRefreshTimeoutMilliseconds") / 1000, _LOOK_SECONDS)
    if is_up(found):
        call.wait(lambda: not (decided() and is_up(found)), _STEADY_SECONDS, _LOOK_SECONDS)
    if not is_up(found):
        raise ProviderFailure(_why(call, identity, str(inputs["name"]), found, "does not run"))


def _await_health(identity: str, inputs: Properties, call: Call) -> None:
    seconds = _number(inputs, "waitTimeout")
    found: dict[str, Any] = call.api.inspect_container(identity)
    if not found["State"].get("Health"):
        raise ProviderFailure(
            f"Container {inputs['name']} has no health check, so wait=true would wait for nothing. "
            "Give it a healthcheck, or leave wait out."
        )

    def healthy() -> bool:
        nonlocal found
        found = call.api.inspect_container(identity)
        return found["State"]["Health"]["Status"] == "healthy" or not is_up(found)

    call.progress("Waiting for a healthy container")
    if not call.wait(healthy, seconds) or not is_up(found):
        raise ProviderFailure(
            _why(call, identity, str(inputs["name"]), found, f"is not healthy after {seconds:.0f} s")
        )


def _why(call: Call, identity: str, name: str, found: Mapping[str, Any], what: str) -> str:
    """What happened, and the container's own last words."""
    state = found.get("State") or {}
    code = f", exit code {state['ExitCode']}" if not state.get("Running") and "ExitCode" in state else ""
    error = f" ({state['Error']})" if state.get("Error") else ""
    lines = [f"Container {name} {what}: it is {state.get('Status', 'gone')}{code}{error}."]
    for title, block in (("last health check", last_check(state)), ("last log lines", _log(call, identity))):
        lines += [f"  {title}:", *(f"    | {line}" for line in block)] if block else []
    return "\n".join([*lines, "Correct the cause and run `pulumi up` again."])


def _log(call: Call, identity: str) -> list[str]:
    try:
        raw: bytes = call.api.logs(identity, stdout=True, stderr=True, tail=_LOG_LINES)
    except docker_sdk.NotFound:
        return []
    except (docker_sdk.DockerException, docker_sdk.RequestException) as error:
        return [f"(no log: {error})"]
    return raw.decode(errors="replace").splitlines()[-_LOG_LINES:]


def _number(inputs: Properties, name: str) -> float:
    given = inputs.get(name, DEFAULTS[name])
    return float(given) if isinstance(given, int | float) else 0.0
