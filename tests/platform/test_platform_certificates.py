"""Certificates of a real platform: CAs replaced under load, one withdrawn, and all of them expired."""

import base64
import ssl
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import httpx
import pytest

from certs.ca.authority import root_path
from certs.pairs import leaf, store
from certs.serving import renewal
from certs.serving.carrier import deliver
from certs.serving.renewal import CARRIER
from operation.containers import Output, container, containers, execute
from tests.certs.conftest import turned
from tests.platform.deployment import Deployment, awaited
from tests.platform.writer import Writer

pytestmark = pytest.mark.platform

SESSION = "host=127.0.0.1 dbname=bem user=bem_api sslmode=verify-ca sslrootcert=/certs/current/ca.pem"
PUT = 'umask 077; printf %s "$CERT" | base64 -d > $0/old.pem; printf %s "$KEY" | base64 -d > $0/old.key'


def test_cas_are_rotated_under_load(platform: Deployment) -> None:
    """Issuing CA, then root: no request fails; a client that knows the old root alone is refused at last."""
    old = ssl.create_default_context(cafile=str(root_path(platform.stack)))
    with Writer(platform, "issuing", http2=False) as writer:
        done = platform.succeed("certs.rotate", "--ca", "issuing", "--yes", "--json").json
    assert (done["done"], done["ended"]) == (["trust", "issue", "drop"], True)
    assert (writer.failed, len(writer.acknowledged) > 20) == (0, True)
    assert "the rotation goes on" in platform.succeed("certs.rotate", "--ca", "root").words
    refused = platform.invoke("certs.rotate", "--ca", "issuing", "--yes")
    assert refused.status == 2
    with Writer(platform, "root", http2=False) as writer:
        platform.succeed("certs.rotate", "--ca", "root", "--go-on", "--yes")
    assert (writer.failed, len(writer.acknowledged) > 20) == (0, True)
    with httpx.Client(verify=old, trust_env=False) as stranger, pytest.raises(httpx.ConnectError):
        stranger.get(f"{platform.url}/readyz")
    platform.succeed("certs.check")
    assert platform.run("pulumi", "preview", "--expect-no-changes").status == 0


def as_api(platform: Deployment, statement: str, where: str) -> Output:
    """`psql` in the database's container with the pair that the test has brought there, or with none."""
    argv = ["psql", f"{SESSION} {where}", "-qtAc", statement]
    return execute(container(platform.stack, "database"), argv)


def asks_api(platform: Deployment, *pair: str) -> bool:
    """Whether a replica answers the load balancer, which shows that pair."""
    argv = ["curl", "-sf", "--max-time", "5", "--cacert", "/certs/current/ca.pem", *pair]
    return execute(container(platform.stack, "load-balancer"), [*argv, "https://api:8443/readyz"]).status == 0


def test_a_withdrawn_certificate_is_refused_everywhere(platform: Deployment) -> None:
    """Its session at PostgreSQL is cut, PostgreSQL and our services refuse it; the api has another one."""
    folder = platform.stack.folder / "certs" / "api"
    pair = {
        name: base64.b64encode((folder / file).read_bytes()).decode()
        for name, file in (("CERT", "cert.pem"), ("KEY", "key.pem"))
    }
    for role, place in (("database", "/dev/shm"), ("load-balancer", "/run/haproxy")):  # noqa: S108  # in memory
        said = execute(container(platform.stack, role), ["sh", "-c", PUT, place], environment=pair)
        assert said.status == 0, said.stderr
    leaked = ("--cert", "/run/haproxy/old.pem", "--key", "/run/haproxy/old.key")
    own = ("--cert", "/certs/current/cert.pem", "--key", "/certs/current/key.pem")
    with_it = "sslcert=/dev/shm/old.pem sslkey=/dev/shm/old.key"
    assert as_api(platform, "select 1", with_it).stdout.strip() == "1"
    assert asks_api(platform, *leaked)
    assert "would revoke" in platform.succeed("certs.revoke", "api", "--dry-run").words
    with ThreadPoolExecutor(1) as pool:
        session = pool.submit(as_api, platform, "select pg_sleep(300)", with_it)
        awaited(lambda: sleeps(platform) == 1, 20, "the session")
        done = platform.succeed("certs.revoke", "api", "--reason", "key_compromise", "--yes", "--json").json
        assert session.result(timeout=30).status != 0
    assert done["cut"]["database"] >= 1
    assert done["renewed"] not in {"", done["serial"]}
    refused = as_api(platform, "select 1", with_it)
    assert (refused.status, "revoked" in refused.stderr) == (2, True), refused.stderr
    assert not asks_api(platform, *leaked)
    assert asks_api(platform, *own)
    platform.succeed("certs.check")
    assert platform.invoke("certs.revoke", done["serial"], "--yes").status == 2


def sleeps(platform: Deployment) -> int:
    """Sessions of the api's role that sleep."""
    sql = "select count(*) from pg_stat_activity where usename = 'bem_api' and query like '%pg_sleep(300)%'"
    argv = ["psql", "-d", "postgres", "-qtAc", sql]
    return int(execute(container(platform.stack, "database"), argv).stdout or 0)


def test_all_that_has_expired_is_healed(platform: Deployment) -> None:
    """Monday morning: no certificate is good, and one command brings the platform back."""
    name = platform.write("before the weekend")
    stack = platform.stack
    with turned(-100), mock.patch.object(leaf, "_within"):
        for profile in store.profiles(stack):
            deliver(stack, profile, stack.object_name(f"certs-{profile.party}"), CARRIER, renew=True)
    for role in ("database", "load-balancer", "cache"):
        for each in containers(stack, role):
            renewal._tell(role, each, print)  # noqa: SLF001  # what a renewal does, without its handshake
    awaited(lambda: not platform.well(), 60, "the end of all service")
    assert platform.invoke("certs.check").status == 1
    platform.succeed("certs.renew", "--due")
    awaited(platform.well, 120, "the platform's return")
    platform.succeed("certs.check")
    with platform.client() as client:
        assert client.get(f"/items/{name}").status_code == httpx.codes.OK
