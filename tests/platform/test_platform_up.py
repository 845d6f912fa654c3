"""What a person has after `up`: served, backed up, proven, and unchanged by a second run."""

import base64
import json
import re
from typing import Any

import docker
import httpx
import pytest

from infra.parties import PARTIES, services
from operation.stack import LABEL_ROLE, LABEL_STACK
from tests.platform.deployment import Deployment

pytestmark = pytest.mark.platform


def containers(deployment: Deployment) -> list[Any]:
    """All that runs of it."""
    label = f"{LABEL_STACK}={deployment.name}"
    return list(docker.from_env().containers.list(filters={"label": label}))


def test_the_first_up_ends_with_a_summary(first_up: tuple[Deployment, str]) -> None:
    """Addresses, root certificate, a proof by restore for each repository, and what must leave the host."""
    deployment, words = first_up
    assert f":{deployment.settings.load_balancer.https_port}" in words
    assert f".ops/{deployment.name}/certs/root.pem" in words
    assert re.search(r"proven by restore +\S+F in local", words)
    assert re.search(r"proven by restore +\S+F in s3", words)
    assert "✓ deploy (" in words
    assert f"the CA's keys lie in {deployment.stack.folder} alone" in words
    assert "`invoke backup.kit`" in words


def test_a_second_up_changes_nothing(platform: Deployment) -> None:
    """And says so; what must leave the host is said once only."""
    said = platform.succeed("up")
    assert "nothing changed" in said.words
    assert "backup.kit" not in said.words
    content = platform.succeed("up", "--json").json
    assert set(content["changes"]) == {"same"}


def test_pulumi_itself_agrees(platform: Deployment) -> None:
    """Plain `pulumi preview` and `pulumi up`, as their users know them."""
    preview = platform.run("pulumi", "preview", "--expect-no-changes", "--non-interactive")
    assert preview.status == 0, preview.words
    up = platform.run("pulumi", "up", "--yes", "--expect-no-changes", "--non-interactive")
    assert up.status == 0, up.words


def test_every_container_is_locked_down(platform: Deployment) -> None:
    """Its own uid, no capability, a read-only root, a health check, and no port but the load balancer's."""
    found = containers(platform)
    assert len(found) == len(services(platform.settings)) + platform.settings.api.replicas - 1
    users = {party.role: party.user for party in PARTIES}
    for each in found:
        host, config = each.attrs["HostConfig"], each.attrs["Config"]
        role = config["Labels"][LABEL_ROLE]
        assert host["ReadonlyRootfs"], role
        assert host["CapDrop"] == ["ALL"], role
        assert config["User"] == users[role], role
        assert config["Healthcheck"]["Test"][0] == "CMD-SHELL", role
        published = [binding for binding in (host["PortBindings"] or {}).values() if binding]
        assert bool(published) is (role == "load-balancer"), role


def test_no_secret_is_in_what_docker_shows(platform: Deployment) -> None:
    """Not in environments, arguments, labels or configs."""
    secrets = [path.read_text().strip() for path in (platform.stack.folder / "secrets").iterdir()]
    shown = json.dumps([each.attrs for each in containers(platform)])
    engine = docker.from_env()
    label = {"label": f"{LABEL_STACK}={platform.name}"}
    shown += json.dumps([each.attrs for each in engine.services.list(filters=label)])
    shown += json.dumps([each.attrs for each in engine.configs.list(filters=label)])
    assert not [secret for secret in secrets if len(secret) > 8 and secret in shown]


def test_no_secret_is_in_pulumi_s_state(platform: Deployment) -> None:
    """Neither in clear nor in Base64."""
    state = (
        platform.stack.folder / "pulumi" / ".pulumi" / "stacks" / "bem" / f"{platform.name}.json"
    ).read_text()
    for path in (platform.stack.folder / "secrets").iterdir():
        value = path.read_text().strip()
        assert len(value) < 8 or value not in state, path.name
        assert base64.b64encode(value.encode()).decode().rstrip("=")[:24] not in state or len(value) < 8


