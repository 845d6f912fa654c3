"""The sections of a stack's file, each with its keys, defaults and bounds."""

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from infra.parties import ROLES

Port = Annotated[int, Field(ge=1, le=65535)]
Replicas = Annotated[int, Field(ge=1, le=64)]
Generation = Annotated[int, Field(ge=1)]
Image = Annotated[str, Field(pattern=r"^(|sha256:[0-9a-f]{64}|[^\s@]+@sha256:[0-9a-f]{64})$")]
URL = r"^(https?://[^\s]+)?$"
SECURE_URL = r"^https://[^\s]+$"
EMAIL = r"^([^@\s]+@[^@\s]+)?$"
Size = Annotated[str, Field(pattern=r"^[1-9][0-9]*(kB|MB|GB)$")]


def _known(role: str) -> str:
    if role not in ROLES:
        message = f"there is no party {role!r}; known: {', '.join(ROLES)}"
        raise ValueError(message)
    return role


Servers = tuple[Annotated[str, AfterValidator(_known)], ...]


class Section(BaseModel):
    """A part of the stack's file; unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _network(text: str) -> str:
    """An IP network as HAProxy and people write it, without bits beyond its mask."""
    return str(ipaddress.ip_network(text))


def _origin(text: str) -> str:
    """An origin as browsers send it; a wildcard or `null` would let everybody in."""
    if not ORIGIN.fullmatch(text):
        message = f"{text!r} is no origin: write https://host or https://host:port, in small letters"
        raise ValueError(message)
    return text


Rate = Annotated[int, Field(ge=1, le=10_000_000)]
Seconds = Annotated[int, Field(ge=1, le=86_400)]
ORIGIN = re.compile(r"https?://([a-z0-9][a-z0-9.-]*|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?")
OWN_PORTS = (8405, 8406)
"""TCP ports in the load balancer's container: its figures for Prometheus, and what is told over a reload."""


class RateLimit(Section):
    """Requests in ten seconds; a client is an IPv4 address or an IPv6 network of 64 bits.

    The defaults are high: Docker shows every client of this host and all of IPv6 as one address.
    """

    requests_per_client: Rate = Field(50_000, description="requests of one client in ten seconds")
    requests_per_token: Rate = Field(50_000, description="requests with one bearer token in ten seconds")
    sockets_per_client: Rate = Field(1_000, description="WebSockets that one client opens in ten seconds")
    exempt: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        (), description="networks without any limit by client or token"
    )


class LoadBalancer(Section):
    """The only service that publishes ports, in host mode, so that it sees clients' addresses."""

    https_port: Port = Field(8443, description="TLS with HTTP/2, on every address of the host")
    http_port: Port = Field(8080, description="answers with a redirect to https_port")
    max_connections: int = Field(2000, ge=10, le=9000, description="open client connections")
    connections_per_client: int = Field(1500, ge=1, le=9000, description="open connections of one client")
    max_body_bytes: int = Field(1_048_576, ge=1024, le=1_073_741_824, description="announced body, at most")
    request_seconds: Seconds = Field(5, description="for a request's head and the first 15 KiB of its body")
    silence_seconds: Seconds = Field(10, description="that a client may be silent while it sends or receives")
    socket_silence_seconds: Seconds = Field(120, description="that a WebSocket may be silent")
    drain_seconds: Seconds = Field(600, description="that open WebSockets live on after a reload")
    hsts_seconds: int = Field(63_072_000, ge=0, le=315_360_000, description="browsers insist on TLS so long")
    cors_origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = Field(
        (), description="other origins whose scripts may read answers"
    )
    rate_limit: RateLimit = RateLimit()

    @model_validator(mode="after")
    def _ports_apart(self) -> "LoadBalancer":
        if self.https_port == self.http_port:
            message = "https_port and http_port must differ"
            raise ValueError(message)
        if {self.https_port, self.http_port}.intersection(OWN_PORTS):
            message = f"ports {OWN_PORTS[0]} and {OWN_PORTS[1]} are the load balancer's own"
            raise ValueError(message)
        return self


