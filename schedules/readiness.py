"""Whether the platform can be backed up yet: after a reboot Docker brings its services back one by one."""

from operation.failure import Failure
from operation.stack import Stack

NEEDED = {"database", "object-store"}


def ready(stack: Stack) -> bool:
    """Whether database and object store are healthy, or not there at all: then waiting is of no use."""
    from docker.errors import DockerException  # noqa: PLC0415

    from infra.survey import unhealthy  # noqa: PLC0415

    try:
        return not NEEDED & set(unhealthy(stack))
    except (Failure, DockerException):
        return False
