"""All images of a stack, as its components build them."""

from infra import migration, monitoring, object_store, services
from infra.database import image_args
from infra.images import ImageArgs
from infra.parties import API, CONSOLE, PULSE, REALTIME, TRAINING
from operation.stack import Stack


def every_image(stack: Stack) -> tuple[ImageArgs, ...]:
    """Each folder of infra/images, with the context that its component gives to the builder.

    Raises:
        Failure: when what an image is made of is not installed.
    """
    return (
        image_args(stack.settings.database.versions),
        ImageArgs("load-balancer"),
        object_store.image_args(stack),
        ImageArgs("cache"),
        migration.image_args(stack),
        monitoring.IMAGE,
        *(services.image_args(stack, party) for party in (API, REALTIME, PULSE, CONSOLE, TRAINING)),
    )