KeyType = Literal["ecdsa-p256", "ecdsa-p384", "rsa-3072", "ed25519"]


def dns_name(text: str) -> str:
    """A DNS name in small letters, others than ASCII's as an A-label (RFC 5891); `*.` may stand before it."""
    wildcard, name = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    if not name.isascii():
        import idna  # noqa: PLC0415  # its tables are only for those who need them

        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError as error:
            message = f"{text!r} is no DNS name: {error}"
            raise ValueError(message) from error
    if not DNS_NAME.fullmatch(name.lower()) or len(name) > LONGEST_DNS_NAME:
        message = f"{text!r} is no DNS name"
        raise ValueError(message)
    return wildcard + name.lower()


def _signable(text: str) -> str:
    """A DNS name, or an IP network."""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        return dns_name(text)


def _taken_by_browsers(kind: KeyType) -> KeyType:
    """Refuses what the load balancer's clients do not verify: no browser takes Ed25519 in certificates."""
    if kind == "ed25519":
        message = "no browser takes ed25519 in the load balancer's certificate or in the CAs above it"
        raise ValueError(message)
    return kind


DnsName = Annotated[str, AfterValidator(dns_name)]
PublicKey = Annotated[KeyType, AfterValidator(_taken_by_browsers)]
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DNS_NAME = re.compile(rf"{LABEL}(\.{LABEL})*")
LONGEST_DNS_NAME = 253
"""Characters; RFC 1035, section 2.3.4, without the closing dot."""


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


