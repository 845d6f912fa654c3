"""A public certificate by ACME."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.sections.names import LABEL, LONGEST_DNS_NAME
from infra.sections.section import EMAIL, SECURE_URL, Section


def _public_name(text: str) -> str:
    """A DNS name as ACME servers take it; an address or an address is none."""
    if len(text) > LONGEST_DNS_NAME or not PUBLIC_NAME.fullmatch(text):
        message = f"{text!r} is no DNS name: write it in small letters; `*.` may stand in front"
        raise ValueError(message)
    return text


PUBLIC_NAME = re.compile(rf"(\*\.)?({LABEL}\.)*[a-z]([a-z0-9-]{{0,61}}[a-z0-9])?")
MOST_NAMES = 100
"""Names of one certificate; more are refused by every public server."""


class Acme(Section):
    """A public certificate for the load balancer, from a server that speaks ACME (RFC 8555)."""

    enabled: bool = Field(False, description="whether a public certificate is obtained and renewed")
    directory_url: str = Field(
        "https://acme-v02.api.letsencrypt.org/directory", pattern=SECURE_URL, description="the server"
    )
    staging_url: str = Field(
        "https://acme-staging-v02.api.letsencrypt.org/directory",
        pattern=rf"{SECURE_URL}|^$",
        description="asked first for names that are new; empty: no rehearsal",
    )
    terms_agreed: bool = Field(False, description="that you have read the server's terms, and agree")
    email: str = Field("", pattern=EMAIL, description="whom the server may write to; empty: nobody")
    challenge: Literal["http-01", "dns-01"] = Field("http-01", description="how names are proven to be ours")
    hook: tuple[str, ...] = Field((), description="dns-01: program and arguments that set and remove records")
    hook_seconds: int = Field(120, ge=1, le=3600, description="dns-01: that the program may take")
    names: tuple[Annotated[str, AfterValidator(_public_name)], ...] = Field(
        (), max_length=MOST_NAMES, description="DNS names of the certificate; empty: certificates.names"
    )
    ca_file: str = Field(
        "", description="PEM file of further roots: of a private server, and of what it issues"
    )

    @model_validator(mode="after")
    def _complete(self) -> "Acme":
        rules = (
            (self.terms_agreed, "read the server's terms of service, then set terms_agreed to true"),
            (self.challenge == "http-01" or bool(self.hook), "dns-01 needs a hook"),
        )
        for holds, message in rules:
            if self.enabled and not holds:
                raise ValueError(message)
        return self
