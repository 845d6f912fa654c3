"""Roll-outs on a real deployment: good ones without a lost request, bad ones without a trace."""

import subprocess
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from operation.stack import LABEL_ROLE, LABEL_STACK
from tests.platform.deployment import Deployment, awaited
from tests.platform.traffic import asked

pytestmark = pytest.mark.platform

NO_HEALTH = 'CMD ["python3", "-c", "raise SystemExit(\'no such module: flurb\')"]\n'
ERRORS = (
    "USER 0\nRUN sed -i 's/INSERT INTO public.items/INSERT INTO public.nothing/' /srv/services/api/items.py "
    "&& rm -rf /srv/services/api/__pycache__\nUSER 6004:6004\n"
)
GOOD = "LABEL try=once\n"
TURNS = (
    'USER 0\nRUN printf \'import os\\nif not os.environ.get("CANARY"): '
    'INSERT = INSERT.replace(b"public.items", b"public.nothing")\\n\' >> /srv/services/api/items.py '
    "&& rm -rf /srv/services/api/__pycache__\nUSER 6004:6004\n"
)
"""Good as a canary; bad as soon as clients find it."""


@pytest.fixture(scope="module")
def images(first_up: tuple[Deployment, str]) -> Iterator[dict[str, str]]:
    """Images made from the api's own: good; never healthy; all errors; errors once clients find it."""
    deployment, _ = first_up
    tags = {name: f"{deployment.name}:{name}" for name in ("good", "unhealthy", "errors", "turns")}
    for tag, change in zip(tags.values(), (GOOD, NO_HEALTH, ERRORS, TURNS), strict=True):
        recipe = f"FROM bem-api:{deployment.name}\n{change}"
        subprocess.run(("docker", "build", "-q", "-t", tag, "-"), input=recipe.encode(), check=True)
    yield tags
    for tag in tags.values():
        docker.from_env().images.remove(tag, force=True)


def served(deployment: Deployment) -> tuple[str, int]:
    """The api's image, and how many of its containers run."""
    engine = docker.from_env()
    service = engine.services.get(deployment.stack.object_name("api"))
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}=api"]
    running = engine.containers.list(filters={"label": labels, "status": "running"})
    return service.attrs["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"], len(running)


def left_over(deployment: Deployment) -> list[Any]:
    """Canaries that are still there."""
    found = docker.from_env().services.list(filters={"label": f"{LABEL_STACK}={deployment.name}"})
    return [each for each in found if "canary" in each.name]


@pytest.mark.parametrize(
    ("name", "words"), [("unhealthy", "no such module: flurb"), ("errors", "answers POST /items with: 500")]
)
def test_a_bad_image_never_takes_a_request(
    platform: Deployment, images: dict[str, str], name: str, words: str
) -> None:
    """Its own words are shown, nothing of it is left, and nobody noticed."""
    before = served(platform)
    with asked(platform) as answers:
        said = platform.invoke("deploy", "--service", "api", "--image", images[name])
    assert said.status == 1
    assert words in said.stderr
    assert "it never took a request" in said.stderr
    assert served(platform) == before
    assert left_over(platform) == []
    assert set(answers) == {200}
    assert platform.run("pulumi", "preview", "--expect-no-changes", "--non-interactive").status == 0


def test_a_good_image_is_rolled_out_without_a_lost_request(
    platform: Deployment, images: dict[str, str]
) -> None:
    """And the way back to a build from the checkout, too; both are in the report and in the history."""
    before, count = served(platform)
    with asked(platform) as answers:
        said = platform.succeed("deploy", "--service", "api", "--image", images["good"], "--json").json
        assert served(platform)[0] == said["changes"][0]["after"] != before
        assert platform.succeed("deploy", "--service", "api", "--json").json["changes"][0]["after"] == before
    assert said["bad"] == []
    assert said["good"] > 0
    awaited(lambda: served(platform) == (before, count), 30, "the end of the replicas before")
    assert set(answers) == {200}
    assert len(answers) > 100
    history = platform.succeed("history", "--json").json
    outcomes = [each["outcome"] for each in history if each["what"] == "deploy api"]
    assert (outcomes.count("succeeded"), outcomes.count("failed")) == (2, 2)


@pytest.mark.long
def test_what_fails_only_for_clients_is_taken_back(platform: Deployment, images: dict[str, str]) -> None:
    """Healthy, and good as a canary: those who look from outside see it, and the images before come back."""
    before, count = served(platform)
    said = platform.invoke("deploy", "--service", "api", "--image", images["turns"])
    assert said.status == 1
    taken_back = "the roll-out was taken back: the platform does not answer well from outside"
    assert taken_back in said.stderr, said.stderr
    awaited(lambda: served(platform) == (before, count), 30, "the images before, and no other")
    assert platform.settings.images.api == before
    assert left_over(platform) == []
    assert platform.write("after the way back")
    assert platform.run("pulumi", "preview", "--expect-no-changes", "--non-interactive").status == 0
    platform.succeed("deploy", "--service", "api", "--force")
    assert platform.settings.images.api == ""


def test_replicas_are_more_anew_and_fewer_without_a_lost_request(platform: Deployment) -> None:
    """Scale, restart and back; the stack's file keeps the number, and a preview is clean after each."""
    with asked(platform) as answers:
        platform.succeed("scale", "api", "--replicas", "3")
        assert platform.settings.api.replicas == 3
        names = {each.id for each in containers(platform)}
        assert len(names) == 3
        platform.succeed("restart", "api")
        awaited(lambda: not names & {each.id for each in containers(platform)}, 30, "three new replicas")
        platform.succeed("scale", "api", "--replicas", "2")
    assert set(answers) == {200}
    assert platform.run("pulumi", "preview", "--expect-no-changes", "--non-interactive").status == 0


def containers(deployment: Deployment) -> list[Any]:
    """The api's running containers."""
    labels = [f"{LABEL_STACK}={deployment.name}", f"{LABEL_ROLE}=api"]
    found: list[Any] = docker.from_env().containers.list(filters={"label": labels, "status": "running"})
    return found


def test_what_cannot_be_meant_is_refused(platform: Deployment) -> None:
    """Before anything is touched."""
    for words in (
        ("deploy", "--service", "database"),
        ("deploy", "--image", "x:y"),
        ("scale", "api", "--replicas", "0"),
        ("restart", "apy"),
        ("migrate", "--to", "9999"),
    ):
        said = platform.invoke(*words)
        assert said.status == 2, said.words


def test_the_schema_goes_back_and_forward(platform: Deployment) -> None:
    """To what it was; the SQL can be read before, and a way back asks first."""
    newest = platform.succeed("migrate", "--json").json["now"]
    assert platform.succeed("migrate", "--json").json["before"] == newest
    known = platform.succeed("migrate", "--json").json["known"]
    if len(known) > 1:
        assert platform.invoke("migrate", "--to", known[-2]).status == 2
        assert platform.succeed("migrate", "--to", known[-2], "--yes", "--json").json["now"] == known[-2]
        assert "CREATE" in platform.succeed("migrate", "--dry-run").stdout.upper()
        assert platform.succeed("migrate", "--json").json["now"] == newest
