"""Whose fault an error of the database is: its own and passing, or the pulse's and lasting."""

import psycopg

LASTING = ("22", "23", "54")
"""Classes of SQLSTATE that speak of the data: data exception, integrity, a limit exceeded.

Everything else passes: lost connections, restarts, deadlocks, a full disk. A table or a right that is missing
is a deployment that is not done yet; no pulse may be given up for that."""


def is_lasting(error: psycopg.Error) -> bool:
    """Whether no further try would make it better."""
    return isinstance(error, psycopg.Error) and (error.sqlstate or "")[:2] in LASTING
