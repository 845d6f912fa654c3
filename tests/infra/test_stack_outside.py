"""S3 elsewhere, and a recovery that waits for its data: what the program declares, and what it does not."""

import configparser
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import Template

from backups import lost
from backups.endpoint import keys
from backups.endpoint.keys import Keys
from backups.kit import pending
from backups.kit.pending import Recovery
from infra.network import outward
from infra.parties import OBJECT_STORE, pairs, parties
from infra.settings import Settings
from inspection.declared import Declared, declared
from operation.custodian import write_private
from operation.stack import ROOT, Stack
from operation.stack_file import configure
from tests.images.authority import Authority

ELSEWHERE: dict[str, Any] = {"object_store": {"endpoint": "s3.example.org"}}


def stack_wanting(**sections: Any) -> Settings:
    """A stack's file with these sections."""
    return Settings.model_validate(sections)


def test_its_own_object_store_is_there_until_s3_is_elsewhere() -> None:
    """And stays where models of training lie in it."""
    assert OBJECT_STORE in parties(Settings())
    assert OBJECT_STORE not in parties(stack_wanting(**ELSEWHERE))
    training = stack_wanting(**ELSEWHERE, training={"enabled": True})
    assert OBJECT_STORE in parties(training)
    assert ("training", "object-store") in pairs(training)


def test_the_database_leads_out_only_where_s3_is_elsewhere() -> None:
    """By a network of its own."""
    assert dict(outward(Settings())) == {"load-balancer": "outside"}
    assert dict(outward(stack_wanting(**ELSEWHERE))) == {"load-balancer": "outside", "database": "backups"}


def rendered(settings: Settings) -> configparser.SectionProxy:
    """What pgBackRest is told of S3."""
    template = (ROOT / "infra" / "images" / "database" / "pgbackrest.conf.j2").read_text()
    text = Template(template).render(backups=settings.backups, object_store=settings.object_store)
    parsed = configparser.ConfigParser(strict=True, interpolation=None)
    parsed.read_string(text)
    return parsed["global"]


def test_pgbackrest_is_told_where_s3_is() -> None:
    """Its own store whatever else is set; elsewhere with port, region, style and roots."""
    odd = {"region": "eu-central-1", "uri_style": "host", "ca_file": "roots.pem", "bucket": "kept"}
    own = rendered(stack_wanting(object_store=odd))
    assert (own["repo2-s3-endpoint"], own["repo2-storage-port"]) == ("object-store", "8333")
    assert (own["repo2-s3-region"], own["repo2-s3-uri-style"]) == ("us-east-1", "path")
    assert own["repo2-storage-ca-file"] == "/certs/current/ca.pem"
    other = rendered(stack_wanting(object_store={**odd, "endpoint": "s3.example.org:9000"}))
    assert (other["repo2-s3-endpoint"], other["repo2-storage-port"]) == ("s3.example.org", "9000")
    assert (other["repo2-s3-region"], other["repo2-s3-uri-style"]) == ("eu-central-1", "host")
    assert other["repo2-storage-ca-file"] == "/etc/pgbackrest/s3-roots.pem"
    assert other["repo2-s3-bucket"] == "kept"


def test_public_roots_are_the_system_s() -> None:
    """Then pgBackRest is told of no file."""
    public = rendered(stack_wanting(**ELSEWHERE))
    assert "repo2-storage-ca-file" not in public
    assert public["repo2-storage-port"] == "443"
    assert public["repo2-cipher-type"] == "aes-256-cbc"


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A stack of this checkout whose S3 is elsewhere."""
    found = Stack(f"test-outside-{secrets.token_hex(3)}")
    roots = ROOT / ".ops" / f"{found.name}.pem"
    found.file.write_text("config: {}\n")
    try:
        found.make_folder()
        roots.write_bytes(Authority().trust)
        where = {"endpoint": "s3.example.org", "ca_file": f".ops/{found.name}.pem"}
        configure(found, {f"object_store.{key}": value for key, value in where.items()})
        keys.keep(found, Keys("access", "secret"))
        yield Stack(found.name)
    finally:
        found.file.unlink()
        roots.unlink(missing_ok=True)
        shutil.rmtree(found.folder, ignore_errors=True)


def named(found: list[Declared]) -> dict[str, dict[str, Any]]:
    """What was declared, by name."""
    return {each.name: each.inputs for each in found}


@pytest.mark.slow
def test_a_stack_whose_s3_is_elsewhere(stack: Stack) -> None:
    """No object store; the database has roots, and a network that leads out; its volume of objects stays."""
    found = named(declared(stack))
    assert "service-object-store" not in found
    assert "certificate-object-store" not in found
    assert "volume-objects" in found
    assert found["network-backups"]["internal"] is False
    assert found["stanza"]["place"] == "s3.example.org/bem-backups"
    configs = found["service-database"]["taskSpec"]["containerSpec"]["configs"]
    assert "/etc/pgbackrest/s3-roots.pem" in [each["fileName"] for each in configs]
    assert found["service-database"]["mode"]["replicated"]["replicas"] == 1


@pytest.mark.slow
def test_a_recovery_that_waits_for_its_data(stack: Stack) -> None:
    """A database service without a server, a mark without a cluster, and nobody behind it."""
    pending.write(stack, Recovery("digest", datetime.now(UTC), placed=True))
    found = named(declared(stack))
    assert found["service-database"]["mode"]["replicated"]["replicas"] == 0
    assert found["cluster"]["made"] is False
    services = [name for name in found if name.startswith("service-")]
    assert services == ["service-database"]
    assert "stanza" not in found
    configure(stack, {"database.generation": 2})
    back = named(declared(Stack(stack.name)))
    assert back["service-database"]["mode"]["replicated"]["replicas"] == 1
    assert "made" not in back["cluster"]
    assert {"stanza", "service-api", "service-load-balancer"} <= set(back)


@pytest.mark.slow
def test_a_volume_that_is_lost_is_waited_for(stack: Stack) -> None:
    """As after a lost host; a restore moves on to another volume, and all is declared again."""
    write_private(stack.make_folder() / lost.NOTE, b'{"generation": 1}')
    found = named(declared(stack))
    assert found["service-database"]["mode"]["replicated"]["replicas"] == 0
    assert found["cluster"]["made"] is False
    assert "service-api" not in found
    configure(stack, {"database.generation": 2})
    assert "service-api" in named(declared(Stack(stack.name)))
