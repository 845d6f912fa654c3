"""A monitored deployment: everything is read, and a real fault reaches real people."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest

from certs.endpoints.swarm import PARTY
from infra.firing import PAIR
from infra.parties import pairs, services
from infra.scraping import targets
from operation.containers import container, execute
from operation.stack import LABEL_ROLE, LABEL_STACK
from tests.axe import violations
from tests.chromium import Chromium, opened
from tests.drills.pages import samples
from tests.platform.credentials import NAME, UNAWARE, bad_ones, kept, mutual, refusing, resumed
from tests.platform.deployment import Deployment, awaited, named, remove
from tests.platform.reach import PORTS, reached
from tests.platform.receivers import Received, receivers

pytestmark = pytest.mark.platform

PATIENCE = 0.02
"""An alert that waits a minute waits 1.2 s."""


@pytest.fixture(scope="module")
def received() -> Iterator[Received]:
    """Servers that alerts are sent to."""
    with receivers() as found:
        yield found


@pytest.fixture(scope="module")
def monitored(received: Received) -> Iterator[Deployment]:
    """A deployment with everything that monitoring looks at; alerts go to those servers."""
    deployment = named(parts=("realtime", "pulse", "monitoring"))
    gateway = docker.from_env().networks.get("docker_gwbridge").attrs["IPAM"]["Config"][0]["Gateway"]
    deployment.configure(
        monitoring__scrape_seconds=5,
        monitoring__patience=PATIENCE,
        monitoring__webhook_url=f"http://{gateway}:{received.web}/alerts",
        monitoring__watchdog_url=f"http://{gateway}:{received.web}/watchdog",
        monitoring__email_to="people@example.org",
        monitoring__email_from="bem@example.org",
        monitoring__smtp_host=f"{gateway}:{received.smtp}",
        monitoring__smtp_tls=False,
    )
    try:
        deployment.succeed("up", "--skip-backup", seconds=900)
        yield deployment
    finally:
        remove(deployment)


def asked(deployment: Deployment, path: str) -> list[dict[str, str]]:
    """What Prometheus answers to itself."""
    pair = ["--cacert", f"{PAIR}/ca.pem", "--cert", f"{PAIR}/cert.pem", "--key", f"{PAIR}/key.pem"]
    command = ["curl", "-sgf", *pair, f"https://prometheus:9090/api/v1/{path}"]
    said = execute(container(deployment.stack, "prometheus"), command).stdout
    found = json.loads(said)["data"] if said else {}
    return [each["metric"] for each in found.get("result", [])]


def up(deployment: Deployment) -> set[str]:
    """Jobs whose every target is up."""
    found = {
        state: {each["job"] for each in asked(deployment, f"query?query=up=={state}")} for state in (0, 1)
    }
    return found[1] - found[0]


def scale(deployment: Deployment, role: str, replicas: int) -> None:
    """As somebody by hand: Pulumi does not know."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}={role}"]
    docker.from_env().services.list(filters={"label": labels})[0].scale(replicas)


def test_everything_is_read(monitored: Deployment) -> None:
    """Each party that may be read is, by its own name and over mutual TLS; the questions of clients too."""
    wanted = {*targets(monitored.settings), "probe"}
    awaited(lambda: up(monitored) == wanted, 60, f"all of {sorted(wanted)} up")
    looks = "query?query={__name__=~'bem_repository_answers|redis_up|pg_up|probe_success'}==1"
    awaited(lambda: len(asked(monitored, looks)) == len(("local", "s3", "redis", "pg")) + 3, 60, "all well")


def figures(deployment: Deployment) -> dict[str, Any]:
    """What the status page says, as programs get it through the load balancer."""
    token = deployment.succeed("token.issue", "--subject", "test", "--scope", "status:read").words.strip()
    with deployment.client() as client:
        answer = client.get("/status/figures.json", headers={"Authorization": f"Bearer {token}"}, auth=None)
    said: dict[str, Any] = answer.json()
    return said if answer.status_code == httpx.codes.OK else {"well": False, "wrong": [said]}


