"""The database's schema: migrations run as a one-shot job before the services that need them."""

from dataclasses import dataclass
from typing import Any

import docker  # noqa: F401  # whole, while one thread loads this; two that import parts of it see halves
import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from infra.contexts import staged
from infra.images import ImageArgs, built
from infra.network import Networks, network_of
from infra.parties import DATABASE, MIGRATIONS
from infra.storage import Volumes
from operation.failure import Failure
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack

JOB_SECONDS = 3600
"""As long as a migration may take; it holds no lock that services wait for longer than 5 s."""


@dataclass(frozen=True)
class MigrationArgs:
    """What the job needs: a database that archives, and a certificate whose common name owns the schema."""

    networks: Networks
    volumes: Volumes
    certificate: pulumi.Resource
    database: pulumi.Resource


class Migration(pulumi.ComponentResource):
    """The schema of this checkout. Refuses nothing; a failed step is rolled back."""

    def __init__(self, stack: Stack, args: MigrationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bem:infra:Migration", "migrations", None, opts)
        image = built(stack, image_args(stack), pulumi.ResourceOptions(parent=self))
        self.migrated = Migrated(
            "schema",
            {
                "stack": stack.name,
                "image": image,
                "network": args.networks.pairs[MIGRATIONS.role, DATABASE.role],
                "certificates": args.volumes.certificates[MIGRATIONS.role],
                "generation": stack.settings.database.generation,
            },
            pulumi.ResourceOptions(parent=self, depends_on=[args.certificate, args.database]),
        )
        self.register_outputs({})


def image_args(stack: Stack) -> ImageArgs:
    """The image of the job: Alembic and the migrations of this checkout."""
    parts = {".": stack.root / "services" / MIGRATIONS.role}
    return ImageArgs(MIGRATIONS.role, context=staged(stack, MIGRATIONS.role, parts))


class _MigratedProvider(ResourceProvider):
    """Importable, so that Pulumi pickles a reference."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Brings the schema to the newest revision."""
        run(Stack(props["stack"]), props["image"], props["certificates"], ["upgrade"])
        return CreateResult(id_=f"{props['stack']}-schema", outs=props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """The same again: an image with other migrations, or a database that a restore brought back."""
        run(Stack(news["stack"]), news["image"], news["certificates"], ["upgrade"])
        return UpdateResult(outs=news)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """A new image or a new generation of the database asks for a run; a new network does not."""
        return DiffResult(changes=any(olds.get(key) != news.get(key) for key in ("image", "generation")))


class Migrated(Resource, module="bem", name="Migrated"):
    """States that the schema is the one of the image."""

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(_MigratedProvider(), name, props, opts)


def run(stack: Stack, image: str, certificates: str, command: list[str]) -> str:
    """Runs the job in a container of its own, beside the database, and gives what it said.

    Raises:
        Failure: when a migration fails; the database is as it was before that migration.
    """
    from docker.errors import ContainerError  # noqa: PLC0415
    from docker.types import Mount  # noqa: PLC0415

    from operation.containers import client  # noqa: PLC0415

    try:
        said = client(timeout=JOB_SECONDS).containers.run(
            image,
            command,
            mounts=[Mount("/certs", certificates, read_only=True)],
            tmpfs={"/tmp": "mode=1777"},  # noqa: S108  # in the container
            network=stack.object_name(network_of(MIGRATIONS.role, DATABASE.role)),
            user=MIGRATIONS.user,
            labels={LABEL_STACK: stack.name, LABEL_ROLE: MIGRATIONS.role},
            cap_drop=["ALL"],
            read_only=True,
            remove=True,
        )
    except ContainerError as error:
        words = (error.stderr or b"").decode(errors="replace").strip()
        raise Failure(
            f"the migration failed: {words.splitlines()[-1] if words else error}",
            "the failed step was rolled back; the services still run on the schema before it.",
            "mend the migration, then type the same command again.",
        ) from error
    return str(said.decode(errors="replace"))
