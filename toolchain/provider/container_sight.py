"""docker.Container as Docker has it: an inspection in the shape of the table."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from toolchain.provider.container_form import is_anonymous
from toolchain.provider.container_schema import LONE
from toolchain.provider.property_value import Properties

Inspection = Mapping[str, Any]
"""What Docker's API says of a container or of an image."""
_ALIAS_DIGITS: Final = 12
"""Docker gives each container its short identity as an alias."""


def seen(inputs: Properties, found: Inspection, image: Inspection) -> dict[str, Any]:
    """A container in the shape of the table.

    Args:
        inputs: those of the last update; none for a container that is imported.
        found: its inspection.
        image: its image's, whose variables and labels are not the program's.
    """
    config, host = found["Config"], found["HostConfig"]
    inherited = image.get("Config") or {}
    variables = set(inherited.get("Env") or [])
    labels = (inherited.get("Labels") or {}).items()
    own = {
        "Env": [each for each in config.get("Env") or [] if each not in variables or each in _envs(inputs)],
        "Labels": {
            key: text
            for key, text in (config.get("Labels") or {}).items()
            if (key, text) not in labels or key in _labels(inputs)
        },
    }
    return {
        "Name": found["Name"].lstrip("/"),
        "Config": {**config, **own},
        "HostConfig": {**host, "NetworkMode": _network_mode(host), "RestartPolicy": _restarts(host)},
        "Capabilities": {"Add": host.get("CapAdd") or [], "Drop": host.get("CapDrop") or []},
        "Ports": _ports(found),
        "Volumes": [*_volumes(host), *_anonymous(inputs, config)],
        "Networks": _networks(inputs, found),
    }


def _restarts(host: Mapping[str, Any]) -> dict[str, Any]:
    """Docker leaves the name empty where the request had none."""
    policy = host.get("RestartPolicy") or {}
    return {**policy, "Name": policy.get("Name") or "no"}


def _volumes(host: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for bind in host.get("Binds") or []:
        source, path, *mode = bind.split(":")
        modes = mode[0].split(",") if mode else []
        yield {
            "hostPath" if source.startswith("/") else "volumeName": source,
            "containerPath": path,
            "readOnly": "ro" in modes,
            "selinuxRelabel": next((each for each in modes if each in {"z", "Z"}), None),
        }
    for container in host.get("VolumesFrom") or []:
        yield {"fromContainer": container}


def _anonymous(inputs: Properties, config: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Those that the program gives; an image has some of its own."""
    spec: Any = LONE.to_api(inputs)
    there = config.get("Volumes") or {}
    for each in spec.get("Volumes", []):
        if is_anonymous(each) and each["containerPath"] in there:
            yield {"containerPath": each["containerPath"]}


def _ports(found: Inspection) -> Iterable[dict[str, Any]]:
    """The ports as they were asked for; one that Docker chose is the one that it chose."""
    chosen = (found.get("NetworkSettings") or {}).get("Ports") or {}
    ports = []
    for name, bindings in (found["HostConfig"].get("PortBindings") or {}).items():
        internal, _, protocol = name.partition("/")
        for binding, actual in zip(bindings, [*(chosen.get(name) or []), *bindings], strict=False):
            external = binding.get("HostPort") or actual.get("HostPort") or 0
            ip = binding.get("HostIp") or None
            ports.append(
                {"internal": int(internal), "external": int(external), "ip": ip, "protocol": protocol}
            )
    return ports


def _networks(inputs: Properties, found: Inspection) -> list[dict[str, Any]]:
    """The program's networks that the container is still attached to; all of them when it is imported."""
    attached = (found.get("NetworkSettings") or {}).get("Networks") or {}
    if not inputs:
        return [
            {"name": name, "aliases": _aliases(found["Id"], endpoint)}
            for name, endpoint in attached.items()
            if name != _network_mode(found["HostConfig"])
        ]
    known = {*attached, *(endpoint.get("NetworkID") for endpoint in attached.values())}
    spec: Any = LONE.to_api(inputs)
    return [each for each in spec.get("Networks", []) if each["name"] in known]


def _aliases(identity: str, endpoint: Mapping[str, Any]) -> list[str]:
    return [alias for alias in endpoint.get("Aliases") or [] if alias != identity[:_ALIAS_DIGITS]]


def _network_mode(host: Mapping[str, Any]) -> str:
    mode = str(host.get("NetworkMode") or "default")
    return "bridge" if mode == "default" else mode


def _envs(inputs: Properties) -> list[Any]:
    envs = inputs.get("envs")
    return envs if isinstance(envs, list) else []


def _labels(inputs: Properties) -> list[Any]:
    labels = inputs.get("labels")
    return (
        [each.get("label") for each in labels if isinstance(each, dict)] if isinstance(labels, list) else []
    )