def test_the_status_page_says_how_the_stack_is(monitored: Deployment) -> None:
    """Every service, each repository's restore point, served certificates, and the last drill."""
    samples.passed(monitored.stack)
    monitored.succeed("drill.report")
    awaited(lambda: not figures(monitored)["wrong"], 120, "nothing wrong beside alerts")
    said = figures(monitored)
    asked_only = {"database", "cache", "object-store"}
    assert {each["role"] for each in said["services"]} == {*targets(monitored.settings), *asked_only}
    assert {each["name"]: each["answers"] for each in said["repositories"]} == {"local": True, "s3": True}
    shown = {"api", "console", "database", "cache"}
    awaited(
        lambda: {each["role"] for each in figures(monitored)["certificates"]} >= shown, 60, f"{sorted(shown)}"
    )
    awaited(lambda: figures(monitored)["drills"], 60, "the drill")
    drill = figures(monitored)["drills"][0]
    assert (drill["runbook"], drill["passed"], drill["rto_objective"]) == ("database-volume-lost", True, 60)
    awaited(lambda: all(figures(monitored)["curves"].values()), 60, "curves")


def test_the_status_page_is_for_operators(monitored: Deployment, chromium: Chromium, tmp_path: Path) -> None:
    """Behind the load balancer, by the address that `token.page` prints, in a real browser."""
    with monitored.client() as client:
        assert client.get("/status/").status_code == httpx.codes.UNAUTHORIZED
        assert client.get("/status").status_code == httpx.codes.PERMANENT_REDIRECT
    address = monitored.succeed("token.page", "--json").json["address"]
    page = opened(chromium, address, 1280, leaves=True)
    headline = "document.getElementById('headline')"
    awaited(lambda: page.measure(f"document.readyState === 'complete' && !!{headline}"), 120, "the page")
    assert page.measure("location.hash") == ""
    curves = "document.querySelectorAll('path[class^=curve]').length"
    awaited(lambda: page.measure(curves) >= 4, 120, "its curves")
    assert violations(page) == []
    page.picture(tmp_path / "status.png")
    assert (tmp_path / "status.png").stat().st_size > 10_000


def test_a_stranger_is_not_answered(monitored: Deployment) -> None:
    """Without a certificate nobody reads an exporter, and the load balancer gives clients no figures."""
    bare = ["curl", "-sk", "--max-time", "5", "https://node-exporter:9100/metrics"]
    assert execute(container(monitored.stack, "prometheus"), bare).status != 0
    with monitored.client() as client:
        assert "bem_requests_total" not in client.get("/metrics").text


def test_a_fault_reaches_webhook_and_mail(monitored: Deployment, received: Received) -> None:
    """The cache is taken away: alerted by both ways and by `status`; brought back: resolved by both.

    Alerts that wait a fiftieth of their time may also have come on a busy host; those have to be over.
    """
    awaited(lambda: received.posted("Watchdog"), 60, "the watchdog's post")
    awaited(lambda: not received.open("CacheDown"), 90, "the end of an earlier alert")
    received.forget()
    scale(monitored, "cache", 0)
    awaited(lambda: received.posted("CacheDown", severity="critical"), 90, "a post about the cache")
    awaited(lambda: received.mailed("CacheDown"), 30, "a mail about the cache")
    said = monitored.invoke("status", "--json")
    assert said.status == 1
    alert = next(each for each in said.json["alerts"] if each["name"] == "CacheDown")
    assert alert["where"] == "docs/alerts.md#redis-is-down"

    scale(monitored, "cache", 1)
    awaited(lambda: received.posted("CacheDown", "resolved"), 90, "the post that it is over")
    awaited(lambda: received.mailed("CacheDown", "RESOLVED"), 30, "the mail that it is over")


def test_pulses_that_were_given_up_are_seen(monitored: Deployment, received: Received) -> None:
    """One dead letter is enough; without any there is no such alert."""
    assert not received.posted("PulseDeadLetters")
    write = (
        "import asyncio; from services.base.cache import cache_client; "
        "asyncio.run(cache_client('pulse').xadd('pulses:dead', {'key': 'given-up'}))"
    )
    said = execute(container(monitored.stack, "pulse"), ["python3", "-c", write])
    assert said.status == 0, said.stderr
    awaited(lambda: received.posted("PulseDeadLetters", severity="warning"), 90, "a post about dead letters")


