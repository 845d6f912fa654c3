"""Names, lives and keys of certificates."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.sections.acme import Acme
from infra.sections.names import DnsName, signable
from infra.sections.section import Section

KeyType = Literal["ecdsa-p256", "ecdsa-p384", "rsa-3072", "ed25519"]


def _taken_by_browsers(kind: KeyType) -> KeyType:
    """Refuses what the load balancer's clients do not verify: no browser takes Ed25519 in certificates."""
    if kind == "ed25519":
        message = "no browser takes ed25519 in the load balancer's certificate or in the CAs above it"
        raise ValueError(message)
    return kind


PublicKey = Annotated[KeyType, AfterValidator(_taken_by_browsers)]


class Certificates(Section):
    """Names that clients use, how long certificates live, and with which keys."""

    names: tuple[DnsName, ...] = Field(("localhost",), min_length=1, description="DNS names of the platform")
    addresses: tuple[str, ...] = Field(("127.0.0.1", "::1"), description="IP addresses of the platform")
    permitted: tuple[Annotated[str, AfterValidator(signable)], ...] = Field(
        (), description="further DNS names and IP networks that the issuing CA may sign for"
    )
    leaf_days: int = Field(90, ge=1, le=398, description="days that a leaf certificate lives")
    issuing_days: int = Field(1096, ge=30, le=3652, description="days that a new issuing CA lives")
    root_days: int = Field(3652, ge=365, le=9131, description="days that a new root CA lives")
    revocation: bool = Field(True, description="servers ask for revocation lists")
    crl_days: int = Field(90, ge=2, le=365, description="days that a revocation list may be used")
    crl_url: str = Field(
        "", pattern=r"^(http://[^\s]+[^\s/])?$", description="where the revocation lists are served"
    )
    authority_key: PublicKey = Field("ecdsa-p256", description="kind of the keys of new CAs")
    public_key: PublicKey = Field("ecdsa-p256", description="kind of the load balancer's key")
    leaf_key: KeyType = Field("ecdsa-p256", description="kind of all other parties' keys")
    imported: bool = Field(False, description="clients are shown the pair of `certs.import --public`")
    acme: Acme = Acme()

    @property
    def foreign(self) -> bool:
        """Whether clients are shown a certificate that another CA has signed."""
        return self.imported or self.acme.enabled

    @property
    def public_names(self) -> tuple[str, ...]:
        """The names that the public certificate is good for; of an imported one at least the first."""
        return self.names if self.imported else self.acme.names or self.names

    @model_validator(mode="after")
    def _one_public_pair(self) -> "Certificates":
        if self.imported and self.acme.enabled:
            raise ValueError("imported and acme.enabled: clients can be shown one pair; set one to false")
        return self

    @model_validator(mode="after")
    def _public_names_can_be_proven(self) -> "Certificates":
        wild = [name for name in self.public_names if name.startswith("*.")]
        if self.acme.enabled and wild and self.acme.challenge == "http-01":
            message = f"{wild[0]} needs acme.challenge dns-01: no server proves a wildcard by HTTP"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _addresses_parse(self) -> "Certificates":
        for address in self.addresses:
            ipaddress.ip_address(address)
        return self

    @model_validator(mode="after")
    def _lives_nest(self) -> "Certificates":
        if not self.leaf_days < self.issuing_days <= self.root_days:
            message = "leaf_days must be less than issuing_days, and issuing_days at most root_days"
            raise ValueError(message)
        return self
