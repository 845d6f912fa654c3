"""docker.Service: made, changed in place and waited for."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from toolchain.provider import docker_sdk, service_birth
from toolchain.provider.call import Call
from toolchain.provider.convergence import Verdict, Wanted, converge, is_stuck, standing_of, timeout_of
from toolchain.provider.diagnosis import diagnose
from toolchain.provider.diff import Change, changes, mode_change
from toolchain.provider.failure import Cancelled, Fault, HalfDone, ProviderFailure
from toolchain.provider.kind import nanoseconds
from toolchain.provider.property_value import Properties
from toolchain.provider.resource import Live, Resource
from toolchain.provider.service_change import applied
from toolchain.provider.service_schema import SERVICE
from toolchain.provider.service_spec import api_arguments, specification

_GONE_SECONDS: Final = 20.0
"""How long containers may take to go after their stop grace."""
_NOTICE_SECONDS: Final = 3.0
"""How long Swarm may take to begin what it was just told."""
_DEFAULT_GRACE: Final = 10.0
_AGAIN: Final = (
    "Tasks that did not change go on. Correct the cause and run `pulumi up` again: "
    "it tries this service anew."
)


class Service(Resource):
    """A Swarm service."""

    block = SERVICE
    computed = ("endpointSpec", "labels", "mode")
    stable = computed

    def faults(self, inputs: Properties) -> Iterator[Fault]:
        """Refuse what the official one refuses: replicated and global at once, and waiting for global."""
        mode = inputs.get("mode")
        if not isinstance(mode, dict) or mode.get("global") is not True:
            return
        for other, path in (
            (mode.get("replicated"), "mode.replicated"),
            (inputs.get("convergeConfig"), "convergeConfig"),
        ):
            if other is not None:
                yield Fault(path, "conflicts with mode.global: leave one of them out")

    def changes(self, old: Properties, new: Properties) -> list[Change]:
        """What changed; a change of mode takes a new service."""
        replaced = list(mode_change(old, new))
        return [
            *(
                change
                for change in changes(SERVICE, old, new)
                if not (replaced and change.path.startswith("mode"))
            ),
            *replaced,
        ]

    def create(self, inputs: Properties, call: Call) -> Live:
        """Make it; when it does not converge it is taken away again."""
        spec = specification(inputs)
        if timeout_of(inputs) is None:
            return self.made(call.api.create_service(**api_arguments(spec))["ID"], inputs, call)
        identity = service_birth.born(call, spec)
        try:
            self._await(inputs, identity, call, announced=False)
            service_birth.grown(call, identity, spec)
        except Exception:
            self._take_back(identity, inputs, call)
            raise
        return self.made(identity, inputs, call)

    def update(self, identity: str, inputs: Properties, call: Call) -> Live:
        """Change it in place.

        Raises:
            HalfDone: it was changed and does not converge.
        """
        before, after, spec = applied(call, identity, lambda live: specification(inputs, live))
        try:
            if after["Spec"] == before["Spec"] and timeout_of(inputs) is not None:
                _start_anew(call, after, spec)
            only_ports = _only_endpoint_changed(before["Spec"], after["Spec"])
            self._await(inputs, identity, call, announced=only_ports)
        except ProviderFailure as failure:
            raise HalfDone(f"{failure}\n{_AGAIN}") from failure
        return self.made(identity, inputs, call)

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at it."""
        try:
            found = call.api.inspect_service(identity)
        except docker_sdk.NotFound:
            return None
        return Live(found["ID"], *SERVICE.read(inputs, found["Spec"]))

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away and wait for its containers on this host, which may hold volumes and ports."""
        try:
            call.api.remove_service(identity)
        except docker_sdk.NotFound:
            return
        label = {"label": f"com.docker.swarm.service.id={identity}"}
        patience = _stop_grace(inputs) + _GONE_SECONDS
        if not call.wait(lambda: not call.api.containers(all=True, filters=label), patience):
            call.info(
                f"Containers of the removed service are still there after {patience:.0f} s; Swarm goes on."
            )

    def _take_back(self, identity: str, inputs: Properties, call: Call) -> None:
        """Remove what did not converge; a failure here must not hide why."""
        try:
            self.delete(identity, inputs, call)
        except Cancelled:
            call.info("The service was removed; Swarm still ends its containers.")
        except (docker_sdk.DockerException, docker_sdk.RequestException, ProviderFailure) as error:
            call.info(f"Service {inputs['name']} could not be removed ({error}): docker service rm it.")

    def _await(self, inputs: Properties, identity: str, call: Call, *, announced: bool) -> None:
        seconds = timeout_of(inputs)
        if seconds is None:
            return
        wanted = Wanted.of(call.api.inspect_service(identity), seconds, announced=announced)
        call.progress(f"Waiting for {wanted.replicas} healthy tasks")
        verdict, standing = converge(call, wanted)
        if verdict is not Verdict.CONVERGED:
            raise ProviderFailure(diagnose(call, str(inputs["name"]), verdict, standing, wanted))


def _start_anew(call: Call, service: Mapping[str, Any], spec: dict[str, Any]) -> None:
    """Make new tasks of an unchanged specification when old ones have ended and have no restarts left."""
    identity, wanted = service["ID"], Wanted.of(service, 0)
    if call.wait(lambda: not is_stuck(standing_of(call, identity), wanted), _NOTICE_SECONDS):
        return
    spec["TaskTemplate"]["ForceUpdate"] = service["Spec"]["TaskTemplate"].get("ForceUpdate", 0) + 1
    applied(call, identity, lambda _: spec)


def _only_endpoint_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether tasks are made anew for ports alone, which tasks do not show."""
    return before.get("EndpointSpec") != after.get("EndpointSpec") and before.get(
        "TaskTemplate"
    ) == after.get("TaskTemplate")


def _stop_grace(inputs: Properties) -> float:
    task = inputs.get("taskSpec")
    container = task.get("containerSpec") if isinstance(task, dict) else None
    grace = container.get("stopGracePeriod") if isinstance(container, dict) else None
    return nanoseconds(grace) / 1e9 if isinstance(grace, str) else _DEFAULT_GRACE
