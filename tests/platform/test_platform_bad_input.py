"""Bad input is refused before anything is touched, in one clear message."""

import socket

import docker
import pytest

from operation.stack import LABEL_STACK
from tests.platform.deployment import Deployment, Said

pytestmark = pytest.mark.platform


def refused(said: Said, *words: str, status: int = 2) -> None:
    """One message with these words, no traceback, and that exit status."""
    assert said.status == status, said.words
    for each in words:
        assert each in said.words
    assert "Traceback" not in said.words


def versions(deployment: Deployment) -> dict[str, int]:
    """Swarm's counters: the same ones mean that nothing was touched."""
    label = {"label": f"{LABEL_STACK}={deployment.name}"}
    return {each["ID"]: each["Version"]["Index"] for each in docker.from_env().api.services(filters=label)}


@pytest.mark.parametrize("command", [("up",), ("preview",), ("status",), ("backup",), ("down", "--yes")])
def test_an_unknown_settings_key(platform: Deployment, command: tuple[str, ...]) -> None:
    """File, key, consequence and fix, whichever task meets it first."""
    before, text = versions(platform), platform.stack.file.read_text()
    platform.configure(api__replica=3)
    try:
        said = platform.invoke(*command)
    finally:
        platform.stack.file.write_text(text)
    refused(
        said, f"{platform.stack.file.name}: bem:api.replica: unknown key", "'replicas'", "nothing was changed"
    )
    assert versions(platform) == before


def test_an_unknown_settings_key_in_plain_pulumi(platform: Deployment) -> None:
    """The program says the same, without a traceback."""
    text = platform.stack.file.read_text()
    platform.configure(api__replica=3)
    try:
        said = platform.run("pulumi", "preview", "--non-interactive")
    finally:
        platform.stack.file.write_text(text)
    assert said.status != 0
    assert "bem:api.replica: unknown key" in said.words
    assert "Traceback" not in said.words


def test_a_port_that_is_taken(another: Deployment) -> None:
    """Named with its key, before anything is made."""
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", another.settings.load_balancer.https_port))  # noqa: S104  # as HAProxy would
        taken.listen()
        refused(another.invoke("up"), "is taken", "bem:load_balancer.https_port")
    label = {"label": f"{LABEL_STACK}={another.name}"}
    engine = docker.from_env()
    assert not [*engine.services.list(filters=label), *engine.volumes.list(filters=label)]