class Certificates(Section):
    """Names that clients use, how long certificates live, and with which keys."""

    names: tuple[DnsName, ...] = Field(("localhost",), min_length=1, description="DNS names of the platform")
    addresses: tuple[str, ...] = Field(("127.0.0.1", "::1"), description="IP addresses of the platform")
    permitted: tuple[Annotated[str, AfterValidator(_signable)], ...] = Field(
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


class Api(Section):
    """The stateless HTTP service."""

    replicas: Replicas = Field(2, description="how many run at once")
    pool_size: int = Field(8, ge=1, le=100, description="database connections that one replica holds at most")
    authentication: Literal["required", "off"] = Field(
        "required", description="off lets everybody read and write who reaches the load balancer"
    )


class WalReceiver(Section):
    """A second copy of the WAL, on a volume of its own, that commits wait for: zero loss."""

    enabled: bool = Field(False, description="whether the stack has it")
    on_loss: Literal["continue", "block"] = Field(
        "continue", description="while it is away: commits go on after a while and tell, or wait for it"
    )
    away_seconds: int = Field(
        10, ge=2, le=3600, description="seconds of its absence after which commits go on"
    )
    keep: Size = Field("1GB", description="WAL that the database keeps for it while it is away, at most")
    volume_options: dict[str, str] = Field(
        {}, description="of its volume, as Docker's local driver takes them: another disk, or NFS"
    )


Release = Literal[15, 17, 18]
"""Major versions of PostgreSQL that infra/images/database knows where to get."""


class Database(Section):
    """PostgreSQL, and which volume is its present generation."""

    version: Release = Field(17, description="major version that serves; `database.upgrade` moves it")
    former: tuple[Release, ...] = Field(
        (), description="major versions of kept volumes; the image has their programs, too"
    )
    generation: Generation = Field(1, description="number of the volume that serves; a restore moves it")
    kept: tuple[Generation, ...] = Field((), description="older volumes that `restore.undo` can go back to")
    last_generation: int = Field(0, ge=0, description="highest number ever given; none is given twice")
    max_connections: int = Field(100, ge=20, le=5000)
    shared_buffers: Size = Field("128MB", description="PostgreSQL's own cache")
    archive_timeout: int = Field(5, ge=1, le=300, description="seconds after which a WAL segment is archived")
    wal_receiver: WalReceiver = WalReceiver()

    @model_validator(mode="after")
    def _generations_agree(self) -> "Database":
        if self.generation in self.kept:
            message = f"generation {self.generation} serves and cannot be listed in kept too"
            raise ValueError(message)
        return self

    @property
    def versions(self) -> tuple[int, ...]:
        """Major versions whose programs the image has, in order."""
        return tuple(sorted({self.version, *self.former}))

    @property
    def declared(self) -> tuple[int, ...]:
        """Every generation whose volume exists, in order."""
        return tuple(sorted({self.generation, *self.kept}))

    @property
    def next_generation(self) -> int:
        """A number that was never used."""
        return max(self.last_generation, *self.declared) + 1


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


LEAST_BANDWIDTH = 100_000
"""Bytes a second; with less, a part of an upload takes longer than S3 waits for it."""


def _bandwidth(bytes_a_second: int) -> int:
    """Refuses a limit under which no backup would ever end."""
    if 0 < bytes_a_second < LEAST_BANDWIDTH:
        message = (
            f"{bytes_a_second} bytes a second are too few: at least {LEAST_BANDWIDTH}, or 0 for no limit"
        )
        raise ValueError(message)
    return bytes_a_second


class Backups(Section):
    """pgBackRest: stanza, retention, speed, and what its backups may take from others."""

    stanza: str = Field("bem", pattern=r"^[a-z][a-z0-9-]{0,30}$")
    retention_full: int = Field(4, ge=1, le=1000, description="full backups kept in each repository")
    retention_days: int = Field(
        0, ge=0, le=3650, description="days that can be returned to, in place of retention_full; 0: by number"
    )
    retention_diff: int = Field(7, ge=1, le=1000, description="differential backups kept in each repository")
    processes: int = Field(2, ge=1, le=64, description="compressing processes at once")
    compress_level: int = Field(1, ge=1, le=19, description="zstd level")
    nice: int = Field(10, ge=0, le=19, description="how far a backup gives way to the database's processes")
    bandwidth: Annotated[int, AfterValidator(_bandwidth)] = Field(
        0, ge=0, le=1_000_000_000, description="bytes a second of a backup to S3; 0: no limit"
    )
    proof_hours: int = Field(168, ge=1, le=8760, description="hours that a proof by restore counts")
    off_host_required: bool = Field(
        False, description="it is wrong when both repositories are on this host, or a recovery kit is stale"
    )


class Cache(Section):
    """Redis 8: pub/sub between replicas, streams of pulses, and of messages to be asked for again."""

    max_memory: Size = Field("256MB", description="Redis refuses writes beyond this; it never drops a stream")
    fsync: Literal["always", "everysec"] = Field(
        "always", description="when an acknowledged write is on disk: at once, or within a second"
    )


class Realtime(Section):
    """The WebSocket channel."""

    enabled: bool = Field(True, description="whether the stack has it")
    replicas: Replicas = Field(2, description="how many run at once")
    max_connections: int = Field(3000, ge=10, le=9000, description="open connections of one replica")
    max_message: int = Field(16384, ge=1024, le=1048576, description="bytes of a client's message")
    messages_per_second: int = Field(50, ge=1, le=10000, description="of one connection, on average")
    send_buffer: int = Field(262144, ge=65536, le=16777216, description="bytes that wait for a slow client")
    retention_messages: int = Field(2000, ge=1, le=1000000, description="that a channel keeps")
    retention_seconds: int = Field(3600, ge=1, le=604800, description="for which a channel keeps a message")
    drain_seconds: int = Field(8, ge=1, le=12, description="over which a replica's clients move to others")


class Pulse(Section):
    """The workers that process pulses."""

    enabled: bool = Field(True, description="whether the stack has them")
    replicas: Replicas = Field(2, description="how many run at once")
    batch: int = Field(200, ge=1, le=1000, description="pulses of one transaction at most")
    tries: int = Field(5, ge=1, le=100, description="failures after which a pulse is a dead letter")
    retention_days: int = Field(90, ge=1, le=3650, description="days that results are kept")


class Training(Section):
    """Graph training, one job at a time."""

    enabled: bool = Field(False, description="whether the stack has it; its image has PyTorch: 1.6 GB")
    replicas: Replicas = Field(1, description="how many jobs are trained at once")
    bucket: str = Field("bem-models", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")


class Monitoring(Section):
    """Prometheus, Alertmanager, exporters and the status page."""

    enabled: bool = Field(False, description="whether the stack has it")
    scrape_seconds: int = Field(15, ge=5, le=60, description="seconds between two looks at each target")
    retention_days: int = Field(15, ge=1, le=3650, description="days that figures are kept")
    retention_size: Size = Field("2GB", description="the oldest figures go when all are larger than this")
    patience: float = Field(
        1.0, gt=0, le=10, description="factor on all waiting times of alerts; tests use less"
    )
    webhook_url: str = Field("", pattern=URL, description="where alerts are posted; empty: nowhere")
    watchdog_url: str = Field(
        "", pattern=URL, description="posted to as long as alerts work; its silence is the alarm"
    )
    email_to: str = Field("", pattern=EMAIL, description="whom alerts are mailed to")
    email_from: str = Field("", pattern=EMAIL, description="sender of those mails")
    smtp_host: str = Field(
        "", pattern=r"^([A-Za-z0-9.-]+:[0-9]{1,5})?$", description="mail server, as host:port"
    )
    smtp_user: str = Field("", description="its user; the password is the secret smtp-password")
    smtp_tls: bool = Field(True, description="refuse a mail server that offers no STARTTLS")

    @model_validator(mode="after")
    def _mail_is_whole(self) -> "Monitoring":
        if self.email_to and not (self.email_from and self.smtp_host):
            message = "email_to needs email_from and smtp_host too"
            raise ValueError(message)
        return self


class Images(Section):
    """Images that serve in place of a build from this checkout. `invoke deploy` writes them."""

    api: Image = Field("", description="image of the api; empty: built from this checkout")
    realtime: Image = Field("", description="image of the WebSocket channel; empty: built from this checkout")
    training: Image = Field("", description="image of the trainers; empty: built from this checkout")
    pulse: Image = Field("", description="image of the pulse workers; empty: built from this checkout")
    console: Image = Field("", description="image of the status page; empty: built from this checkout")


class Talks(Section):
    """Who may open connections to whom, by role. Each pair gets a network; there is no other way."""

    load_balancer: Servers = Field(("api", "realtime", "console"), description="servers of the load balancer")
    api: Servers = Field(("database", "cache"), description="servers of the api")
    realtime: Servers = Field(("cache",), description="servers of the WebSocket channel")
    pulse: Servers = Field(("database", "cache"), description="servers of the pulse workers")
    training: Servers = Field(("database", "cache", "object-store"), description="servers of training jobs")
    migrations: Servers = Field(("database",), description="servers of the schema's migrations")
    database: Servers = Field(("object-store",), description="servers of the database")
    prometheus: Servers = Field(
        (
            "load-balancer",
            "api",
            "realtime",
            "pulse",
            "console",
            "alertmanager",
            "database-exporter",
            "cache-exporter",
            "node-exporter",
            "blackbox-exporter",
        ),
        description="whom Prometheus reads, and whom it tells of alerts",
    )
    console: Servers = Field(("prometheus",), description="servers of the status page")
    database_exporter: Servers = Field(("database",), description="servers of the database's exporter")
    cache_exporter: Servers = Field(("cache",), description="servers of Redis' exporter")
    blackbox_exporter: Servers = Field(
        ("load-balancer", "cache", "object-store"), description="who is asked as a client would ask"
    )
    wal_receiver: Servers = Field(("database",), description="servers of the WAL receiver")
