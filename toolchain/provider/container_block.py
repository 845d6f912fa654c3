"""Objects within docker.Container's properties: ports, volumes, networks, devices, limits, files."""

from typing import Final

from toolchain.provider.container_kind import Capabilities
from toolchain.provider.kind import Boolean, Integer, Text, Texts
from toolchain.provider.pair_kind import KeyValues
from toolchain.provider.schema import Block, Field

_SET: Final = Texts(is_set=True)

PORT: Final = Block(
    (
        Field("internal", "internal", Integer(), required=True),
        Field("external", "external", Integer(), engine_fills=True),
        Field("ip", "ip", Text(), default="0.0.0.0"),  # noqa: S104  # Docker's own default
        Field("protocol", "protocol", Text(("tcp", "udp", "sctp")), default="tcp"),
    )
)

VOLUME: Final = Block(
    (
        Field("containerPath", "containerPath", Text()),
        Field("fromContainer", "fromContainer", Text()),
        Field("hostPath", "hostPath", Text()),
        Field("volumeName", "volumeName", Text()),
        Field("readOnly", "readOnly", Boolean()),
        Field("selinuxRelabel", "selinuxRelabel", Text(("z", "Z"))),
    )
)

NETWORK: Final = Block(
    (
        Field("name", "name", Text(), required=True),
        Field("aliases", "aliases", _SET),
        Field("ipv4Address", "ipv4Address", Text()),
        Field("ipv6Address", "ipv6Address", Text()),
        Field("linkLocalIps", "linkLocalIps", _SET),
        Field("driverOpts", "driverOpts", KeyValues()),
        Field("macAddress", "macAddress", Text()),
    )
)

DEVICE: Final = Block(
    (
        Field("hostPath", "PathOnHost", Text(), required=True),
        Field("containerPath", "PathInContainer", Text(), engine_fills=True),
        Field("permissions", "CgroupPermissions", Text(), default="rwm"),
    )
)

ULIMIT: Final = Block(
    (
        Field("name", "Name", Text(), required=True),
        Field("soft", "Soft", Integer(), required=True),
        Field("hard", "Hard", Integer(), required=True),
    )
)

UPLOAD: Final = Block(
    (
        Field("file", "file", Text(), required=True),
        Field("content", "content", Text()),
        Field("contentBase64", "contentBase64", Text()),
        Field("source", "source", Text()),
        Field("sourceHash", "sourceHash", Text()),
        Field("executable", "executable", Boolean()),
        Field("permissions", "permissions", Text()),
        Field("owner", "owner", Text()),
        Field("group", "group", Text()),
    )
)

RATE: Final = Block(
    (
        Field("path", "Path", Text(), required=True),
        Field("rate", "Rate", Integer(), required=True),
    )
)

CAPABILITIES: Final = Block(
    (Field("adds", "Add", Capabilities()), Field("drops", "Drop", Capabilities())),
)
