"""How a service reaches PostgreSQL: mutual TLS, its certificate's common name as the role, no password."""

from pathlib import Path

CERTIFICATES = Path("/certs/current")
"""Folder with cert.pem, key.pem and ca.pem; a symlink that a renewal moves."""


def conninfo(
    role: str, application: str, certificates: Path = CERTIFICATES, statement_milliseconds: int = 2000
) -> str:
    """The connection string of one service.

    A peer that vanished without a word is given up after a second (`tcp_user_timeout`, milliseconds);
    what a client no longer waits for, the server ends by itself.

    Args:
        role: in PostgreSQL; the common name of the service's certificate.
        application: what `pg_stat_activity` shows.
        certificates: where the service's pair and its CA lie.
        statement_milliseconds: after so many, PostgreSQL ends a statement.
    """
    waits = f"-c statement_timeout={statement_milliseconds} -c idle_in_transaction_session_timeout=5000"
    words = {
        "host": "database",
        "port": "5432",
        "dbname": "bem",
        "user": role,
        "application_name": application,
        "client_encoding": "UTF8",
        "sslmode": "verify-full",
        "sslrootcert": f"{certificates}/ca.pem",
        "sslcert": f"{certificates}/cert.pem",
        "sslkey": f"{certificates}/key.pem",
        "gssencmode": "disable",
        "connect_timeout": "2",
        "tcp_user_timeout": "1000",
        "keepalives_idle": "5",
        "keepalives_interval": "1",
        "keepalives_count": "3",
        "options": f"'{waits}'",
    }
    return " ".join(f"{key}={value}" for key, value in words.items())
