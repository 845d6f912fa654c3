"""The embedded S3: SeaweedFS over TLS, with a versioned, object-locked bucket and nothing else open."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pulumi

from infra.images import ImageArgs, built
from infra.network import Networks
from infra.parties import OBJECT_STORE
from infra.storage import Volumes
from infra.swarm_service import Health, SwarmServiceArgs, swarm_service
from infra.templates import secret
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack

MEBIBYTE = 1024 * 1024
PROGRAM = "weed"
SECRETS = (
    custodian.S3_ACCESS_KEY,
    custodian.S3_SECRET_KEY,
    custodian.S3_ADMIN_ACCESS_KEY,
    custodian.S3_ADMIN_SECRET_KEY,
)


@dataclass(frozen=True)
class ObjectStoreArgs:
    """What the object store needs before it starts."""

    networks: Networks
    volumes: Volumes
    certificate: pulumi.Resource


class ObjectStore(pulumi.ComponentResource):
    """One SeaweedFS; healthy once its bucket is there with the lock it should have.

    It survives the loss of the database, not of the host: `status` says so.
    """

    def __init__(
        self, stack: Stack, args: ObjectStoreArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("bem:infra:ObjectStore", "object-store", None, opts)
        image = built(
            stack,
            image_args(stack),
            pulumi.ResourceOptions(parent=self),
        )
        settings = stack.settings.object_store
        self.service = swarm_service(
            stack,
            SwarmServiceArgs(
                party=OBJECT_STORE,
                image=image,
                networks=(args.networks.backup,),
                stateful=True,
                env={"BUCKET": settings.bucket, "LOCK_DAYS": str(settings.lock_days)},
                volumes={
                    "/data": (args.volumes.objects, False),
                    "/certs": (args.volumes.certificates[OBJECT_STORE.role], True),
                },
                tmpfs={"/tmp": 64 * MEBIBYTE, "/run": 16 * MEBIBYTE},  # noqa: S108
                secrets={
                    f"/run/secrets/{name}": secret(stack, name, custodian.secret(stack, name), self)
                    for name in SECRETS
                },
                stop_grace="30s",
                health=Health(interval="5s", retries=6),
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[args.certificate]),
        )
        self.register_outputs({})


def image_args(stack: Stack) -> ImageArgs:
    """The object store's image."""
    return ImageArgs("object-store", context=build_context(stack))


def build_context(stack: Stack) -> Path:
    """The image's folder with the program from its wheel beside it, under `.ops/build`.

    Raises:
        Failure: when the wheel is not installed.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise Failure("the SeaweedFS wheel is not installed.", remedy="`./ops setup` installs it.")
    context = stack.root / ".ops" / "build" / OBJECT_STORE.role
    source = stack.root / "infra" / "images" / OBJECT_STORE.role
    for file in [path for path in source.rglob("*") if path.is_file()]:
        _copied(file, context / file.relative_to(source))
    _copied(Path(program), context / PROGRAM)
    return context


def _copied(source: Path, target: Path) -> None:
    if target.exists() and target.stat().st_size == source.stat().st_size and _same_time(source, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.new")
    shutil.copy2(source, temporary)
    temporary.replace(target)


def _same_time(source: Path, target: Path) -> bool:
    return int(source.stat().st_mtime) == int(target.stat().st_mtime)
