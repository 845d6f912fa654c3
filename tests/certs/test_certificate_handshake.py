"""Certificates that are served, seen by real handshakes over loopback."""

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import pytest

from certs.ca.authority import authority
from certs.endpoints import endpoint
from certs.endpoints.endpoint import Endpoint, endpoints, findings, look
from certs.endpoints.expiry import Served, parsed, served
from certs.endpoints.vantage import probe
from certs.pairs.leaf import issue
from certs.pairs.store import ensure
from operation import containers
from operation.failure import Failure
from operation.stack import Stack
from tests.certs.conftest import Ask, Clock, Files, Serve
from tests.operation.exec_engine import ExecEngine


class Container:
    """Stands for a container: runs the probe on this host, with this folder as its /certs/current."""

    id = name = "crt-container"

    def __init__(self, folder: Path, **addresses: str) -> None:
        self.folder = folder
        self.runs = 0
        networks = {name: {"IPAddress": address} for name, address in addresses.items()}
        self.attrs = {"NetworkSettings": {"Networks": networks}}
        self.client = ExecEngine(self.exec_run)

    def exec_run(self, argv: Sequence[str], **_: object) -> tuple[int, tuple[bytes, bytes]]:
        """Runs it as Docker would, without the checkout on its path."""
        self.runs += 1
        local = [part.replace("/certs/current", str(self.folder)) for part in argv]
        done = subprocess.run([sys.executable, *local[1:]], cwd="/", capture_output=True, check=False)
        return done.returncode, (done.stdout, done.stderr)


def pair(folder: Path) -> tuple[Path, Path]:
    """Certificate and key in a folder."""
    return folder / "cert.pem", folder / "key.pem"


