"""S3 for the backups."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from infra.sections.section import Section


def _endpoint(text: str) -> str:
    """A host with or without its port; what speaks to it adds scheme and path."""
    found = ENDPOINT.fullmatch(text)
    if text and not (found and int(found["port"] or HTTPS) in range(1, 65536)):
        message = f"{text!r} is no endpoint: write host or host:port, without https:// and without a path"
        raise ValueError(message)
    return text


def _beside(text: str) -> str:
    """The path of a file in the checkout; what lies elsewhere no recovery kit would carry."""
    if text.startswith("/") or ".." in text.split("/"):
        message = f"{text!r} lies outside of the checkout: put the file beside the stack's file"
        raise ValueError(message)
    return text


ENDPOINT = re.compile(r"(?P<host>[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:(?P<port>[0-9]{1,5}))?")
HTTPS = 443
OWN_HOST, OWN_PORT, OWN_ROOTS = "object-store", 8333, "/certs/current/ca.pem"
OUTSIDE_ROOTS = "/etc/pgbackrest/s3-roots.pem"
"""Where the database's container has the roots that `ca_file` names."""


class ObjectStore(Section):
    """S3 for the backups: the stack's own (SeaweedFS, an object-locked bucket), or one elsewhere."""

    bucket: str = Field("bem-backups", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    lock_days: int = Field(7, ge=1, le=3650, description="days that nobody can delete an object")
    endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(
        "", description="S3 elsewhere, as host or host:port; empty: the stack's own"
    )
    region: str = Field("us-east-1", pattern=r"^[a-z0-9-]{1,63}$", description="region of S3 elsewhere")
    uri_style: Literal["path", "host"] = Field(
        "path", description="where S3 elsewhere wants the bucket's name: in the path, or before the host"
    )
    ca_file: Annotated[str, AfterValidator(_beside)] = Field(
        "", description="PEM file in the checkout with the roots of S3 elsewhere; empty: public ones"
    )

    @property
    def outside(self) -> bool:
        """Whether the backups go to an S3 that is not the stack's own."""
        return bool(self.endpoint)

    @property
    def host(self) -> str:
        """Name that the database asks for."""
        return self.endpoint.partition(":")[0] or OWN_HOST

    @property
    def port(self) -> int:
        """Port there."""
        return int(self.endpoint.partition(":")[2] or HTTPS) if self.outside else OWN_PORT

    @property
    def roots(self) -> str:
        """File in the database's container that S3's certificate is verified with; empty: public roots."""
        if not self.outside:
            return OWN_ROOTS
        return OUTSIDE_ROOTS if self.ca_file else ""

    @property
    def place(self) -> str:
        """Where the repository is; empty for the stack's own store."""
        return f"{self.endpoint}/{self.bucket}" if self.outside else ""
