"""docker.RegistryImage: an image of this Docker Engine in a registry."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from toolchain.provider import login, registry_image_build
from toolchain.provider.build_log import follow
from toolchain.provider.call import Call
from toolchain.provider.failure import Fault, ProviderFailure
from toolchain.provider.image_name import ImageName, host_of
from toolchain.provider.kind import Boolean, Text, TextMap
from toolchain.provider.login import Login
from toolchain.provider.property_value import UNKNOWN, Properties
from toolchain.provider.push import pushed
from toolchain.provider.resource import Live, Resource
from toolchain.provider.schema import Block, Field

if TYPE_CHECKING:
    from toolchain.provider.registry import Registry

AUTH: Final = Block(
    (
        Field("address", None, Text(), required=True),
        Field("username", None, Text()),
        Field("password", None, Text()),
    )
)

REGISTRY_IMAGE: Final = Block(
    (
        Field("name", None, Text(), required=True, forces_new=True),
        Field("triggers", None, TextMap(), forces_new=True),
        Field("build", None, registry_image_build.BUILD, forces_new=True),
        Field("keepRemotely", None, Boolean(), default=False),
        Field("insecureSkipVerify", None, Boolean(), default=False),
        Field("authConfig", None, AUTH),
    )
)
_DEFAULTS: Final[Properties] = {"keepRemotely": False, "insecureSkipVerify": False}


class RegistryImage(Resource):
    """A tag in a registry; its identity is the digest that it was pushed with."""

    block = REGISTRY_IMAGE
    computed = ("sha256Digest",)
    stable = computed
    sensitive = ("authConfig.password",)

    def faults(self, inputs: Properties) -> Iterator[Fault]:
        """Refuse credentials of another registry than the image's, and a build that has no files."""
        yield from registry_image_build.faults(inputs.get("build"))
        given = inputs.get("authConfig")
        address = given.get("address") if isinstance(given, dict) else None
        yield from other_registry("authConfig.address", address, inputs.get("name"))

    def create(self, inputs: Properties, call: Call) -> Live:
        """Build it if the program says how, and push it."""
        name, build = str(inputs["name"]), inputs.get("build")
        if isinstance(build, dict):
            call.progress("Building the image")
            follow(lambda: call.api.build(**registry_image_build.arguments(name, build)), name, call)
        digest = pushed(call, name, _login(inputs, name, call))
        digest = digest or _registry(inputs, name, call).digest(ImageName.parse(name)) or ""
        return _live(digest, inputs, digest)

    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at what the tag means in the registry now."""
        given = inputs or {key: call.known[key] for key in ("name", "authConfig") if key in call.known}
        name = str(given.get("name") or "")
        if not name:
            raise ProviderFailure(
                "A RegistryImage cannot be imported, because its identity does not tell its name: declare it "
                "without import_, and `pulumi up` pushes it (layers that are there are not sent again)."
            )
        digest = _registry(given, name, call).digest(ImageName.parse(name))
        return None if digest is None else _live(identity, given, digest)

    def update(self, identity: str, inputs: Properties, call: Call) -> Live:
        """What changes in place is only how it is reached and how it will be deleted."""
        return self.made(identity, inputs, call)

    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take the tag away unless it shall stay, or means what somebody else has pushed."""
        if inputs.get("keepRemotely") is True:
            return
        name = str(inputs["name"])
        registry, parts = _registry(inputs, name, call), ImageName.parse(name)
        digest = registry.digest(parts)
        if digest is None:
            return
        if digest != str(call.known.get("sha256Digest") or identity):
            call.info(f"{name} was pushed by somebody else since, and stays in the registry as it is.")
            return
        registry.delete(parts, digest)


def other_registry(path: str, address: object, name: object) -> Iterator[Fault]:
    """Refuse to give one registry the password of another."""
    if not isinstance(address, str) or not isinstance(name, str) or UNKNOWN in {address, name}:
        return
    theirs, ours = host_of(address), ImageName.parse(name).registry
    if address and theirs != ours:
        yield Fault(
            path,
            f"is not the registry that {name!r} goes to ({ours}), and nothing was pushed: begin the image's "
            f"name with {theirs}/, or correct the address",
            address,
        )


def _login(inputs: Properties, name: str, call: Call) -> Login:
    return Login.given(inputs.get("authConfig")) or login.of_host(call, ImageName.parse(name).registry)


def _registry(inputs: Properties, name: str, call: Call) -> "Registry":
    given = inputs.get("authConfig")
    address = given.get("address") if isinstance(given, dict) else None
    from toolchain.provider.registry import Registry  # noqa: PLC0415  # imports requests: 0.04 s

    return Registry(
        str(address or ImageName.parse(name).registry),
        _login(inputs, name, call),
        verify=inputs.get("insecureSkipVerify") is not True,
    )


def _live(identity: str, inputs: Properties, digest: str) -> Live:
    return Live(identity, inputs, {**_DEFAULTS, **inputs, "sha256Digest": digest})