def test_a_wrong_passphrase(platform: Deployment) -> None:
    """The state stays shut, and opens again with the right one."""
    path = platform.stack.folder / "secrets" / "pulumi-passphrase"
    right = path.read_text()
    path.write_text("another\n")
    try:
        said = platform.invoke("up", "--skip-backup")
    finally:
        path.write_text(right)
    refused(said, "passphrase", "does not open", status=1)
    assert "nothing changed" in platform.succeed("up", "--skip-backup").words


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("restore", "--to", "2099-01-01T00:00:00Z", "--yes"), "in the future"),
        (("restore", "--to", "2001-01-01T00:00:00Z", "--yes"), "the oldest restore point is"),
        (("restore", "--to", "2001-01-01T00:00:00Z", "--preview"), "the oldest restore point is"),
        (("restore", "--to", "2026-11-24T03:10:00", "--yes"), "no offset from UTC"),
        (("restore", "--to", "yesterday", "--yes"), "is not a time"),
        (("restore", "--yes"), "exactly one of --to TIME, --to-mark NAME, --backup LABEL, --latest"),
        (("restore", "--latest", "--backup", "x", "--yes"), "exactly one of"),
        (("restore", "--backup", "20010101-000000F", "--yes"), "there is no backup '20010101-000000F'"),
        (("restore", "--latest", "--repo", "tape", "--yes"), "there is no repository 'tape'"),
        (("restore", "--latest"), "Nobody is there to answer"),
        (("restore.undo", "--yes"), "no earlier volume"),
        (("restore.forget", "9", "--yes"), "generation 9 is not kept"),
        (("backup", "--type", "huge"), "'huge' is no type of backup"),
        (("backup", "--repo", "tape"), "use one of: local, s3"),
        (("backup", "--only", "cache"), "--only cache means nothing"),
        (("restore", "--latest", "--only", "cache", "--yes"), "--only cache means nothing"),
        (("restore", "--latest", "--vault-as-of", "2999-01-01T00:00:00Z", "--yes"), "in the future"),
        (("restore", "--latest", "--vault-as-of", "2026-11-24T03:10:00Z", "--yes"), "does not run"),
        (
            ("restore", "--latest", "--vault-as-of", "2026-11-24T03:10:00Z", "--repo", "local", "--yes"),
            "only s3 keeps versions",
        ),
        (("backup.rescue", "--table", "items"), "exactly one of"),
        (("backup.rescue", "--table", "items", "--to", "yesterday"), "'yesterday'"),
        (("backup.rescue", "--table", "items", "--to-mark", "never"), "there is no mark 'never'"),
        (("backup.rescue", "--table", "items", "--repo", "tape", "--backup", "x"), "use one of: local, s3"),
        (("backup.verify", "--repo", "tape"), "there is no repository 'tape'"),
        (("backup.proofs", "--check", "nowhere.json"), "there is no file nowhere.json"),
        (("backup.endpoint", "--to", "https://s3.example.org"), "is no endpoint"),
        (("backup.endpoint", "--own", "--to", "s3.example.org"), "which one?"),
        (("backup.endpoint", "--to", "s3.example.org"), "wants keys"),
        (("backup.kit",), "encrypted to recipients or with a passphrase"),
        (("backup.kit", "--recipient", "age1nobody", "--output", "/tmp/kit.age"), "no age recipient"),  # noqa: S108
        (("backup.kit", "--check", "nowhere.age"), "nowhere.age cannot be read"),
        (("backup.kit", "--check", "README.md"), "no armoured age file"),
        (("backup.vault", "--renew", "--bring-back", "2026-11-24T03:10:00Z"), "which one?"),
        (("backup.vault", "--bring-back", "yesterday", "--yes"), "is not a time"),
        (("backup.vault", "--bring-back", "2999-01-01T00:00:00Z", "--yes"), "in the future"),
        (("backup.vault", "--bring-back", "2026-11-24T03:10:00Z"), "Nobody is there to answer"),
        (("backup.passphrase", "--repo", "tape"), "use one of: local, s3"),
        (("backup.passphrase",), "Nobody is there to answer"),
        (("backup.retention", "--full", "2", "--days", "30"), "by number or by days"),
        (("backup.retention", "--days", "soon"), "'soon' is no number"),
        (("backup.retention", "--full", "0"), "retention_full"),
        (("backup.retention", "--diff", "7"), "Nobody is there to answer"),
        (("recover", "nowhere.age"), "nowhere.age cannot be read"),
        (("status", "--stack", "nowhere"), "there is no stack 'nowhere'"),
        (("up", "--stack", "No Name"), "cannot be a stack's name"),
        (("drill", "database-volume-los", "--yes"), "did you mean 'database-volume-lost'"),
        (("certs.renew", "--party", "nobody"), "has no party 'nobody'"),
        (("down",), "Nobody is there to answer"),
        (("down", "--destroy-data=other"), "needs the stack's name"),
    ],
)
def test_input_that_cannot_be_meant(platform: Deployment, command: tuple[str, ...], words: str) -> None:
    """Exit status 2, what is wrong, and nothing touched."""
    before = versions(platform)
    refused(platform.invoke(*command), words)
    assert versions(platform) == before
    assert platform.well()


def test_an_unknown_task(platform: Deployment) -> None:
    """The nearest is named."""
    refused(platform.invoke("bakcup"), "there is no task `bakcup`; did you mean `backup`?")
