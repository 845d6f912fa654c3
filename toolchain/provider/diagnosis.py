"""Why a service did not converge: the task's own error, its last health check and its last log lines."""

from collections.abc import Mapping
from typing import Any, Final

from toolchain.provider import docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.convergence import Standing, Verdict, Wanted
from toolchain.provider.task import Task, culprit

_LOG_LINES: Final = 15
_CHECK_CHARACTERS: Final = 600


def headline(name: str, verdict: Verdict, standing: Standing, wanted: Wanted) -> str:
    """What happened, in one sentence."""
    running = f"{len(standing.running(wanted))} of {wanted.replicas} tasks run as specified"
    if verdict is Verdict.GIVEN_UP:
        state = standing.update_state.replace("_", " ")
        message = standing.update_message or "no message"
        return f"Service {name}: Swarm's update is {state} ({message}); {running}."
    return f"Service {name} did not converge within {wanted.seconds:.0f} s: {running}."


def diagnose(call: Call, name: str, verdict: Verdict, standing: Standing, wanted: Wanted) -> str:
    """All that is known about the failure, a fact a line."""
    lines = [headline(name, verdict, standing, wanted)]
    task = culprit(standing.tasks, wanted.template)
    if task is None:
        return "\n".join(
            [*lines, "  no task of this specification was made yet: is the service scaled to more?"]
        )
    lines.append(_sentence(name, task))
    if task.container:
        lines += _last_check(call, task.container)
        lines += _block("last log lines", _log(call, task.container, wanted.service))
    return "\n".join(lines)


def _sentence(name: str, task: Task) -> str:
    code = f" (exit code {task.exit_code})" if task.exit_code else ""
    return f"  task {name}.{task.slot} is {task.state}: {task.error or 'no error, not healthy yet'}{code}"


def _last_check(call: Call, container: str) -> list[str]:
    try:
        state = call.api.inspect_container(container)["State"]
    except (docker_sdk.DockerException, docker_sdk.RequestException):
        return []
    return _block("last health check", last_check(state))


def last_check(state: Mapping[str, Any]) -> list[str]:
    """What the newest failed health check of a container said; nothing when there is none."""
    failed = [entry for entry in (state.get("Health") or {}).get("Log") or [] if entry.get("ExitCode")]
    if not failed:
        return []
    output = str(failed[-1].get("Output") or "").strip()[-_CHECK_CHARACTERS:]
    return [f"exit code {failed[-1]['ExitCode']}", *output.splitlines()]


def _log(call: Call, container: str, service: str) -> list[str]:
    """The container's log; the service's when the container is gone or on another host."""
    try:
        try:
            raw = call.api.logs(container, stdout=True, stderr=True, tail=_LOG_LINES)
        except docker_sdk.NotFound:
            raw = call.api.service_logs(service, stdout=True, stderr=True, tail=_LOG_LINES)
    except (docker_sdk.DockerException, docker_sdk.RequestException) as error:
        return [f"(no log: {error})"]
    lines: list[str] = raw.decode(errors="replace").splitlines()
    return lines[-_LOG_LINES:]


def _block(title: str, lines: list[str]) -> list[str]:
    return [f"  {title}:", *(f"    | {line.rstrip()}" for line in lines)] if lines else []
