"""What the service is told by its surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

POOL_SIZE = "API_POOL_SIZE"
LARGEST_POOL = 100


@dataclass(frozen=True)
class Configuration:
    """How one replica runs; everything else is the same everywhere.

    Attributes:
        pool_size: database connections for requests; readiness has one more, of its own.
        certificates: folder with cert.pem, key.pem and ca.pem; a symlink that a renewal moves.
        port: TCP port of the TLS listener.
    """

    pool_size: int = 8
    certificates: Path = Path("/certs/current")
    port: int = 8443

    @property
    def conninfo(self) -> str:
        """PostgreSQL by mutual TLS; the role is the common name of the certificate.

        A peer that vanished without a word is given up after a second (`tcp_user_timeout`, milliseconds);
        what a client no longer waits for, the server ends by itself (`statement_timeout`, milliseconds).
        """
        words = {
            "host": "database",
            "port": "5432",
            "dbname": "bem",
            "user": "bem_api",
            "application_name": "api",
            "client_encoding": "UTF8",
            "sslmode": "verify-full",
            "sslrootcert": f"{self.certificates}/ca.pem",
            "sslcert": f"{self.certificates}/cert.pem",
            "sslkey": f"{self.certificates}/key.pem",
            "gssencmode": "disable",
            "connect_timeout": "2",
            "tcp_user_timeout": "1000",
            "keepalives_idle": "5",
            "keepalives_interval": "1",
            "keepalives_count": "3",
            "options": "'-c statement_timeout=2000 -c idle_in_transaction_session_timeout=5000'",
        }
        return " ".join(f"{key}={value}" for key, value in words.items())


def from_environment(environment: Mapping[str, str]) -> Configuration:
    """Reads the configuration.

    Raises:
        ValueError: when the pool's size is no number from 1 to 100.
    """
    text = environment.get(POOL_SIZE, str(Configuration.pool_size))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_POOL):
        raise ValueError(f"{POOL_SIZE} must be a number from 1 to {LARGEST_POOL}, not {text!r}")
    return Configuration(pool_size=int(text))
