"""The Pulumi resource that gives a party its certificates: it states the wish, never the key.

Pulumi keeps a provider by reference (`certs.delivery.DeliveryProvider`), because this module can be imported:
a changed comment, or a changed function, is no change of any resource. The provider holds no state.
"""

from typing import Any

import docker  # noqa: F401  # whole, while one thread loads this; two that import parts of it see halves
import pulumi
from pulumi import dynamic

from certs.pairs.profile import Profile
from certs.serving.carrier import deliver, delivered, holds_a_pair
from operation.failure import Failure
from operation.stack import Stack

__all__ = ["Delivery", "DeliveryProvider", "deliver", "delivered"]

INPUTS = ("profile", "volume", "stack", "image", "revocation")
Properties = dict[str, Any]  # as Pulumi hands them over


class DeliveryProvider(dynamic.ResourceProvider):
    """Creates and updates deliveries; the pair itself stays in the local store and in the volume."""

    serialize_as_secret_always = False

    def diff(self, _id: str, _olds: Properties, _news: Properties) -> dynamic.DiffResult:
        """Another volume or stack replaces, another profile or lists update; another image is no change."""
        moved = [key for key in ("volume", "stack") if _olds.get(key) != _news.get(key)]
        listed = _olds.get("revocation") == _news.get("revocation")
        changed = bool(moved) or not listed or _profile(_olds) != _profile(_news)
        return dynamic.DiffResult(changes=changed, replaces=moved, delete_before_replace=False)

    def create(self, props: Properties) -> dynamic.CreateResult:
        """Delivers; the id is the volume's name."""
        return dynamic.CreateResult(str(props["volume"]), _done(props))

    def update(self, _id: str, _olds: Properties, _news: Properties) -> dynamic.UpdateResult:
        """Delivers again: a new pair only where the profile asks for one."""
        return dynamic.UpdateResult(_done(_news))

    def read(self, id_: str, props: Properties) -> dynamic.ReadResult:
        """Keeps what is known; a volume that lost its pair has no delivery, and the next `up` makes one."""
        if not holds_a_pair(Stack(str(props["stack"])), str(props["volume"])):
            return dynamic.ReadResult("", {})
        return dynamic.ReadResult(id_, props)

    def delete(self, _id: str, _props: Properties) -> None:
        """Leaves the volume alone: it is a resource of its own."""


class Delivery(dynamic.Resource, module="bem", name="Delivery"):
    """A party's certificates in its volume, under `/certs/current/`.

    Refuses to know keys and serial numbers: after a renewal, `pulumi preview` shows no change.

    Attributes:
        volume: the volume that holds them; depend on it, and the files are there.
    """

    volume: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        profile: Profile,
        volume: pulumi.Input[str],
        stack: str,
        image: pulumi.Input[str],
        revocation: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """States that a volume holds a pair for a profile.

        Args:
            name: Pulumi's name of the resource.
            profile: what the certificate says, and who owns the files.
            volume: name of the Docker volume.
            stack: name of the stack whose authority signs.
            image: any image of ours; a shell in it moves the symlink.
            revocation: revocation lists are to be beside the pair.
            opts: Pulumi's options.
        """
        wish = profile.model_dump(mode="json")
        props = {"profile": wish, "volume": volume, "stack": stack, "image": image, "revocation": revocation}
        super().__init__(DeliveryProvider(), name, props, opts)


def _done(props: Properties) -> Properties:
    stack = Stack(str(props["stack"]))
    deliver(stack, Profile.model_validate(props["profile"]), str(props["volume"]), str(props["image"]))
    return {key: props[key] for key in INPUTS}


def _profile(props: Properties) -> Profile | None:
    """The profile of a state or a wish; whole numbers come as floats. None for one of another version."""
    try:
        return Profile.model_validate(props.get("profile"))
    except (ValueError, Failure):
        return None
