"""The very first database cluster of a stack: made once, and never again on an empty volume by itself."""

from typing import Any

import docker  # noqa: F401  # whole, while one thread loads this; two that import parts of it see halves
import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider

from infra.parties import DATABASE
from operation.failure import Failure
from operation.stack import LABEL_STACK, Stack


class _ClusterProvider(ResourceProvider):
    """Importable, so that Pulumi pickles a reference and a comment here changes nothing."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Initialises the volume unless a cluster was ever made; interrupted, the next try starts anew."""
        from backups import lost  # noqa: PLC0415

        stack = Stack(props["stack"])
        if not lost.made(stack):
            if props.get("made", True):
                _initialise(stack.name, props["volume"], props["image"])
            lost.remember(stack)
        return CreateResult(id_=f"{props['stack']}-cluster", outs=props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Nothing of it changes: later generations come from restores, later schemas from migrations."""
        return DiffResult(changes=False)


class Cluster(Resource, module="bem", name="Cluster"):
    """Marks in the stack's state and in its folder that the first cluster was made.

    Because of these marks a lost volume is a failure that a restore mends, and never an empty database, also
    when it was lost while the stack was down. Where a recovery brings the cluster from the backups, they are
    set and nothing is made.
    """

    volume: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        stack: str,
        volume: pulumi.Input[str],
        image: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
        *,
        made: bool = True,
    ) -> None:
        properties = {"stack": stack, "volume": volume, "image": image, **({} if made else {"made": False})}
        super().__init__(_ClusterProvider(), name, properties, opts)


def _initialise(stack: str, volume: str, image: str) -> None:
    from docker.errors import ContainerError  # noqa: PLC0415
    from docker.types import Mount  # noqa: PLC0415

    from operation.containers import client  # noqa: PLC0415

    try:
        client().containers.run(
            image,
            ["initialise"],
            mounts=[Mount("/cluster", volume)],
            tmpfs={"/run": "mode=1777", "/tmp": "mode=1777"},  # noqa: S108  # in the container
            network_mode="none",
            user=DATABASE.user,
            labels={LABEL_STACK: stack},
            cap_drop=["ALL"],
            read_only=True,
            remove=True,
            stderr=True,
        )
    except ContainerError as error:
        words = (error.stderr or b"").decode(errors="replace").strip()
        raise Failure(
            f"the first database cluster could not be made in volume {volume}: {words}",
            "no database runs yet; the volume holds nothing of worth.",
            "`invoke up` tries again.",
        ) from error
