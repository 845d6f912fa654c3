"""The properties of docker.Service's `taskSpec.containerSpec`."""

from typing import Final

from toolchain.provider.kind import Boolean, Duration, Environment, Integer, Text, TextMap, Texts
from toolchain.provider.pair_kind import Hosts, Labels
from toolchain.provider.schema import Block, Blocks, Field

_FILE_MODE: Final = 0o444

MOUNT: Final = Block(
    (
        Field("target", "Target", Text(), required=True),
        Field("source", "Source", Text()),
        Field("type", "Type", Text(("bind", "volume", "tmpfs")), required=True),
        Field("readOnly", "ReadOnly", Boolean()),
        Field(
            "bindOptions",
            "BindOptions",
            Block(
                (
                    Field(
                        "propagation",
                        "Propagation",
                        Text(("private", "rprivate", "shared", "rshared", "slave", "rslave")),
                    ),
                )
            ),
        ),
        Field(
            "volumeOptions",
            "VolumeOptions",
            Block(
                (
                    Field("noCopy", "NoCopy", Boolean()),
                    Field("labels", "Labels", Labels()),
                    Field("driverName", "DriverConfig.Name", Text()),
                    Field("driverOptions", "DriverConfig.Options", TextMap()),
                )
            ),
        ),
        Field(
            "tmpfsOptions",
            "TmpfsOptions",
            Block((Field("sizeBytes", "SizeBytes", Integer()), Field("mode", "Mode", Integer()))),
        ),
    )
)

HEALTHCHECK: Final = Block(
    (
        Field("tests", "Test", Texts(), required=True),
        Field("interval", "Interval", Duration(), default="0s"),
        Field("timeout", "Timeout", Duration(), default="0s"),
        Field("startPeriod", "StartPeriod", Duration(), default="0s"),
        Field("retries", "Retries", Integer(), default=0),
    )
)

DNS: Final = Block(
    (
        Field("nameservers", "Nameservers", Texts(), required=True),
        Field("searches", "Search", Texts()),
        Field("options", "Options", Texts()),
    )
)

PRIVILEGES: Final = Block(
    (
        Field(
            "seLinuxContext",
            "SELinuxContext",
            Block(
                (
                    Field("disable", "Disable", Boolean()),
                    Field("user", "User", Text()),
                    Field("role", "Role", Text()),
                    Field("type", "Type", Text()),
                    Field("level", "Level", Text()),
                )
            ),
        ),
    )
)


def _file(noun: str) -> Blocks:
    """A secret or a config that the task sees as a file."""
    return Blocks(
        Block(
            (
                Field(f"{noun}Id", f"{noun.title()}ID", Text(), required=True),
                Field(f"{noun}Name", f"{noun.title()}Name", Text(), engine_fills=True),
                Field("fileName", "File.Name", Text(), required=True),
                Field("fileUid", "File.UID", Text(), default="0"),
                Field("fileGid", "File.GID", Text(), default="0"),
                Field("fileMode", "File.Mode", Integer(), default=_FILE_MODE),
            )
        ),
        key="fileName",
    )


CONTAINER: Final = Block(
    (
        Field("image", "Image", Text(), required=True),
        Field("labels", "Labels", Labels()),
        Field("commands", "Command", Texts()),
        Field("args", "Args", Texts()),
        Field("hostname", "Hostname", Text()),
        Field("env", "Env", Environment()),
        Field("dir", "Dir", Text()),
        Field("user", "User", Text()),
        Field("groups", "Groups", Texts()),
        Field("privileges", "Privileges", PRIVILEGES),
        Field("readOnly", "ReadOnly", Boolean()),
        Field("mounts", "Mounts", Blocks(MOUNT, key="target")),
        Field("stopSignal", "StopSignal", Text()),
        Field("stopGracePeriod", "StopGracePeriod", Duration(), engine_fills=True),
        Field("healthcheck", "Healthcheck", HEALTHCHECK, engine_fills=True),
        Field("hosts", "Hosts", Hosts(), forces_new=True),
        Field("dnsConfig", "DNSConfig", DNS, engine_fills=True),
        Field("secrets", "Secrets", _file("secret")),
        Field("configs", "Configs", _file("config")),
        Field("isolation", "Isolation", Text(("default", "process", "hyperv")), default="default"),
        Field("sysctl", "Sysctls", TextMap()),
        Field("capAdds", "CapabilityAdd", Texts()),
        Field("capDrops", "CapabilityDrop", Texts()),
        Field("init", "Init", Boolean()),
    )
)
