"""Certificates by name: for persons, and for clients and servers that are no parties of the stack."""

from collections.abc import Sequence
from typing import Literal

from certs.ca.constraints import private_domain
from certs.pairs import store
from certs.pairs.profile import LONGEST_PUBLIC_LIFE, PARTY, Profile
from infra.parties import PARTIES
from infra.sections.certificates import KeyType
from infra.sections.names import dns_name
from operation.failure import refusal
from operation.stack import Stack

Kind = Literal["person", "client", "server", "peer"]
KINDS: tuple[Kind, ...] = ("person", "client", "server", "peer")
OTHERS = frozenset({"postgres", "default"})
RESERVED = OTHERS.union(*((each.role, each.common_name) for each in PARTIES))
"""Who the stack's own parties say they are: PostgreSQL takes a common name for a role, whoever shows it."""


def wish(  # noqa: PLR0913  # one word each for what a certificate says
    stack: Stack,
    name: str,
    kind: Kind,
    *,
    common_name: str = "",
    names: Sequence[str] = (),
    addresses: Sequence[str] = (),
    emails: Sequence[str] = (),
    days: int = 0,
    key: KeyType | None = None,
) -> Profile:
    """The profile of somebody outside; one who is not reached by any name gets one that nobody resolves.

    Args:
        stack: whose authority will sign.
        name: how the operator calls it; also the common name when no other is given.
        kind: what it is.
        common_name: for a client of PostgreSQL its role, for a person the name.
        names: DNS names; others than ASCII's become A-labels.
        addresses: IP addresses.
        emails: a person's.
        days: life; 0 for that of the stack's leaves, or less where the profile allows less.
        key: kind of the key; None for that of the stack's leaves.

    Raises:
        Failure: when that is no profile that anybody could verify, or the name is a party's.
    """
    said = common_name or name
    settings = stack.settings.certificates
    _not_reserved(name, said)
    if kind in {"server", "peer"} and not (names or addresses):
        raise refusal(f"{name} is a {kind} without a name.", remedy="add --names or --addresses.")
    labels = tuple(_a_label(each) for each in names)
    if not (names or addresses):
        labels = (f"{name}.{kind}.{private_domain(stack.name)}",)
    public = kind in {"server", "peer"} and any("." in each for each in labels)
    return Profile(
        party=name,
        common_name=said,
        names=labels,
        addresses=tuple(addresses),
        server=kind in {"server", "peer"},
        client=kind != "server",
        uid=0,
        days=days or min(settings.leaf_days, LONGEST_PUBLIC_LIFE if public else settings.leaf_days),
        key=key or settings.leaf_key,
        emails=tuple(emails),
        person=kind == "person",
    )


def known(stack: Stack, name: str) -> store.Kept:
    """A pair that `certs.issue` made.

    Raises:
        Failure: when there is none of that name.
    """
    kept = store.find(stack, name)
    if kept is None or kept.folder.parent.name != store.NAMED:
        names = ", ".join(each.party for each in store.profiles(stack, store.NAMED)) or "none yet"
        raise refusal(f"stack {stack.name} has issued nothing to {name!r}.", remedy=f"known: {names}.")
    return kept


def _not_reserved(name: str, common_name: str) -> None:
    if not PARTY.fullmatch(name):
        raise refusal(
            f"{name!r} cannot be a certificate's name here.",
            remedy="use lower-case letters, digits and dashes, 31 at most; --common-name takes any words.",
        )
    for each in (name, common_name):
        if each.strip().lower() in RESERVED and each.isprintable():
            raise refusal(
                f"{each!r} is one of the stack's own parties; its certificates come with `invoke up`.",
                "no certificate was issued: servers would take its bearer for that party.",
                "choose another name.",
            )


def _a_label(name: str) -> str:
    try:
        return dns_name(name)
    except ValueError as error:
        raise refusal(
            f"{name!r} is no DNS name.", remedy="write it as host.example.org, without a port."
        ) from error
