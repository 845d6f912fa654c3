"""The image with the programs of both major versions, built before anything is touched."""

from collections.abc import Iterable

from operation.containers import client
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack

LAST_LINES = 12


def build(stack: Stack, versions: Iterable[int], progress: Progress) -> str:
    """Builds it as `up` will, which then finds it in the builder's cache; gives its identity.

    Raises:
        Failure: when it cannot be built, as where Debian does not have that version.
    """
    from docker.errors import APIError, BuildError  # noqa: PLC0415

    from infra.database import image_args  # noqa: PLC0415  # it loads Pulumi
    from infra.images import recipe  # noqa: PLC0415

    args = image_args(tuple(versions))
    told = recipe(stack, args)
    with progress.step(f"image with PostgreSQL {args.args['VERSIONS'].replace(' ', ' and ')}"):
        try:
            image, _ = client().images.build(
                path=told["context"],
                dockerfile=told["dockerfile"],
                buildargs=told["args"],
                platform=told["platform"],
                rm=True,
                forcerm=True,
            )
        except (APIError, BuildError) as error:
            raise Failure(
                f"the image cannot be built:\n    {_words(error)}",
                "nothing was changed.",
                "Debian's mirror has to be reachable, and to have that version.",
            ) from error
    return str(image.id)


def _words(error: Exception) -> str:
    log = getattr(error, "build_log", None) or ()
    lines = [str(each["stream"]).strip() for each in log if each.get("stream", "").strip()]
    return "\n    ".join([*lines[-LAST_LINES:], str(error)])
