"""The one typed model of a stack: what `Pulumi.<stack>.yaml` may say, and nothing else."""

import difflib
import ipaddress
import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from operation.failure import Failure, refusal

PROJECT = "bem"
"""Pulumi's project name; every key of a stack's file starts with it."""

Port = Annotated[int, Field(ge=1, le=65535)]
Replicas = Annotated[int, Field(ge=1, le=64)]
Generation = Annotated[int, Field(ge=1)]
Size = Annotated[str, Field(pattern=r"^[1-9][0-9]*(kB|MB|GB)$")]


class Section(BaseModel):
    """A part of the stack's file; unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LoadBalancer(Section):
    """The only service that publishes ports, in host mode, so that it sees clients' addresses."""

    https_port: Port = Field(8443, description="TLS with HTTP/2, on every address of the host")
    http_port: Port = Field(8080, description="answers with a redirect to https_port")
    max_connections: int = Field(2000, ge=10, le=9000, description="open client connections")

    @model_validator(mode="after")
    def _two_ports(self) -> "LoadBalancer":
        if self.https_port == self.http_port:
            message = "https_port and http_port must differ"
            raise ValueError(message)
        return self


class Certificates(Section):
    """Names that clients use, and how long leaf certificates live."""

    names: tuple[str, ...] = Field(("localhost",), min_length=1, description="DNS names of the platform")
    addresses: tuple[str, ...] = Field(("127.0.0.1", "::1"), description="IP addresses of the platform")
    leaf_days: int = Field(90, ge=1, le=398, description="days that a leaf certificate lives")

    @model_validator(mode="after")
    def _addresses_parse(self) -> "Certificates":
        for address in self.addresses:
            ipaddress.ip_address(address)
        return self


class Api(Section):
    """The stateless HTTP service."""

    replicas: Replicas = Field(2, description="how many run at once")
    pool_size: int = Field(8, ge=1, le=100, description="database connections that one replica holds at most")


class Database(Section):
    """PostgreSQL 17, and which volume is its present generation."""

    generation: Generation = Field(1, description="number of the volume that serves; a restore moves it")
    kept: tuple[Generation, ...] = Field((), description="older volumes that `restore.undo` can go back to")
    last_generation: int = Field(0, ge=0, description="highest number ever given; none is given twice")
    max_connections: int = Field(100, ge=20, le=5000)
    shared_buffers: Size = Field("128MB", description="PostgreSQL's own cache")
    archive_timeout: int = Field(5, ge=1, le=300, description="seconds after which a WAL segment is archived")

    @model_validator(mode="after")
    def _generations_agree(self) -> "Database":
        if self.generation in self.kept:
            message = f"generation {self.generation} serves and cannot be listed in kept too"
            raise ValueError(message)
        return self

    @property
    def declared(self) -> tuple[int, ...]:
        """Every generation whose volume exists, in order."""
        return tuple(sorted({self.generation, *self.kept}))

    @property
    def next_generation(self) -> int:
        """A number that was never used."""
        return max(self.last_generation, *self.declared) + 1


class ObjectStore(Section):
    """The embedded S3 (SeaweedFS) and its object-locked bucket."""

    bucket: str = Field("bem-backups", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    lock_days: int = Field(7, ge=1, le=3650, description="days that nobody can delete an object")


class Backups(Section):
    """pgBackRest: stanza, retention and speed."""

    stanza: str = Field("bem", pattern=r"^[a-z][a-z0-9-]{0,30}$")
    retention_full: int = Field(4, ge=1, le=1000, description="full backups kept in each repository")
    retention_diff: int = Field(7, ge=1, le=1000, description="differential backups kept in each repository")
    processes: int = Field(2, ge=1, le=64, description="compressing processes at once")
    compress_level: int = Field(1, ge=1, le=19, description="zstd level")


class Settings(Section):
    """A whole stack."""

    load_balancer: LoadBalancer = LoadBalancer()
    certificates: Certificates = Certificates()
    api: Api = Api()
    database: Database = Database()
    object_store: ObjectStore = ObjectStore()
    backups: Backups = Backups()


def settings_from(config: Mapping[str, Any], source: str) -> Settings:
    """Validates the configuration of one stack.

    Args:
        config: full keys (`bem:api`) to values; objects may be JSON text, as Pulumi passes them.
        source: the file's name, for messages.

    Raises:
        Failure: for an unknown key or a value out of range, with its path, consequence and fix.
    """
    sections = {
        key.removeprefix(f"{PROJECT}:"): _value(key, value, source)
        for key, value in config.items()
        if _ours(key, source)
    }
    try:
        return Settings.model_validate(sections)
    except ValidationError as error:
        raise _refused(error, source) from error


def _ours(key: str, source: str) -> bool:
    if key.startswith((f"{PROJECT}:", "pulumi:")):
        return not key.startswith("pulumi:")
    raise refusal(
        f"{source}: {key}: this key belongs to no part of the project.",
        remedy=f"remove it, or write it as {PROJECT}:<section> with a section of docs/operating.md.",
    )


def _value(key: str, value: Any, source: str) -> Any:  # YAML
    if not (isinstance(value, str) and value[:1] in {"{", "["}):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise refusal(f"{source}: {key}: this is no JSON: {error}", remedy="write it as YAML.") from error


def _refused(error: ValidationError, source: str) -> Failure:
    lines = []
    for detail in error.errors():
        path = ".".join(str(part) for part in detail["loc"])
        if detail["type"] == "extra_forbidden":
            lines.append(f"{source}: {PROJECT}:{path}: unknown key; {_hint(detail['loc'])}")
        else:
            lines.append(f"{source}: {PROJECT}:{path}: {detail['msg']} (found {detail['input']!r})")
    return refusal("\n".join(lines), remedy="correct the key in that file; docs/operating.md lists them all.")


def _hint(location: tuple[int | str, ...]) -> str:
    """The key that was probably meant, else all that are known there."""
    model: type[BaseModel] = Settings
    for part in location[:-1]:
        annotation = model.model_fields[str(part)].annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
    near = difflib.get_close_matches(str(location[-1]), model.model_fields, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(model.model_fields)}"
