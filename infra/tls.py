"""Certificates of every party, delivered into a volume of its own."""

import pulumi

from certs.delivery import Delivery
from certs.pairs.profile import LONGEST_PUBLIC_LIFE, Profile
from infra.parties import LOAD_BALANCER, Party, parties
from infra.sections.certificates import Certificates
from infra.storage import Volumes
from operation.stack import Stack

CARRIER_IMAGE = "debian:trixie-slim"
"""What certificates are carried into volumes with; it is the base of all images, so it is there."""


class Tls(pulumi.ComponentResource):
    """One delivery a party; services depend on theirs. Refuses lifetimes past the issuing CA's."""

    def __init__(self, stack: Stack, volumes: Volumes, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("bem:infra:Tls", "tls", None, opts)
        self.deliveries: dict[str, pulumi.Resource] = {}
        for party in parties(stack.settings):
            self.deliveries[party.role] = Delivery(
                f"certificate-{party.role}",
                profile=profile_of(party, stack.settings.certificates),
                volume=volumes.certificates[party.role],
                stack=stack.name,
                image=CARRIER_IMAGE,
                revocation=stack.settings.certificates.revocation,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})


def profile_of(party: Party, certificates: Certificates) -> Profile:
    """What a party's certificate says.

    The load balancer's carries the platform's public names as well; every server's carries `localhost`
    never, except the load balancer when the stack's file names it.
    """
    public = party is LOAD_BALANCER
    days = certificates.leaf_days
    return Profile(
        party=party.role,
        common_name=party.common_name,
        names=(party.role, *certificates.names) if public else (party.role,),
        addresses=certificates.addresses if public else (),
        server=party.server,
        client=party.client,
        uid=party.uid,
        days=min(days, LONGEST_PUBLIC_LIFE) if public else days,
        key=certificates.public_key if public else certificates.leaf_key,
        public=public and certificates.foreign,
    )


def profiles(stack: Stack) -> list[Profile]:
    """The profiles of every party of a stack."""
    return [profile_of(party, stack.settings.certificates) for party in parties(stack.settings)]
