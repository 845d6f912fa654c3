"""Redis 8: one server, its append-only files in a volume, a user with a secret for each service."""

import hashlib
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from infra.images import ImageArgs, built
from infra.network import Networks
from infra.parties import CACHE, Party
from infra.places import ADMIN_FILE, USERS_FILE
from infra.storage import Volumes
from infra.swarm_service import SwarmServiceArgs, swarm_service
from infra.templates import config, rendered, secret
from operation import custodian
from operation.stack import Stack

MEBIBYTE = 1024 * 1024
ADMIN = "admin"

RIGHTS = {
    "api": "~pulses* +@connection +xadd +xlen +get +set +incr +expire",
    "realtime": "%RW~channel:* %RW~realtime:wake:* %W~pulses +auth +hello +ping +client|setname"
    " +client|setinfo +xadd +xread +xrange +xrevrange +xtrim +xinfo|stream +expire +time",
    "pulse": "%RW~pulses %RW~pulses:dead %RW~pulses:dead:key:* %W~channel:pulses +@connection -@dangerous"
    " +xreadgroup +xack +xadd +set +xlen +xpending +xclaim +xtrim +xinfo|groups +xinfo|consumers"
    " +xgroup|create +xgroup|delconsumer +eval",
    "cache-exporter": "%R~pulses %R~pulses:dead +ping +auth +hello +select +info +xinfo +client|setname",
    "training": "%W~channel:training +@connection -@dangerous +xadd",
}
"""What each service's user may do: the keys, channels and commands that its work needs, and no others."""


@dataclass(frozen=True)
class CacheArgs:
    """What the cache needs before it starts."""

    networks: Networks
    volumes: Volumes
    certificate: pulumi.Resource


class Cache(pulumi.ComponentResource):
    """One Redis. Refuses a volume that another container holds; never drops what it acknowledged."""

    def __init__(self, stack: Stack, args: CacheArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bem:infra:Cache", "cache", None, opts)
        file = rendered(stack, "cache/redis.conf.j2", cache=stack.settings.cache)
        self.service = swarm_service(
            stack,
            SwarmServiceArgs(
                party=CACHE,
                image=built(stack, ImageArgs("cache"), pulumi.ResourceOptions(parent=self)),
                networks=args.networks.of(CACHE.role),
                stateful=True,
                volumes={
                    "/data": (args.volumes.cache, False),
                    "/certs": (args.volumes.certificates[CACHE.role], True),
                },
                tmpfs={"/tmp": 16 * MEBIBYTE, "/run": 16 * MEBIBYTE},  # noqa: S108
                configs={"/etc/redis/redis.conf": config(stack, "redis.conf", file, self)},
                secrets={
                    USERS_FILE: secret(stack, "cache-users", users(stack), self),
                    ADMIN_FILE: secret(stack, "cache-admin", password(stack, ADMIN), self),
                },
                stop_grace="30s",
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[args.certificate]),
        )
        self.register_outputs({})


def users(stack: Stack) -> str:
    """Redis' file of users; passwords as SHA-256, which Redis takes in their place.

    `default` is off, so nobody can be it; but Redis reads its own log as `default` at a start, and would
    leave out every transaction and script that `default` has no right to.
    """
    lines = ["user default off resetpass ~* &* +@all"]
    lines.append("user health on >health resetkeys resetchannels -@all +ping +auth +hello")
    for role, rights in {ADMIN: "~* &* +@all", **RIGHTS}.items():
        digest = hashlib.sha256(password(stack, role).encode()).hexdigest()
        lines.append(f"user {role} on #{digest} resetkeys resetchannels -@all {rights}")
    return "\n".join([*lines, ""])


def password(stack: Stack, role: str) -> str:
    """A service's secret, made at first use."""
    return custodian.secret(stack, f"cache-password-{role}")


def password_secret(stack: Stack, party: Party, parent: pulumi.Resource) -> docker.Secret:
    """The Swarm secret that gives a service its password."""
    return secret(stack, f"cache-password-{party.role}", password(stack, party.role), parent)
