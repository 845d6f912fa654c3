"""The properties of docker.Container: a container that no service made.

Docker spells a container in three objects (`Config`, `HostConfig`, networks); `container_form` makes those
out of what this table gives, and reads them back.
"""

from typing import Final

from toolchain.provider.container_block import (
    CAPABILITIES,
    DEVICE,
    NETWORK,
    PORT,
    RATE,
    ULIMIT,
    UPLOAD,
    VOLUME,
)
from toolchain.provider.container_kind import Cores, HostLines, Megabytes
from toolchain.provider.container_spec_schema import HEALTHCHECK, MOUNT
from toolchain.provider.kind import Boolean, Integer, Text, TextMap, Texts
from toolchain.provider.pair_kind import Labels
from toolchain.provider.schema import Block, Blocks, Field

_WAIT_SECONDS: Final = 60
_RUNNING_MILLISECONDS: Final = 15000
_SET: Final = Texts(is_set=True)

_PROVIDERS_OWN: Final = (
    Field("start", None, Boolean(), default=True),
    Field("wait", None, Boolean(), default=False),
    Field("waitTimeout", None, Integer(), default=_WAIT_SECONDS),
    Field("attach", None, Boolean(), default=False),
    Field("logs", None, Boolean(), default=False),
    Field("mustRun", None, Boolean(), default=True),
    Field("removeVolumes", None, Boolean(), default=True),
    Field("destroyGraceSeconds", None, Integer()),
    Field("containerReadRefreshTimeoutMilliseconds", None, Integer(), default=_RUNNING_MILLISECONDS),
)
"""What only the provider reads; Docker keeps none of it."""

_CHANGED_IN_PLACE: Final = (
    Field(
        "restart",
        "HostConfig.RestartPolicy.Name",
        Text(("no", "on-failure", "always", "unless-stopped")),
        "no",
    ),
    Field("maxRetryCount", "HostConfig.RestartPolicy.MaximumRetryCount", Integer()),
    Field("memory", "HostConfig.Memory", Megabytes()),
    Field("memorySwap", "HostConfig.MemorySwap", Megabytes(), engine_fills=True),
    Field("memoryReservation", "HostConfig.MemoryReservation", Megabytes()),
    Field("cpuShares", "HostConfig.CpuShares", Integer()),
    Field("cpuSet", "HostConfig.CpusetCpus", Text()),
    Field("cpuPeriod", "HostConfig.CpuPeriod", Integer()),
    Field("cpuQuota", "HostConfig.CpuQuota", Integer()),
    Field("cpus", "HostConfig.NanoCpus", Cores()),
)
"""What Docker changes in a container that runs."""

_CHANGED_IN_THE_NEXT: Final = (
    Field("rm", "HostConfig.AutoRemove", Boolean(), default=False),
    Field("tmpfs", "HostConfig.Tmpfs", TextMap()),
    Field("healthcheck", "Config.Healthcheck", HEALTHCHECK, engine_fills=True),
    Field("init", "HostConfig.Init", Boolean(), engine_fills=True),
)
"""An update for the official provider, although Docker does not change it in a container that is there."""


def _fixed(name: str, api: str, kind: object, *, filled: bool = False, default: object = None) -> Field:
    """A property that takes a new container."""
    return Field(name, api, kind, default, forces_new=True, engine_fills=filled)  # type: ignore[arg-type]


