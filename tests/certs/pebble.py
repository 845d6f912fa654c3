"""Pebble, Let's Encrypt's own test server, and its DNS: built from their Go module, run on loopback.

Nonces are refused and authorizations forgotten at random, as they are with public servers.
"""

import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

from certs.ca.authority import authority
from certs.pairs.leaf import issue
from certs.pairs.profile import Profile
from operation.stack import Stack
from toolchain import cache, golang
from toolchain.version import numbers, required_go

MODULE, VERSION = "github.com/letsencrypt/pebble/v2", "v2.10.3"
PROGRAMS = ("pebble", "pebble-challtestsrv")
BUILD_SECONDS, START_SECONDS = 900, 20
NONCES_REFUSED, AUTHORIZATIONS_KEPT = "25", "30"
"""Percent; five times as many as Pebble's own default, and fewer."""


def programs() -> Path:
    """The folder with both programs, built once an account; skips the test where that cannot be done."""
    folder = cache.made(f"pebble-{VERSION}")
    with FileLock(folder / ".lock"):  # of the processes of one test run, one builds
        if not all((folder / name).exists() for name in PROGRAMS):
            go = shutil.which("go", path=f"{os.environ.get('PATH', '')}:{golang.USUAL_FOLDERS}")
            if not go:
                pytest.skip("no Go on this host: Pebble, a real ACME server, cannot be built")
            _build(go, folder)
    return folder


def _build(go: str, folder: Path) -> None:
    argv = [go, "install", *(f"{MODULE}/cmd/{name}@{VERSION}" for name in PROGRAMS)]
    said = subprocess.run((go, "version"), capture_output=True, text=True, check=True).stdout
    extra = golang.environment(numbers(said), required_go((golang.MODULE / "go.mod").read_text()))
    environment = {**os.environ, **extra, "GOBIN": str(folder), "CGO_ENABLED": "0"}
    built = subprocess.run(
        argv, env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    if built.returncode:
        pytest.skip(f"Pebble {VERSION} cannot be built: {built.stderr.strip()[-300:]}")


@dataclass
class Pebble:
    """A running Pebble with its DNS.

    Attributes:
        directory: address of its ACME directory.
        management: address that its own CA is asked at.
        dns: address of the DNS server's controls.
        folder: with `roots.pem`: its root, and ours, which its own TLS descends from.
    """

    directory: str
    management: str
    dns: str
    folder: Path
    log: Path
    trust: ssl.SSLContext = field(repr=False)

    @property
    def roots(self) -> Path:
        """What a stack needs as `ca_file`."""
        return self.folder / "roots.pem"

    def dns_says(self, what: str, **record: Any) -> None:
        """Tells the DNS server something, for example `set-default-ipv4`."""
        httpx.post(f"{self.dns}/{what}", json=record, trust_env=False).raise_for_status()

    def suggests(self, certificate: str, start: str, end: str) -> None:
        """Sets the window for the renewal of a certificate (PEM)."""
        self.answers_window(certificate, json.dumps({"suggestedWindow": {"start": start, "end": end}}))

    def answers_window(self, certificate: str, answer: str) -> None:
        """Sets what is said to the question when to renew a certificate (PEM), whatever it is."""
        content = {"Certificate": certificate, "ARIResponse": answer}
        with httpx.Client(verify=self.trust, trust_env=False) as asking:
            asking.post(f"{self.management}/set-renewal-info/", json=content).raise_for_status()

    def orders(self) -> int:
        """How many orders were asked for and accepted."""
        return self.log.read_text(errors="replace").count("Added order")

    def root(self) -> bytes:
        """Its root, new at each start."""
        with httpx.Client(verify=self.trust, trust_env=False) as asking:
            return asking.get(f"{self.management}/roots/0").content


def free(count: int) -> list[int]:
    """TCP ports that nobody has now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def own_tls(folder: Path) -> Path:
    """Pebble's own certificate, of a CA of its own, in files; gives the folder."""
    host = Stack("pebble", root=folder, given={})
    wish = Profile(
        party="pebble",
        common_name="localhost",
        names=("localhost",),
        addresses=(),
        server=True,
        client=False,
        uid=0,
        days=30,
    )
    leaf = issue(host, wish, authority(host))
    for name, words in (("cert.pem", leaf.chain), ("key.pem", leaf.key), ("ca.pem", leaf.anchors)):
        (folder / name).write_bytes(words)
    return folder


@contextmanager
def running(folder: Path, pair: Path, http_port: int) -> Iterator[Pebble]:
    """Pebble, as long as the block runs.

    Args:
        folder: for its files.
        pair: folder with `cert.pem`, `key.pem` and `ca.pem` for its own TLS.
        http_port: where it looks for answers to HTTP-01.
    """
    built = programs()
    acme, management, dns, control = free(4)
    settings = {
        "pebble": {
            "listenAddress": f"127.0.0.1:{acme}",
            "managementListenAddress": f"127.0.0.1:{management}",
            "certificate": str(pair / "cert.pem"),
            "privateKey": str(pair / "key.pem"),
            "httpPort": http_port,
            "tlsPort": 5001,
            # Of two labels: Pebble panics at a name that has fewer than a blocked one.
            "domainBlocklist": ["blocked.test"],
            "keyAlgorithm": "ecdsa",
            "retryAfter": {"authz": 1, "order": 1},
            "profiles": {"default": {"description": "as public servers do", "validityPeriod": 7776000}},
        }
    }
    (folder / "pebble.json").write_text(json.dumps(settings))
    surroundings = {
        **os.environ,
        "PEBBLE_WFE_NONCEREJECT": NONCES_REFUSED,
        "PEBBLE_AUTHZREUSE": AUTHORIZATIONS_KEPT,
        "PEBBLE_VA_NOSLEEP": "1",
    }
    dns_argv = [
        str(built / PROGRAMS[1]),
        "-dnsserver",
        f"127.0.0.1:{dns}",
        "-management",
        f"127.0.0.1:{control}",
    ]
    for unused in ("http01", "https01", "tlsalpn01", "doh", "defaultIPv6"):
        dns_argv += [f"-{unused}", ""]
    argv = [str(built / PROGRAMS[0]), "-config", str(folder / "pebble.json"), "-strict"]
    argv += ["-dnsserver", f"127.0.0.1:{dns}"]
    with ExitStack() as stack:
        log = folder / "pebble.log"
        for each in (dns_argv, argv):
            stack.enter_context(_process(each, surroundings, log))
        trust = ssl.create_default_context(cafile=pair / "ca.pem")
        found = Pebble(
            f"https://localhost:{acme}/dir",
            f"https://localhost:{management}",
            f"http://127.0.0.1:{control}",
            folder,
            log,
            trust,
        )
        _await((acme, management, control), log)
        found.roots.write_bytes(found.root() + (pair / "ca.pem").read_bytes())
        yield found


@contextmanager
def _process(argv: list[str], surroundings: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(argv, env=surroundings, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _await(ports: tuple[int, ...], log: Path) -> None:
    from tests.images.workshop import until  # noqa: PLC0415  # it imports Docker's SDK

    def listening() -> bool:
        for port in ports:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)):
                    return False
        return True

    try:
        until(listening, START_SECONDS)
    except AssertionError:
        pytest.fail(f"Pebble did not start:\n{log.read_text(errors='replace')[-2000:]}")
