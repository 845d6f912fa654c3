"""A deployment of its own for tests: another name, free ports, removed with all that it has."""

import json
import os
import secrets
import ssl
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from certs.ca.authority import root_path
from infra.ports import free
from operation.stack import ROOT, Stack
from operation.stack_file import configure
from tests.images.workshop import BUSY
from tokens.bearer import bearer
from tokens.keys import key_file

T = TypeVar("T")
SECONDS = 600.0
OPTIONAL = ("realtime", "pulse", "training", "monitoring")


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def words(self) -> str:
        """All that it said, for messages of tests."""
        return f"{self.stdout}\n{self.stderr}"

    @property
    def json(self) -> Any:
        """Standard output, which is JSON."""
        return json.loads(self.stdout)


@dataclass(frozen=True)
class Deployment:
    """A stack and what a person does with it."""

    stack: Stack

    @property
    def name(self) -> str:
        """Of the stack."""
        return self.stack.name

    @property
    def url(self) -> str:
        """Where its load balancer listens."""
        return f"https://127.0.0.1:{self.settings.load_balancer.https_port}"

    @property
    def settings(self) -> Any:
        """The stack's file as it is now."""
        return Stack(self.name).settings

    @property
    def environment(self) -> dict[str, str]:
        """What `./ops env` gives for this stack, in a person's terminal of usual width."""
        return {
            **os.environ,
            "PULUMI_STACK": self.name,
            "PULUMI_BACKEND_URL": f"file://{self.stack.folder / 'pulumi'}",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self.stack.folder / "secrets" / "pulumi-passphrase"),
            "COLUMNS": "120",
        }

    def configure(self, **values: Any) -> None:
        """Sets values of the stack's file: `api__replicas=3`."""
        configure(self.stack, {key.replace("__", "."): value for key, value in values.items()})

    def invoke(self, *words: str, seconds: float = SECONDS) -> Said:
        """`invoke` with these words, nobody at the keyboard."""
        return self.run("invoke", *words, seconds=seconds)

    def run(self, *argv: str, seconds: float = SECONDS) -> Said:
        """Any command in the stack's environment, to its end."""
        done = subprocess.run(
            argv,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def start(self, *argv: str) -> "subprocess.Popen[str]":
        """Starts a command in a session of its own, for tests that interrupt it."""
        return subprocess.Popen(
            argv,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def succeed(self, *words: str, seconds: float = SECONDS) -> Said:
        """`invoke` that has to succeed."""
        said = self.invoke(*words, seconds=seconds)
        assert said.status == 0, said.words
        return said

    def client(self, *, http2: bool = True) -> httpx.Client:
        """A client that trusts the stack's root and nothing else, and carries tokens once there are keys."""
        trust = ssl.create_default_context(cafile=str(root_path(self.stack)))
        auth = bearer(self.stack, "test") if key_file(self.stack).exists() else None
        return httpx.Client(
            base_url=self.url, verify=trust, auth=auth, timeout=5, trust_env=False, http2=http2
        )

    def write(self, name: str) -> int:
        """An acknowledged item's id."""
        with self.client() as client:
            answer = client.post("/items", json={"name": name})
            assert answer.status_code == httpx.codes.CREATED, answer.text
            return int(answer.json()["id"])

    def names(self) -> list[str]:
        """Names of all items, in their order."""
        found: list[str] = []
        after = 0
        with self.client() as client:
            while True:
                answer = client.get("/items", params={"after": after, "limit": 1000})
                answer.raise_for_status()
                items = answer.json()["items"]
                if not items:
                    return found
                found += [item["name"] for item in items]
                after = items[-1]["id"]

    def well(self) -> bool:
        """Whether clients are served."""
        try:
            with self.client() as client:
                return client.get("/readyz").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def faultless(self, seconds: float) -> None:
        """Waits until `status` finds nothing wrong; a test that waits in vain says what it found last."""
        found: list[Said] = []

        def good() -> bool:
            found[:] = [self.invoke("status")]
            return found[0].status == 0

        try:
            awaited(good, seconds, "a good status")
        except AssertionError as error:
            raise AssertionError(f"{error}; the last one:\n{found[0].words}") from None


def named(prefix: str = "test", parts: tuple[str, ...] = ()) -> Deployment:
    """A deployment with a name and ports that nobody else has; its file is written, nothing runs yet.

    Args:
        prefix: of its name.
        parts: what it has beside api and database.
    """
    stack = Stack(f"{prefix}-{secrets.token_hex(3)}")
    stack.file.write_text("config: {}\n")
    https_port, http_port = free(2)
    configure(
        stack,
        {
            "load_balancer.https_port": https_port,
            "load_balancer.http_port": http_port,
            **{f"{part}.enabled": part in parts for part in OPTIONAL},
        },
    )
    return Deployment(Stack(stack.name))


def remove(deployment: Deployment) -> None:
    """Removes it with everything that it has, also when it was never whole."""
    said = deployment.invoke("down", f"--destroy-data={deployment.name}")
    deployment.stack.file.unlink(missing_ok=True)
    assert said.status == 0, said.words


def awaited(condition: Callable[[], T | None], seconds: float, what: str) -> T:
    """What a condition gives once it gives something true; fails the test when it never does.

    Waits `BUSY` times as long as it should take: hosts differ, and their disks stand still at times.
    """
    deadline = time.monotonic() + BUSY * seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not happen within {BUSY * seconds:.0f} s"
        time.sleep(0.1)
