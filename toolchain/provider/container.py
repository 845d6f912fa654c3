"""docker.Container: one container that no service made. Most changes take a new one."""

from collections.abc import Iterator
from typing import Any, Final

from toolchain.provider import container_birth, container_form, container_upload, docker_sdk
from toolchain.provider.call import Call
from toolchain.provider.container_run import begin, is_up
from toolchain.provider.container_schema import CHANGED_IN_THE_NEXT, DEFAULTS, LONE
from toolchain.provider.container_sight import seen
from toolchain.provider.diff import Change, ChangeKind, changes
from toolchain.provider.failure import Fault, ProviderFailure
from toolchain.provider.local_image import inspected, present
from toolchain.provider.property_value import UNKNOWN, Properties, Value
from toolchain.provider.resource import Live, Resource

_GONE_SECONDS: Final = 30.0
"""How long Docker may take to forget a container."""
_CONFLICT: Final = 409
_BRIDGE: Final = "bridge"
_FILLED: Final = frozenset({"healthcheck", "init", "memorySwap"})
"""What means «as it is» when a program takes it away, although it does not take a new container."""


class Container(Resource):
    """A container."""

    block = LONE
    computed = ("bridge", "containerLogs", "exitCode", "networkDatas")
    stable = (*computed, *(field.name for field in LONE.fields if field.engine_fills))
    delete_first = True
    noted = True

    def faults(self, inputs: Properties) -> Iterator[Fault]:
        """Refuse files without one content, and waiting for a health that nothing checks."""
        yield from container_upload.faults(inputs)
        if inputs.get("wait") is True and inputs.get("start") is False:
            yield Fault("wait", "conflicts with start=false: a container that does not run is never healthy")
        if inputs.get("logs") is True and inputs.get("attach") is not True:
            yield Fault("logs", "needs attach=true: without it the container goes on after `pulumi up`")

    def changes(self, old: Properties, new: Properties) -> list[Change]:
        """What changed; what Docker or the image fills in stays when a program does not name it."""
        return [
            change
            for change in changes(LONE, old, new)
            if not (change.path in _FILLED and change.kind is ChangeKind.DELETE)
        ]

    def create(self, inputs: Properties, call: Call) -> Live:
        """Make and start it; when that fails nothing is left."""
        platform = inputs.get("platform")
        present(call, str(inputs["image"]), str(platform) if platform else None)
        with container_birth.born(
            call, container_form.request(inputs), str(inputs["name"]), platform
        ) as identity:
            _furnish(identity, inputs, call)
            logs = begin(identity, inputs, call)
            live = self.made(identity, inputs, call)
        return live if logs is None else Live(live.id, live.inputs, {**live.computed, "containerLogs": logs})

    def recorded(self, identity: str, call: Call) -> None:
        """No later run needs to take it for one that nobody knows."""
        container_birth.recorded(call, identity)

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at it; one that must run and does not shows as `mustRun` false, which the next `up` mends."""
        try:
            found = call.api.inspect_container(identity)
        except docker_sdk.NotFound:
            return None
        image = inspected(call, found["Image"]) or {}
        wanted, whole = LONE.read(inputs, seen(inputs, found, image))
        stopped: Properties = {} if _is_as_wanted(inputs, found) else {"mustRun": False}
        computed = {**DEFAULTS, **whole, **_computed(found, image, call.known), **stopped}
        return Live(found["Id"], {**wanted, **stopped}, computed)

    def update(self, identity: str, inputs: Properties, call: Call) -> Live:
        """Change its limits and its restarts, and start it when it must run and does not."""
        before = self.made(identity, inputs, call)
        if {change.path for change in self.changes(before.inputs, inputs)} - {
            "mustRun",
            *CHANGED_IN_THE_NEXT,
        }:
            _change(call, identity, container_form.resources(inputs))
        if (
            "mustRun" in before.inputs
            and before.inputs["mustRun"] is False
            and inputs.get("mustRun") is not False
        ):
            begin(identity, inputs, call)
        after = self.made(identity, inputs, call)
        left = [change.path for change in self.changes(after.inputs, inputs)]
        if left:
            call.info(
                f"Docker cannot change {', '.join(left)} of a container that is there; the next one has it. "
                "To have it now: delete_before_replace=True and pulumi up --replace with its URN."
            )
        return after

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away with its anonymous volumes, with time to end if the program gives it."""
        grace = inputs.get("destroyGraceSeconds")
        volumes = inputs.get("removeVolumes") is not False
        try:
            if isinstance(grace, int | float) and grace > 0 and inputs.get("attach") is not True:
                call.api.stop(identity, timeout=int(grace))
            call.api.remove_container(identity, v=volumes, force=True)
        except docker_sdk.NotFound:
            return
        except docker_sdk.APIError as error:
            if error.status_code != _CONFLICT:  # «removal already in progress» is what is wanted
                raise
        if not call.wait(lambda: _is_gone(call, identity), _GONE_SECONDS):
            raise ProviderFailure(
                f"Container {inputs.get('name', identity)} is still there after {_GONE_SECONDS:.0f} s. "
                "Run the command again."
            )


def _furnish(identity: str, inputs: Properties, call: Call) -> None:
    """Networks and files, before the container starts."""
    networks = container_form.attachments(inputs)
    if networks and inputs.get("networkMode") in {None, _BRIDGE}:
        call.api.disconnect_container_from_network(identity, _BRIDGE)
    for network, endpoint in networks:
        call.api.connect_container_to_network(identity, network, **endpoint)
    packed = container_upload.archive(inputs)
    if packed is not None:
        call.api.put_archive(identity, "/", packed)


def _change(call: Call, identity: str, body: dict[str, Any]) -> None:
    """Docker's update request; the SDK's own method does not know all limits."""
    api = call.api
    response = api._post_json(api._url("/containers/{0}/update", identity), data=body)  # noqa: SLF001
    api._raise_for_status(response)  # noqa: SLF001


def _is_gone(call: Call, identity: str) -> bool:
    try:
        call.api.inspect_container(identity)
    except docker_sdk.NotFound:
        return True
    return False


def _is_as_wanted(inputs: Properties, found: dict[str, Any]) -> bool:
    """Whether it runs, or need not; one that never was to start need not."""
    needs = inputs.get("mustRun") is not False and inputs.get("start") is not False
    return not needs or is_up(found)


def _computed(found: dict[str, Any], image: dict[str, Any], known: Properties) -> Properties:
    settings = found.get("NetworkSettings") or {}
    networks: list[Value] = [
        {
            "networkName": name,
            "ipAddress": endpoint.get("IPAddress"),
            "ipPrefixLength": endpoint.get("IPPrefixLen"),
            "gateway": endpoint.get("Gateway"),
            "globalIpv6Address": endpoint.get("GlobalIPv6Address"),
            "globalIpv6PrefixLength": endpoint.get("GlobalIPv6PrefixLen"),
            "ipv6Gateway": endpoint.get("IPv6Gateway"),
            "macAddress": endpoint.get("MacAddress"),
        }
        for name, endpoint in (settings.get("Networks") or {}).items()
    ]
    return {
        "image": found["Image"],
        "platform": f"{image['Os']}/{image['Architecture']}" if image else None,
        "bridge": settings.get("Bridge") or "",
        "networkDatas": networks,
        "exitCode": None if is_up(found) else found["State"].get("ExitCode"),
        "containerLogs": None if known.get("containerLogs") == UNKNOWN else known.get("containerLogs"),
    }
