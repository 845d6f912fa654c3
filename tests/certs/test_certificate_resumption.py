"""What `resumption.py` tells: a usual server's sessions are resumed, ours never are."""

import json
import os
import subprocess
import sys
from pathlib import Path

from certs.endpoints import handshake
from certs.pairs.store import ensure
from operation.stack import Stack
from services.base import tls
from tests.certs import resumption
from tests.certs.conftest import Ask, Files, Serve


def came_twice(folder: Path, port: int) -> dict[str, list[str]]:
    """How a client fared, by protocol; as in a container, without any package."""
    words = {
        "host": "127.0.0.1",
        "port": port,
        "server_name": "api",
        "ca": str(folder / "ca.pem"),
        "certificate": str(folder / "cert.pem"),
        "key": str(folder / "key.pem"),
        "starttls": "",
        "seconds": 5,
    }
    environment = {
        **os.environ,
        "SHAKE": Path(handshake.__file__).read_text(),
        "WORDS": json.dumps(words),
    }
    argv = [sys.executable, "-I", "-c", Path(resumption.__file__).read_text()]
    said = subprocess.run(argv, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, list[str]] = json.loads(said.stdout)
    return found


def test_usual_server_resumes(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """By a ticket, in both protocols."""
    folder = files(ensure(stack, ask()))
    assert came_twice(folder, serve(folder)) == {
        "TLS 1.3": ["anew", "resumed"],
        "TLS 1.2": ["anew", "resumed"],
    }


def test_our_services_do_not(stack: Stack, ask: Ask, files: Files, serve: Serve) -> None:
    """Whoever resumes a session would not be asked for a certificate, so a revoked one would go on."""
    folder = files(ensure(stack, ask()))
    came = came_twice(folder, serve(folder, own=tls.mutual_context(folder)))
    assert came["TLS 1.3"] == ["anew", "anew"]
    assert not {"anew", "resumed"} & set(came["TLS 1.2"]), "it resumes by a session's id"
