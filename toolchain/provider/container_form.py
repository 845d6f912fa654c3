"""docker.Container as Docker takes it: the requests that make one, attach it and change it."""

from collections.abc import Iterable, Mapping
from typing import Any

from toolchain.provider.container_schema import LONE
from toolchain.provider.property_value import Properties


def request(inputs: Properties) -> dict[str, Any]:
    """The body of Docker's request that makes a container; networks are attached afterwards."""
    spec: Any = LONE.to_api(inputs)
    host = spec.get("HostConfig", {})
    ports = spec.get("Ports", [])
    for device in host.get("Devices", []):
        device.setdefault("PathInContainer", device["PathOnHost"])
    capabilities = spec.get("Capabilities", {})
    body = {
        **spec.get("Config", {}),
        "ExposedPorts": {_port(port): {} for port in ports},
        "Volumes": {each["containerPath"]: {} for each in spec.get("Volumes", []) if is_anonymous(each)},
    }
    body["HostConfig"] = {
        **host,
        "PortBindings": _bindings(ports),
        "CapAdd": capabilities.get("Add"),
        "CapDrop": capabilities.get("Drop"),
        "Binds": [_bind(each) for each in spec.get("Volumes", []) if _source(each)],
        "VolumesFrom": [
            each["fromContainer"] for each in spec.get("Volumes", []) if each.get("fromContainer")
        ],
    }
    return body


def attachments(inputs: Properties) -> list[tuple[str, dict[str, Any]]]:
    """The networks that the program names, with the address and aliases in each."""
    spec: Any = LONE.to_api(inputs)
    return [
        (
            each["name"],
            {
                "aliases": each.get("aliases"),
                "ipv4_address": each.get("ipv4Address"),
                "ipv6_address": each.get("ipv6Address"),
                "link_local_ips": each.get("linkLocalIps"),
                "driver_opt": each.get("driverOpts"),
                "mac_address": each.get("macAddress"),
            },
        )
        for each in spec.get("Networks", [])
    ]


def resources(inputs: Properties) -> dict[str, Any]:
    """The body of Docker's request that changes a container in place; 0 leaves a limit as it is.

    Docker doubles the memory for the swap when a container is made, but refuses more memory than the swap
    that there was.
    """
    spec: Any = LONE.to_api(inputs)
    host = spec.get("HostConfig", {})
    names = ("Memory", "MemorySwap", "MemoryReservation", "CpuShares", "CpusetCpus", "CpuPeriod", "CpuQuota")
    body = {name: host[name] for name in (*names, "NanoCpus", "RestartPolicy") if name in host}
    if body.get("Memory") and "MemorySwap" not in body:
        body["MemorySwap"] = 2 * body["Memory"]
    return body


def is_anonymous(volume: Mapping[str, Any]) -> bool:
    """Whether the volume is one that only this container knows."""
    return bool(volume.get("containerPath")) and not _source(volume)


def _source(volume: Mapping[str, Any]) -> str:
    return str(volume.get("hostPath") or volume.get("volumeName") or "")


def _bind(volume: Mapping[str, Any]) -> str:
    modes = ["ro" if volume.get("readOnly") else "rw", volume.get("selinuxRelabel")]
    return f"{_source(volume)}:{volume['containerPath']}:{','.join(mode for mode in modes if mode)}"


def _port(port: Mapping[str, Any]) -> str:
    return f"{port['internal']}/{port.get('protocol') or 'tcp'}"


def _bindings(ports: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        external = str(port.get("external") or "")
        bindings.setdefault(_port(port), []).append({"HostIp": port.get("ip") or "", "HostPort": external})
    return bindings
