"""The embedded S3: SeaweedFS over TLS, with a versioned, object-locked bucket and nothing else open."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pulumi

from infra.contexts import staged
from infra.images import ImageArgs, built
from infra.network import Networks
from infra.parties import OBJECT_STORE
from infra.storage import Volumes
from infra.swarm_service import SwarmServiceArgs, swarm_service
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
TRAINING_SECRETS = (custodian.TRAINING_ACCESS_KEY, custodian.TRAINING_SECRET_KEY)


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
        models = stack.settings.training.bucket if stack.settings.training.enabled else ""
        self.service = swarm_service(
            stack,
            SwarmServiceArgs(
                party=OBJECT_STORE,
                image=image,
                networks=args.networks.of(OBJECT_STORE.role),
                stateful=True,
                env={
                    "BUCKET": settings.bucket,
                    "LOCK_DAYS": str(settings.lock_days),
                    **({"MODELS_BUCKET": models} if models else {}),
                },
                volumes={
                    "/data": (args.volumes.objects, False),
                    "/certs": (args.volumes.certificates[OBJECT_STORE.role], True),
                },
                tmpfs={"/tmp": 64 * MEBIBYTE, "/run": 16 * MEBIBYTE},  # noqa: S108
                secrets={
                    f"/run/secrets/{name}": secret(stack, name, custodian.secret(stack, name), self)
                    for name in (*SECRETS, *(TRAINING_SECRETS if models else ()))
                },
                stop_grace="30s",
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
    program = Path(sys.executable).with_name(PROGRAM)
    if not program.exists():
        raise Failure("the SeaweedFS wheel is not installed.", remedy="`./ops setup` installs it.")
    source = stack.root / "infra" / "images" / OBJECT_STORE.role
    return staged(stack, OBJECT_STORE.role, {".": source, "program": program})