_FIXED: Final = (
    Field("name", "Name", Text(), required=True, forces_new=True),
    Field("image", "Config.Image", Text(), required=True, forces_new=True),
    Field("platform", None, Text(), forces_new=True, engine_fills=True),
    Field("uploads", None, Blocks(UPLOAD, key="file"), forces_new=True),
    _fixed("hostname", "Config.Hostname", Text(), filled=True),
    _fixed("domainname", "Config.Domainname", Text()),
    _fixed("command", "Config.Cmd", Texts(), filled=True),
    _fixed("entrypoints", "Config.Entrypoint", Texts(), filled=True),
    _fixed("user", "Config.User", Text(), filled=True),
    _fixed("workingDir", "Config.WorkingDir", Text(), filled=True),
    _fixed("envs", "Config.Env", _SET, filled=True),
    _fixed("labels", "Config.Labels", Labels(), filled=True),
    _fixed("tty", "Config.Tty", Boolean(), default=False),
    _fixed("stdinOpen", "Config.OpenStdin", Boolean(), default=False),
    _fixed("stopSignal", "Config.StopSignal", Text(), filled=True),
    _fixed("stopTimeout", "Config.StopTimeout", Integer(), filled=True),
    _fixed("readOnly", "HostConfig.ReadonlyRootfs", Boolean(), default=False),
    _fixed("privileged", "HostConfig.Privileged", Boolean()),
    _fixed("publishAllPorts", "HostConfig.PublishAllPorts", Boolean()),
    _fixed("dns", "HostConfig.Dns", _SET),
    _fixed("dnsOpts", "HostConfig.DnsOptions", _SET),
    _fixed("dnsSearches", "HostConfig.DnsSearch", _SET),
    _fixed("securityOpts", "HostConfig.SecurityOpt", _SET, filled=True),
    _fixed("shmSize", "HostConfig.ShmSize", Megabytes(), filled=True),
    _fixed("logDriver", "HostConfig.LogConfig.Type", Text(), filled=True),
    _fixed("logOpts", "HostConfig.LogConfig.Config", TextMap()),
    _fixed("networkMode", "HostConfig.NetworkMode", Text(), default="bridge"),
    _fixed("pidMode", "HostConfig.PidMode", Text()),
    _fixed("usernsMode", "HostConfig.UsernsMode", Text()),
    _fixed("ipcMode", "HostConfig.IpcMode", Text(), filled=True),
    _fixed("sysctls", "HostConfig.Sysctls", TextMap()),
    _fixed("groupAdds", "HostConfig.GroupAdd", _SET),
    _fixed("storageOpts", "HostConfig.StorageOpt", TextMap()),
    _fixed("runtime", "HostConfig.Runtime", Text(), filled=True),
    _fixed("cgroupnsMode", "HostConfig.CgroupnsMode", Text(("private", "host")), filled=True),
    _fixed("cgroupParent", "HostConfig.CgroupParent", Text()),
    _fixed("deviceCgroupRules", "HostConfig.DeviceCgroupRules", _SET),
    _fixed("hosts", "HostConfig.ExtraHosts", HostLines()),
    _fixed("devices", "HostConfig.Devices", Blocks(DEVICE, key="hostPath")),
    *(
        _fixed(f"device{word}", f"HostConfig.BlkioDevice{api}", Blocks(RATE, key="path"))
        for word, api in (
            ("ReadBps", "ReadBps"),
            ("ReadIops", "ReadIOps"),
            ("WriteBps", "WriteBps"),
            ("WriteIops", "WriteIOps"),
        )
    ),
    _fixed("ulimits", "HostConfig.Ulimits", Blocks(ULIMIT, key="name"), filled=True),
    _fixed("mounts", "HostConfig.Mounts", Blocks(MOUNT, key="target")),
    _fixed("capabilities", "Capabilities", CAPABILITIES),
    _fixed("volumes", "Volumes", Blocks(VOLUME, key="containerPath")),
    _fixed("ports", "Ports", Blocks(PORT, key="internal")),
    _fixed("networksAdvanced", "Networks", Blocks(NETWORK, key="name")),
)

LONE: Final = Block((*_FIXED, *_CHANGED_IN_PLACE, *_CHANGED_IN_THE_NEXT, *_PROVIDERS_OWN))
CHANGED_IN_THE_NEXT: Final = tuple(field.name for field in _CHANGED_IN_THE_NEXT)
DEFAULTS: Final = {
    field.name: field.default for field in LONE.fields if field.api is None and field.default is not None
}
"""What the provider's own properties mean when they are absent."""