def test_served_certificate_is_told(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """Subject, names, serial and life are those of the leaf that the server shows."""
    leaf = ensure(stack, ask())
    folder = files(leaf)
    seen = served("127.0.0.1", serve(folder), "api", folder / "ca.pem", ask=True)
    assert (seen.subject, seen.serial, seen.verified, seen.fault) == ("bem_api", leaf.serial, True, "")
    assert seen.alternatives == ("api", "localhost", "127.0.0.1", "::1")
    assert 89.9 < seen.days_left < 90.1
    assert seen.not_after == leaf.certificate.not_valid_after_utc


def test_address_verifies_too(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """A client that connects by address verifies the address."""
    folder = files(ensure(stack, ask()))
    assert served("127.0.0.1", serve(folder), "127.0.0.1", folder / "ca.pem").verified


def test_another_name_is_told(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """A certificate for another name does not verify, and is shown all the same."""
    leaf = ensure(stack, ask())
    folder = files(leaf)
    seen = served("127.0.0.1", serve(folder), "database", folder / "ca.pem")
    assert seen.serial == leaf.serial
    assert "ostname mismatch" in seen.fault


def test_certificate_of_another_authority_is_told(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """A chain to a root that nobody trusts does not verify."""
    other = files(ensure(Stack("crt-other", root=stack.root, given={}), ask()))
    folder = files(ensure(stack, ask()))
    assert "does not verify" in served("127.0.0.1", serve(other), "api", folder / "ca.pem").fault


def test_expired_certificate_is_told(
    stack: Stack, ask: Ask, files: Files, serve: Serve, clock: Clock
) -> None:
    """An expired certificate is read, not only refused."""
    with clock(-100):
        folder = files(ensure(stack, ask(days=90)))
    seen = served("127.0.0.1", serve(folder), "api", folder / "ca.pem")
    assert seen.fault.startswith("expired 10.0 days ago")
    assert "expired" in seen.reason


@pytest.mark.parametrize(("age", "fault"), [(80, ""), (84, "only 6.0 days left")])
def test_a_twelfth_of_its_life_is_the_limit(
    stack: Stack, ask: Ask, files: Files, serve: Serve, clock: Clock, age: int, fault: str
) -> None:
    """With 6 of 90 days left it is a fault, with 10 it is not."""
    with clock(-age):
        folder = files(ensure(stack, ask(days=90)))
    assert served("127.0.0.1", serve(folder), "api", folder / "ca.pem").fault == fault


def test_mutual_handshake(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """A server that wants a client's certificate talks with one that has it."""
    folder = files(ensure(stack, ask()))
    port = serve(folder, mutual=True)
    assert not served("127.0.0.1", port, "api", folder / "ca.pem", pair(folder), ask=True).fault


def test_without_a_client_certificate_is_refused(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """The handshake ends well, the certificate is seen, and only the answer tells the refusal."""
    folder = files(ensure(stack, ask()))
    port = serve(folder, mutual=True)
    seen = served("127.0.0.1", port, "api", folder / "ca.pem", ask=True)
    assert seen.verified
    assert seen.fault.startswith("refuses us")


@pytest.mark.parametrize("wrong", ["stack", "purpose"])
def test_client_that_must_not_is_refused(
    stack: Stack, ask: Ask, files: Files, serve: Serve, wrong: str
) -> None:
    """A client of another stack, or with a certificate for servers only, gets no answer."""
    folder = files(ensure(stack, ask()))
    whose = Stack("crt-other", root=stack.root, given={}) if wrong == "stack" else stack
    stranger = files(ensure(whose, ask(party="stranger", client=False)))
    port = serve(folder, mutual=True)
    seen = served("127.0.0.1", port, "api", folder / "ca.pem", pair(stranger), ask=True)
    assert seen.fault.startswith("refuses us")


def test_strict_client_takes_our_chain(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """Python 3.13 verifies strictly by default (RFC 5280): so do we, with the root alone."""
    leaf = ensure(stack, ask())
    side = ssl.create_default_context(cafile=stack.folder / "certs" / "root.pem")
    side.verify_flags |= ssl.VERIFY_X509_STRICT
    with (
        socket.create_connection(("127.0.0.1", serve(files(leaf)))) as plain,
        side.wrap_socket(plain, server_hostname="api") as connection,
    ):
        assert connection.version() == "TLSv1.3"


@pytest.mark.parametrize("both", [True, False])
def test_leaf_alone_verifies_with_both_anchors(
    stack: Stack, ask: Ask, files: Files, serve: Serve, *, both: bool
) -> None:
    """A peer that forgets to send the issuing CA verifies by `ca.pem`, and not by the root alone."""
    folder = files(ensure(stack, ask()))
    leaf, end, _ = (folder / "cert.pem").read_text().partition("-----END CERTIFICATE-----\n")
    (folder / "cert.pem").write_text(leaf + end)
    ca = folder / "ca.pem" if both else stack.folder / "certs" / "root.pem"
    assert served("127.0.0.1", serve(folder), "api", ca).verified is both


def test_postgres_preamble(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """A server that starts with SSLRequest shows its certificate after it."""
    folder = files(ensure(stack, ask()))
    port = serve(folder, preamble=b"S")
    assert not served("127.0.0.1", port, "api", folder / "ca.pem", starttls="postgres", ask=True).fault


def test_postgres_without_tls_is_told(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """A server that answers N has no certificate to show."""
    folder = files(ensure(stack, ask()))
    port = serve(folder, preamble=b"N")
    with pytest.raises(Failure, match="offers no TLS"):
        served("127.0.0.1", port, "api", folder / "ca.pem", starttls="postgres")


def test_nobody_there_is_told(stack: Stack) -> None:
    """A closed port is a failure that names the endpoint."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Failure, match=f"127.0.0.1:{port}"):
        served("127.0.0.1", port, "api", stack.root / "ca.pem")


def test_rubbish_is_not_a_certificate() -> None:
    """What is not DER is a failure, not a traceback."""
    with pytest.raises(Failure, match="no certificate"):
        parsed({"leaf": "rubbish", "reason": "", "refused": ""}, "api:8443")


def test_probe_runs_inside_a_container(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """The same handshake runs as text in a container, with the party's own pair."""
    leaf = ensure(stack, ask())
    folder = files(leaf)
    asked = Endpoint("api", serve(folder, mutual=True), "api")
    found = look(stack, asked, Container(folder))
    assert found.served is not None
    assert (found.served.serial, found.fault, found.stale) == (leaf.serial, "", False)


def test_server_that_kept_its_old_pair_is_stale(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """A renewal that the server did not take is seen: the serial is not the stored one."""
    folder = files(ensure(stack, ask()))
    asked = Endpoint("api", serve(folder), "api")
    ensure(stack, ask(), renew=True)
    found = look(stack, asked, Container(folder))
    assert (found.stale, found.fault) == (True, "")


def test_probe_that_cannot_run_is_told(stack: Stack, tmp_path: Path) -> None:
    """A container without its pair is a finding with its reason, not a traceback."""
    found = look(stack, Endpoint("api", 1, "api"), Container(tmp_path / "nothing"))
    assert found.served is None
    assert found.fault.startswith("no handshake with crt-container:1")


def test_probe_is_one_argv() -> None:
    """The probe needs nothing but python3 and its arguments."""
    argv = probe(Endpoint("database", 5432, "database", starttls="postgres"))
    assert argv[:3] == ["python3", "-I", "-c"]
    assert [each["starttls"] for each in json.loads(argv[4])] == ["postgres"]


def test_replicas_are_asked_by_the_first_of_them(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """In one process; who cannot be reached from there, or shares no network with it, is asked by itself."""
    leaf = ensure(stack, ask())
    folder = files(leaf)
    asked = Endpoint("api", serve(folder, mutual=True), "api")
    replicas = [
        Container(folder, one="127.0.0.1"),
        Container(folder, one="127.0.0.1", two="127.0.0.3"),
        Container(folder, one="127.0.0.9"),
        Container(folder, other="127.0.0.1"),
    ]
    with (
        mock.patch.object(endpoint, "client"),
        mock.patch.object(endpoint, "containers", return_value=replicas),
    ):
        found = findings(stack, [asked])
    assert [(each.fault, each.stale) for each in found] == [("", False)] * 4
    assert [each.served and each.served.serial for each in found] == [leaf.serial] * 4
    assert [each.runs for each in replicas] == [1, 0, 1, 1]


def test_an_asking_replica_that_is_broken_hides_no_other(
    stack: Stack, ask: Ask, files: Files, serve: Serve, tmp_path: Path
) -> None:
    """Each is asked by itself then."""
    folder = files(ensure(stack, ask()))
    asked = Endpoint("api", serve(folder, mutual=True), "api")
    replicas = [Container(tmp_path / "nothing", one="127.0.0.1"), Container(folder, one="127.0.0.1")]
    with (
        mock.patch.object(endpoint, "client"),
        mock.patch.object(endpoint, "containers", return_value=replicas),
    ):
        found = findings(stack, [asked])
    assert [bool(each.fault) for each in found] == [True, False]


def test_silent_endpoint_does_not_hide_the_others(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """Each endpoint has its finding, the one without a container too."""
    leaf = issue(stack, ask(), authority(stack))
    front = Endpoint("load-balancer", serve(files(leaf)), "localhost", inside=False)
    with (
        mock.patch.object(endpoint, "client"),
        mock.patch.object(containers, "containers"),
        mock.patch.object(endpoint, "containers", return_value=[]),
    ):
        found = findings(stack, [Endpoint("database", 5432, "database"), front])
    assert [(each.party, each.fault) for each in found] == [
        ("database", "no container of it runs"),
        ("load-balancer", ""),
    ]


def test_endpoints_follow_the_stack_file(stack: Stack) -> None:
    """The published port and name come from the stack's file."""
    stack.file.write_text(
        "config: {'bem:load_balancer': {https_port: 9443}, 'bem:certificates': {names: [bem.example]}}\n"
    )
    front = endpoints(stack)[0]
    assert (front.port, front.server_name, front.inside) == (9443, "bem.example", False)
    others = ["database", "object-store", "api", "cache", "realtime", "pulse"]
    assert [each.party for each in endpoints(stack)[1:]] == others


def test_expiry_is_said_first(stack: Stack, ask: Ask) -> None:
    """An expired certificate is told as expired, since that explains why it does not verify."""
    leaf = ensure(stack, ask()).certificate
    start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    good = Served("api", (), "01", start, end, left=0.9, days_left=81)
    late = Served("api", (), "01", start, end, left=-0.1, days_left=-9, reason="certificate has expired")
    assert (good.fault, late.fault) == ("", "expired 9.0 days ago")