def test_only_the_load_balancer_and_alertmanager_lead_out(monitored: Deployment) -> None:
    """Prometheus and the exporters have no way to the outside."""
    engine = docker.from_env()
    label = {"label": f"{LABEL_STACK}={monitored.name}"}
    leading = {each.name for each in engine.networks.list(filters=label) if not each.attrs["Internal"]}
    assert leading == {monitored.stack.object_name(name) for name in ("outside", "alerts")}
    for role in ("prometheus", "database-exporter", "node-exporter"):
        joined = container(monitored.stack, role).attrs["NetworkSettings"]["Networks"]
        assert not leading & set(joined)


def test_each_pair_that_may_talk_does_and_no_other(monitored: Deployment) -> None:
    """By connections from every container to every server; a network leads both ways."""
    running = {party.role for party in services(monitored.settings)}
    may = {frozenset(pair) for pair in pairs(monitored.settings) if running.issuperset(pair)}
    found = {frozenset(pair) for pair in reached(monitored)}
    assert found - may == set()
    assert {pair for pair in may if pair & PORTS.keys()} - found == set()


def test_no_server_takes_a_bad_certificate(monitored: Deployment, tmp_path: Path) -> None:
    """Each takes a good one; each refuses another CA's, an expired one, and one that is not for clients.

    The good one is revoked then, and refused by all that know lists.
    """
    stack = monitored.stack
    everybody = {each.party for each in mutual(stack)}
    assert len(everybody) > 10
    monitored.succeed("certs.issue", NAME, "--profile", "client")
    good = kept(stack, NAME)
    assert refusing(stack, good) == {}
    came = {party: by_protocol for party, by_protocol in resumed(stack, good).items() if party not in UNAWARE}
    assert {each["TLS 1.3"][0] for each in came.values()} == {"anew"}
    again = {party for party, each in came.items() if "resumed" in each["TLS 1.3"] + each["TLS 1.2"]}
    assert again == set(), "who resumes a session is not asked for a certificate"
    for wrong, pair in bad_ones(stack, tmp_path).items():
        assert everybody - refusing(stack, pair).keys() == set(), wrong
    monitored.succeed("certs.revoke", NAME, "--reason", "key_compromise", "--yes", seconds=900)
    assert everybody - refusing(stack, good).keys() == UNAWARE


def ours(deployment: Deployment) -> list[dict[str, Any]]:
    """What is served of the stack's own certificates; Swarm's Docker renews."""
    rows = deployment.succeed("certs.check", "--json").json
    return [row for row in rows if row["party"] != PARTY]


def test_every_certificate_is_renewed_and_shown(monitored: Deployment) -> None:
    """Each server of the stack takes its new pair, monitors and Redis too, and Pulumi sees no change."""
    before = ours(monitored)
    monitored.succeed("certs.renew", "--all", seconds=900)
    after = ours(monitored)
    running = {party.role for party in services(monitored.settings)}
    assert {row["party"] for row in after} == running
    assert all(row["verified"] and not row["stale"] for row in after)
    assert not {row["serial"] for row in after} & {row["serial"] for row in before}
    awaited(lambda: asked(monitored, "query?query=bem_renewal_succeeded==1"), 90, "the renewal's outcome")
    lists = "query?query=bem:revocation_list:left_ratio>0.9"
    awaited(lambda: {each["job"] for each in asked(monitored, lists)} >= {"api", "pulse"}, 90, "lists' age")
    assert monitored.run("pulumi", "preview", "--expect-no-changes", "--non-interactive").status == 0


def test_a_proof_is_told(monitored: Deployment) -> None:
    """By its repository, with its age; the other one was not proven, and nothing is told of it."""
    monitored.succeed("backup", "--repo", "local", "--verify")
    awaited(lambda: asked(monitored, "query?query=bem_proof_age_seconds<600"), 90, "the proof")
    told = asked(monitored, "query?query=bem_proof_good==1")
    assert {each["repository"] for each in told} == {"local"}