def test_plain_http_is_sent_on(platform: Deployment) -> None:
    """308 to the TLS port, path and query kept."""
    port = platform.settings.load_balancer
    answer = httpx.get(f"http://127.0.0.1:{port.http_port}/items?limit=1", trust_env=False)
    assert answer.status_code == 308
    assert answer.headers["location"] == f"https://127.0.0.1:{port.https_port}/items?limit=1"


def test_clients_are_served_over_http2(platform: Deployment) -> None:
    """With the stack's own root and no other trust."""
    with platform.client() as client:
        answer = client.get("/readyz")
    assert (answer.status_code, answer.http_version) == (200, "HTTP/2")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{platform.url}/readyz", trust_env=False)


def test_an_item_lives_its_whole_life(platform: Deployment) -> None:
    """Made, found, listed, made again by its key only once, removed."""
    with platform.client() as client:
        headers = {"Idempotency-Key": "test-whole-life"}
        made = client.post("/items", json={"name": "one"}, headers=headers)
        again = client.post("/items", json={"name": "one"}, headers=headers)
        number = made.json()["id"]
        assert (made.status_code, again.status_code, again.json()["id"]) == (201, 201, number)
        assert client.get(f"/items/{number}").json()["name"] == "one"
        assert number in [
            item["id"] for item in client.get("/items", params={"after": number - 1}).json()["items"]
        ]
        assert client.delete(f"/items/{number}").status_code == 204
        assert client.get(f"/items/{number}").status_code == 404


def test_a_new_key_signs_and_old_tokens_stay_good(platform: Deployment) -> None:
    """Each replica takes both during the overlap; dropped keys are void; Pulumi sees no change afterwards."""
    issue = ("token.issue", "--subject", "test", "--scope", "items:read")
    old = platform.succeed(*issue).stdout.strip()

    def statuses(token: str) -> set[int]:
        with platform.client() as client:
            client.auth = httpx.Auth()
            headers = {"Authorization": f"Bearer {token}"}
            return {client.get("/items?limit=1", headers=headers).status_code for _ in range(8)}

    assert (statuses(old), statuses(old[:-4] + "AAAA")) == ({200}, {401})
    assert [row["state"] for row in platform.succeed("token.rotate", "--json").json] == ["old", "signing"]
    assert statuses(old) == statuses(platform.succeed(*issue).stdout.strip()) == {200}
    platform.succeed("token.rotate", "--drop-old")
    assert statuses(old) == {401}
    assert statuses(platform.succeed(*issue).stdout.strip()) == {200}
    assert set(platform.succeed("preview", "--json").json) == {"same"}


def test_status_says_that_all_is_well(platform: Deployment) -> None:
    """Services, replicas, endpoints, days left, restore points and RPO, as JSON too."""
    said = platform.succeed("status", "--json").json
    assert said["wrong"] == []
    assert {each["name"] for each in said["services"]} == {
        party.role for party in services(platform.settings)
    }
    assert all(each["healthy"] == each["wanted"] for each in said["services"])
    assert set(said["restore_point"]) == {"local", "s3"}
    assert all(0 <= seconds < 30 for seconds in said["rpo_seconds"].values())
    assert all(89 < days <= 90 for days in said["certificates"].values())
    assert "is well" in platform.succeed("status").words


def test_every_served_certificate_verifies(platform: Deployment) -> None:
    """By handshakes with each replica, and with Swarm's manager."""
    rows = platform.succeed("certs.check", "--json").json
    assert len(rows) == len(services(platform.settings)) + platform.settings.api.replicas - 1 + 1
    assert rows[-1]["party"] == "swarm-manager"
    assert all(row["verified"] and not row["stale"] for row in rows)


def test_logs_are_those_of_the_service(platform: Deployment) -> None:
    """And an unknown service is refused with the known ones."""
    assert "load-balancer" in platform.succeed("logs", "load-balancer", "--tail", "5").words
    said = platform.invoke("logs", "nothing")
    assert said.status == 2
    assert "use one of: database, load-balancer" in said.words


def test_every_change_is_in_the_audit_log(platform: Deployment) -> None:
    """Who, what, when, and how it ended."""
    lines = (platform.stack.folder / "audit.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert (first["what"], first["outcome"]) == ("up", "succeeded")
    assert first["who"]
