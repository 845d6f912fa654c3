"""A load balancer of a stack on the host's own ports, as after `up`; no other service runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import docker

from certs.serving.carrier import deliver
from infra.balancer_file import content
from infra.tls import profiles
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack
from tests.images.load_balancer.view import CONFIGURATION
from tests.images.workshop import FILES, MEMORY, Container, Workshop

ROLE = "load-balancer"


@contextmanager
def serving(workshop: Workshop, image: str, stack: Stack) -> Iterator[Container]:
    """HAProxy with our own pair in both places, as long as the block runs.

    Args:
        workshop: whose Docker.
        image: of the platform's HAProxy.
        stack: its root has `infra/`; its ports are free.
    """
    volume = workshop.engine.volumes.create(stack.object_name(f"certs-{ROLE}"))
    deliver(stack, next(each for each in profiles(stack) if each.party == ROLE), volume.name, image)
    file = stack.root / "haproxy.cfg"
    file.write_text(content(stack))
    container = workshop.engine.containers.run(
        image,
        detach=True,
        network_mode="host",
        read_only=True,
        tmpfs=MEMORY,
        cap_drop=["ALL"],
        ulimits=[docker.types.Ulimit(name="nofile", soft=FILES, hard=FILES)],
        labels={LABEL_STACK: stack.name, LABEL_ROLE: ROLE},
        volumes=[f"{volume.name}:/certs:ro", f"{file}:{CONFIGURATION}:ro"],
    )
    try:
        yield container
    finally:
        container.remove(force=True, v=True)
        volume.remove(force=True)
