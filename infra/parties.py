"""The parties of a stack: every service that holds a certificate, under which uid, and who it says it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Party:
    """A service as the others see it.

    Attributes:
        role: name in networks, in labels and in the certificate.
        uid: pinned in its image; packages' own uids differ between images.
        common_name: the role in PostgreSQL for a client of it, else the party's name.
        server: answers TLS connections.
        client: opens TLS connections with its certificate.
    """

    role: str
    uid: int
    common_name: str
    server: bool
    client: bool

    @property
    def user(self) -> str:
        """`uid:gid`, as Docker takes it."""
        return f"{self.uid}:{self.uid}"


DATABASE = Party("database", 6001, "database", server=True, client=True)
LOAD_BALANCER = Party("load-balancer", 6002, "load-balancer", server=True, client=True)
OBJECT_STORE = Party("object-store", 6003, "object-store", server=True, client=False)
API = Party("api", 6004, "bem_api", server=True, client=True)

PARTIES = (DATABASE, LOAD_BALANCER, OBJECT_STORE, API)
