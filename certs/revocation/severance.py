"""Open sessions of a revoked certificate: cut, since no server asks again who has been let in.

Our services cut theirs by themselves, once they have the new list. HAProxy's end with the worker before.
"""

import json

from backups.engine import query
from infra.parties import CACHE, DATABASE
from operation.containers import containers, execute, required
from operation.stack import Stack


def statement(serial: int) -> str:
    """Ends the database's sessions of a certificate and counts them."""
    return f"select count(pg_terminate_backend(pid)) from pg_stat_ssl where client_serial = {serial:d}"  # noqa: S608  # a number


def command(user: str) -> tuple[str, ...]:
    """Ends the sessions of one of Redis' users: it knows no certificates, so all of them begin again."""
    return ("ask", "CLIENT", "KILL", "USER", user)


USERS = ("ask", "ACL", "USERS")
"""Asks Redis for the names of its users."""


def sever(stack: Stack, serial: int, party: str) -> dict[str, int]:
    """Cuts the open sessions of a certificate.

    Args:
        stack: whose servers.
        serial: of the revoked certificate.
        party: whose it was; its user in Redis has the same name.

    Returns:
        How many were cut, by role.

    Raises:
        Failure: when a server that runs refuses.
    """
    cut: dict[str, int] = {}
    for running in containers(stack, DATABASE.role):
        cut[DATABASE.role] = int(query(running, statement(serial)))
    for running in containers(stack, CACHE.role):
        users: list[str] = json.loads(required(execute(running, USERS), "asking Redis for its users"))
        if party in users:  # a person, say, is none
            words = required(execute(running, command(party)), "ending its sessions in Redis")
            cut[CACHE.role] = int(words.strip() or 0)
    return cut
