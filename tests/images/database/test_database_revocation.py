"""A revoked certificate at PostgreSQL: refused from the next connection on, and cut where it is connected."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from certs.revocation.severance import statement
from infra.parties import DATABASE, PULSE
from tests.images.authority import Authority
from tests.images.conftest import Party, query
from tests.images.workshop import Container, Workshop, logs, until

pytestmark = pytest.mark.platform

WHERE = (
    f"host=database dbname=bem user={PULSE.common_name} sslmode=verify-full"
    " sslrootcert=/certs/current/ca.pem sslcert=/certs/current/cert.pem sslkey=/certs/current/key.pem"
)
SLEEPS = "select pg_sleep(600)"
Ask = Callable[[Path, str], Container]


@pytest.fixture
def ask(workshop: Workshop, database: Container) -> Ask:
    """Runs `psql` as a client of another container would."""

    def run(certificates: Path, words: str) -> Container:
        image = str(database.image.id)
        argv = ["psql", WHERE, "-qtAc", words]
        mounts = {str(certificates): "/certs:ro"}
        return workshop.run(image, "client", mounts, entrypoint=argv, user=PULSE.user)

    return run


def asleep(database: Container) -> int:
    """Sessions of the client."""
    where = f"usename = '{PULSE.common_name}' and state = 'active'"
    return int(query(database, f"select count(*) from pg_stat_activity where {where}") or 0)


def test_refused_and_cut(database: Container, authority: Authority, party: Party, ask: Ask) -> None:
    """The list is taken by SIGHUP; a client with another certificate goes on."""
    bad = party("leaked", PULSE.uid, PULSE.common_name)
    good = party("kept", PULSE.uid, PULSE.common_name)
    leaked = ask(bad, SLEEPS)
    until(lambda: asleep(database) == 1, 20)
    kept = ask(good, SLEEPS)
    until(lambda: asleep(database) == 2, 20)
    serial = x509.load_pem_x509_certificate((bad / "current/cert.pem").read_bytes()).serial_number
    authority.revoked.append(serial)
    party(DATABASE.role, DATABASE.uid, DATABASE.common_name)
    database.kill("SIGHUP")
    refused = ask(bad, "select 1")
    assert refused.wait(timeout=20)["StatusCode"] != 0
    assert "revoked" in logs(refused)
    assert query(database, statement(serial)) == "1"
    assert leaked.wait(timeout=20)["StatusCode"] != 0
    assert asleep(database) == 1
    again = ask(good, "select 7")
    assert (again.wait(timeout=20)["StatusCode"], logs(again).strip()) == (0, "7")
    kept.kill()
    assert query(database, statement(serial)) == "0"
