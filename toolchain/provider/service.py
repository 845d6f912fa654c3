"""docker.Service: made, changed in place and waited for."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from docker.errors import NotFound

from toolchain.provider.call import Call
from toolchain.provider.convergence import Verdict, Wanted, converge, judge, standing_of, timeout_of
from toolchain.provider.diagnosis import diagnose
from toolchain.provider.diff import Change, changes, mode_change
from toolchain.provider.failure import Fault, HalfDone, ProviderFailure
from toolchain.provider.kind import nanoseconds
from toolchain.provider.property_value import Properties
from toolchain.provider.resource import Live, Resource
from toolchain.provider.service_schema import SERVICE
from toolchain.provider.service_spec import api_arguments, specification

_GONE_SECONDS: Final = 20.0
"""How long containers may take to go after their stop grace."""
_DEFAULT_GRACE: Final = 10.0
_AGAIN: Final = (
    "Tasks that did not change go on. Correct the cause and run `pulumi up` again: "
    "it tries this service anew."
)


class Service(Resource):
    """A Swarm service."""

    block = SERVICE

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
        made = call.api.create_service(**api_arguments(specification(inputs)))
        identity = made["ID"]
        try:
            self._await(inputs, identity, call, announced=False)
        except Exception:
            self.delete(identity, inputs, call)
            raise
        return Live(identity, inputs, {})

    def update(self, identity: str, inputs: Properties, call: Call) -> Live:
        """Change it in place.

        Raises:
            HalfDone: it was changed and does not converge.
        """
        before = call.api.inspect_service(identity)
        spec = specification(inputs, before["Spec"])
        call.api.update_service(identity, version=before["Version"]["Index"], **api_arguments(spec))
        after = call.api.inspect_service(identity)
        if after["Spec"] == before["Spec"] and timeout_of(inputs) is not None:
            _start_anew(call, after, spec)
        try:
            self._await(
                inputs, identity, call, announced=_only_endpoint_changed(before["Spec"], after["Spec"])
            )
        except ProviderFailure as failure:
            raise HalfDone(f"{failure}\n{_AGAIN}", inputs) from failure
        return Live(identity, inputs, {})

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at it."""
        try:
            found = call.api.inspect_service(identity)
        except NotFound:
            return None
        observed = SERVICE.observed(inputs, found["Spec"])
        return Live(found["ID"], observed if isinstance(observed, dict) else inputs, {})

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away and wait for its containers on this host, which may hold volumes and ports."""
        try:
            call.api.remove_service(identity)
        except NotFound:
            return
        label = {"label": f"com.docker.swarm.service.id={identity}"}
        patience = _stop_grace(inputs) + _GONE_SECONDS
        if not call.wait(lambda: not call.api.containers(all=True, filters=label), patience):
            call.info(
                f"Containers of the removed service are still there after {patience:.0f} s; Swarm goes on."
            )

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
    """Make new tasks of an unchanged specification that does not run: old ones may have no restarts left."""
    wanted = Wanted.of(service, 0)
    if judge(standing_of(call, service["ID"]), wanted) is Verdict.CONVERGED:
        return
    spec["TaskTemplate"]["ForceUpdate"] = service["Spec"]["TaskTemplate"].get("ForceUpdate", 0) + 1
    call.api.update_service(service["ID"], version=service["Version"]["Index"], **api_arguments(spec))


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
