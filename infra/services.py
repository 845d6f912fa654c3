"""The stateless services of BEM: one image each, of one recipe; a new one serves when it is healthy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from infra.cache import password_secret
from infra.contexts import staged
from infra.images import ImageArgs, image
from infra.network import Networks
from infra.parties import API, CONSOLE, REALTIME, TRAINING, Party, pairs
from infra.places import PASSWORD_FILE
from infra.storage import Volumes
from infra.swarm_service import SwarmServiceArgs, swarm_service
from infra.templates import secret
from operation import custodian
from operation.failure import Failure
from operation.stack import Stack
from tokens.keys import jwks, keys_of

MEBIBYTE = 1024 * 1024
KEYS_FILE = "/run/secrets/token-keys"
ASKED = (API.role, REALTIME.role, CONSOLE.role)
"""Services that clients ask with tokens; they get the public keys, and nobody gets the private ones."""


@dataclass(frozen=True)
class ServiceArgs:
    """What differs from service to service.

    Attributes:
        party: its role, name of its folder under services/, too.
        replicas: how many run at once.
        needs: what has to be there before it starts.
        after: the image before this one: builds at once would not share the first layers.
        env: variables of its own.
    """

    party: Party
    networks: Networks
    volumes: Volumes
    replicas: int
    needs: Sequence[pulumi.Resource] = ()
    after: Sequence[pulumi.Resource] = ()
    env: Mapping[str, str] = field(default_factory=dict)


class Service(pulumi.ComponentResource):
    """One stateless service, in replicas. Refuses nothing of its own: an unhealthy image takes no traffic.

    Attributes:
        image: built for it; None when the stack's file names one.
    """

    def __init__(self, stack: Stack, args: ServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        party = args.party
        super().__init__("bem:infra:Service", party.role, None, opts)
        inside = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        digest = pinned(stack, party)
        self.image = None if digest else image(stack, image_args(stack, party), inside)
        talks_to_cache = (party.role, "cache") in pairs(stack.settings)
        secrets = {PASSWORD_FILE: password_secret(stack, party, self)} if talks_to_cache else {}
        if party.role in ASKED:
            name = f"token-keys-{party.role}"
            secrets[KEYS_FILE] = secret(stack, name, jwks(keys_of(stack)), self)
        if party is TRAINING:
            names = (custodian.TRAINING_ACCESS_KEY, custodian.TRAINING_SECRET_KEY)
            secrets |= {
                f"/run/secrets/{name}": secret(stack, name, custodian.secret(stack, name), self)
                for name in names
            }
        self.service = swarm_service(
            stack,
            SwarmServiceArgs(
                party=party,
                image=self.image.repo_digest if self.image else digest,
                networks=args.networks.of(party.role),
                stateful=False,
                replicas=args.replicas,
                env=dict(args.env),
                volumes={"/certs": (args.volumes.certificates[party.role], True)},
                tmpfs={"/tmp": 64 * MEBIBYTE, "/run": 16 * MEBIBYTE},  # noqa: S108
                secrets=secrets,
                stop_grace="30s",
            ),
            pulumi.ResourceOptions(parent=self, depends_on=list(args.needs)),
        )
        self.register_outputs({})


def pinned(stack: Stack, party: Party) -> str:
    """The image that the stack's file names for a service; empty when it is built from this checkout."""
    return str(getattr(stack.settings.images, party.role, ""))


def image_args(stack: Stack, party: Party) -> ImageArgs:
    """A service's image: its own code, and what all services share."""
    services = stack.root / "services"
    parts = {
        "base": services / "base",
        "bin": services / "base" / "bin",
        "code": services / party.role,
    }
    if party is TRAINING:
        return ImageArgs(party.role, context=staged(stack, party.role, {**parts, **_wheel()}))
    return ImageArgs(
        party.role,
        context=staged(stack, party.role, parts),
        args={"ROLE": party.role, "ID": str(party.uid)},
        recipe="service",
    )


def _wheel() -> dict[str, Path]:
    """PyTorch Geometric as its wheel installs it, found without loading it."""
    from importlib.metadata import distribution  # noqa: PLC0415
    from importlib.util import find_spec  # noqa: PLC0415

    spec = find_spec("torch_geometric")
    if spec is None or spec.origin is None:
        raise Failure("PyTorch Geometric is not installed.", remedy="`./ops setup` installs it.")
    package = Path(spec.origin).parent
    version = distribution("torch-geometric").version
    information = package.parent / f"torch_geometric-{version}.dist-info"
    return {
        "wheel/torch_geometric": package,
        f"wheel/{information.name}": information / "METADATA",
    }
