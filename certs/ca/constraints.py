"""Name constraints (RFC 5280, section 4.2.1.10): what an issuing CA may sign for, and who keeps to it."""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509

from infra.parties import ROLES
from infra.sections.certificates import Certificates

LIKE_A_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
"""A common name that OpenSSL takes for a DNS name where a certificate has no other."""

EVERYTHING = ("0.0.0.0/0", "::/0")
UNDERSTOOD = (x509.DNSName, x509.IPAddress, x509.RFC822Name, x509.UniformResourceIdentifier)
"""Kinds of names that every verifier here knows in constraints; Go refuses a CA with others."""


def private_domain(stack: str) -> str:
    """Where the names of those are who are reached by none; ICANN has reserved `internal` for private use."""
    return f"{stack.strip('-')}.bem.internal"


def constraints(stack: str, settings: Certificates) -> x509.NameConstraints:
    """What a stack's issuing CA may sign for: all parties, whether switched on or not, and public names.

    A constraint of a DNS name holds for the names below it, too. Kinds of names without any constraint are
    free; so where no address is permitted, all are forbidden.
    """
    public = (each.removeprefix("*.") for each in settings.names)
    names = dict.fromkeys((*ROLES, *public, private_domain(stack)))
    networks = dict.fromkeys(str(ipaddress.ip_network(each)) for each in settings.addresses)
    for each in settings.permitted:
        (networks if _is_network(each) else names).setdefault(each.removeprefix("*."))
    permitted: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
    permitted += [x509.IPAddress(ipaddress.ip_network(each)) for each in networks]
    excluded = [] if networks else [x509.IPAddress(ipaddress.ip_network(each)) for each in EVERYTHING]
    return x509.NameConstraints(permitted, excluded or None)


@dataclass(frozen=True)
class Limits:
    """Constraints by kind of name, made for asking.

    Attributes:
        permitted: what a name of that kind must be within; kinds that are not here are free.
        excluded: what it must not be within.
    """

    permitted: Mapping[type, frozenset[Any]]  # text, or a network
    excluded: Mapping[type, frozenset[Any]]


def outside(issuing: x509.Certificate, common_name: str, names: Sequence[x509.GeneralName]) -> str:
    """The first name that this CA may not sign for; empty when there is none, or it has no constraints."""
    return _first(_limits_of(issuing), common_name, names)


def breach(found: x509.NameConstraints, common_name: str, names: Sequence[x509.GeneralName]) -> str:
    """The first name that constraints forbid; empty when there is none."""
    return _first(_limits(found), common_name, names)


def constraints_of(issuing: x509.Certificate) -> x509.NameConstraints | None:
    """What a CA says it may sign for; None for everything."""
    try:
        return issuing.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return None


def strange(issuing: x509.Certificate) -> str:
    """A kind of constraint that not every verifier here understands; empty when there is none."""
    found = constraints_of(issuing)
    every = (*(found.permitted_subtrees or ()), *(found.excluded_subtrees or ())) if found else ()
    return next((type(each).__name__ for each in every if not isinstance(each, UNDERSTOOD)), "")


@lru_cache(maxsize=16)
def _limits_of(issuing: x509.Certificate) -> Limits:
    found = constraints_of(issuing)
    return _limits(found) if found else Limits({}, {})


def _limits(found: x509.NameConstraints) -> Limits:
    return Limits(_by_kind(found.permitted_subtrees), _by_kind(found.excluded_subtrees))


def _by_kind(subtrees: Iterable[x509.GeneralName] | None) -> dict[type, frozenset[Any]]:
    kinds: dict[type, set[Any]] = {}
    for each in subtrees or ():
        value = each.value.lower() if isinstance(each.value, str) else each.value
        kinds.setdefault(type(each), set()).add(value)
    return {kind: frozenset(values) for kind, values in kinds.items()}


def _first(limits: Limits, common_name: str, names: Sequence[x509.GeneralName]) -> str:
    asked = list(names)
    if LIKE_A_NAME.fullmatch(common_name) and not any(isinstance(each, x509.DNSName) for each in names):
        asked.append(x509.DNSName(common_name))
    return next((str(each.value) for each in asked if not _keeps(each, limits)), "")


def _keeps(name: x509.GeneralName, limits: Limits) -> bool:
    permitted = limits.permitted.get(type(name))
    if permitted is not None and not _within(name, permitted):
        return False
    return not _within(name, limits.excluded.get(type(name), frozenset()))


def _within(name: x509.GeneralName, subtrees: frozenset[Any]) -> bool:
    """Whether a name is in one of these subtrees, all of its kind."""
    if isinstance(name, x509.IPAddress):
        address = name.value
        return any(address.version == each.version and address in each for each in subtrees)
    text = str(name.value).lower()
    if isinstance(name, x509.DNSName):
        return any(each in subtrees for each in _domains(text))
    if isinstance(name, x509.RFC822Name):
        host = text.rpartition("@")[2]
    else:
        host = text.partition("://")[2].split("/")[0].split(":")[0]
    above = (f".{each}" for each in _domains(host.partition(".")[2]))
    return text in subtrees or host in subtrees or any(each in subtrees for each in above)


def _domains(host: str) -> Iterator[str]:
    """A host, and the domains that it is in."""
    while host:
        yield host
        host = host.partition(".")[2]


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
