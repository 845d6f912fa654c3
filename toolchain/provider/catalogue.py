"""The kinds of resources that this provider knows."""

from typing import Final

from toolchain.provider.container import Container
from toolchain.provider.image import Image
from toolchain.provider.network import Network
from toolchain.provider.registry_image import RegistryImage
from toolchain.provider.remote_image import RemoteImage
from toolchain.provider.resource import Resource
from toolchain.provider.secret import Secret
from toolchain.provider.service import Service
from toolchain.provider.service_config import ServiceConfig
from toolchain.provider.tag import Tag
from toolchain.provider.volume import Volume

RESOURCES: Final[dict[str, Resource]] = {
    "docker:index/container:Container": Container(),
    "docker:index/image:Image": Image(),
    "docker:index/network:Network": Network(),
    "docker:index/registryImage:RegistryImage": RegistryImage(),
    "docker:index/remoteImage:RemoteImage": RemoteImage(),
    "docker:index/secret:Secret": Secret(),
    "docker:index/service:Service": Service(),
    "docker:index/serviceConfig:ServiceConfig": ServiceConfig(),
    "docker:index/tag:Tag": Tag(),
    "docker:index/volume:Volume": Volume(),
}
"""Resources by the type token of pulumi-docker's SDK."""


def type_of(urn: str) -> str:
    """The resource's own type in a URN (`urn:pulumi:stack::project::parent$type::name`)."""
    return urn.split("::")[2].rpartition("$")[2]


def name_of(urn: str) -> str:
    """The resource's name in a URN."""
    return urn.split("::", 3)[3]


def resource_of(kind: str) -> Resource | None:
    """The resource of a type token; None for a kind that is not known here."""
    return RESOURCES.get(kind)
