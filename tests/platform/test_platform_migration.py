"""Migrations on a real deployment under load: forward, half-way, held up, and back."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest

from backups.engine import query
from infra.migration import run
from infra.parties import MIGRATIONS
from operation.containers import container
from operation.failure import Failure
from tests.platform.deployment import Deployment, awaited
from tests.platform.traffic import asked, writing

pytestmark = pytest.mark.platform

EXPANDS = "ALTER TABLE public.items ADD COLUMN colour text; CREATE TABLE public.palette (colour text)"
BREAKS = "CREATE TABLE public.half (a int); INSERT INTO public.half VALUES (1); SELECT 1 / 0"
CONTRACTS = "DROP TABLE public.palette; ALTER TABLE public.items DROP COLUMN colour"
REVISION = '''"""{words}."""

from alembic import op

revision, down_revision = "{name}", "{before}"


def upgrade() -> None:
    op.execute("{forward}")


def downgrade() -> None:
    op.execute("{back}")
'''


def image(deployment: Deployment, folder: Path, *revisions: tuple[str, str]) -> str:
    """The deployment's job with more revisions behind its newest: forward and back of each."""
    before = deployment.succeed("migrate", "--json").json["known"][-1]
    for number, (forward, back) in enumerate(revisions, int(before) + 1):
        name = f"{number:04}"
        text = REVISION.format(words="of a test", name=name, before=before, forward=forward, back=back)
        (folder / f"{name}_test.py").write_text(text)
        before = name
    (folder / "Dockerfile").write_text(
        f"FROM bem-{MIGRATIONS.role}:{deployment.name}\nCOPY *_test.py /srv/services/migrations/versions/\n"
    )
    tag = f"{deployment.name}-migrations:{folder.name}"
    subprocess.run(("docker", "build", "-q", "-t", tag, str(folder)), check=True, capture_output=True)
    return tag


@pytest.fixture
def made(platform: Deployment) -> Iterator[Deployment]:
    """The deployment; its schema is brought back to its own, and images of tests go."""
    newest = platform.succeed("migrate", "--json").json["now"]
    yield platform
    engine = docker.from_env()
    for tag in [tag for each in engine.images.list(f"{platform.name}-migrations") for tag in each.tags]:
        if moved(platform, tag, "downgrade", newest)["now"] == newest:
            engine.images.remove(tag, force=True)
    assert platform.succeed("migrate", "--json").json["now"] == newest


def moved(deployment: Deployment, tag: str, *words: str) -> dict[str, str]:
    """Runs the job as a roll-out does, and gives what it said."""
    certificates = deployment.stack.object_name(f"certs-{MIGRATIONS.role}")
    said: dict[str, str] = json.loads(run(deployment.stack, tag, certificates, list(words)).splitlines()[-1])
    return said


def sql(deployment: Deployment, statement: str) -> str:
    """An answer of the database."""
    return query(container(deployment.stack, "database"), statement, "bem")


@contextmanager
def written(deployment: Deployment) -> Iterator[list[int]]:
    """Writes items all through the block; gives each answer's status, 0 for none."""
    with asked(deployment, writing) as answers:
        awaited(lambda: len(answers) > 5, 20, "the first answers")
        yield answers
        seen = len(answers)
        awaited(lambda: len(answers) > seen + 5, 20, "answers afterwards")


def test_forward_and_back_under_load(made: Deployment, tmp_path: Path) -> None:
    """A step that expands costs no write, nor does its way back: services know neither."""
    tag = image(made, tmp_path, (EXPANDS, CONTRACTS))
    with written(made) as answers:
        ahead = moved(made, tag, "upgrade")
        assert sql(made, "select count(colour) from items") == "0"
        back = moved(made, tag, "downgrade", ahead["before"])
    assert (back["before"], back["now"]) == (ahead["now"], ahead["before"])
    assert set(answers) == {201}
    assert sql(made, "select to_regclass('palette')") == ""


def test_half_way_is_the_last_whole_step(made: Deployment, tmp_path: Path) -> None:
    """Of two steps the second breaks in its middle: nothing of it is there, and the first stays."""
    tag = image(made, tmp_path, (EXPANDS, CONTRACTS), (BREAKS, "DROP TABLE public.half"))
    with written(made) as answers, pytest.raises(Failure, match="the migration failed: division by zero"):
        moved(made, tag, "upgrade")
    assert set(answers) == {201}
    assert sql(made, "select to_regclass('half') is null, to_regclass('palette') is null") == "t\tf"
    assert made.succeed("migrate", "--json").json["newer_than_image"]
    assert made.well()


def test_a_lock_that_does_not_come_is_given_up(made: Deployment, tmp_path: Path) -> None:
    """A reader holds the table: the job stops asking before writers have waited long, and says so."""
    tag = image(made, tmp_path, (EXPANDS, CONTRACTS))
    hold = ("psql", "-X", "-d", "bem", "-c", "begin; select count(*) from items; select pg_sleep(60)")
    words = ("docker", "exec", container(made.stack, "database").id, *hold)
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as holder:
        sleeping = "select count(*) from pg_stat_activity where query like 'begin; select count%'"
        awaited(lambda: sql(made, sleeping) == "1", 20, "the holder")
        with pytest.raises(Failure, match="lock timeout"):
            moved(made, tag, "upgrade")
        sql(made, f"select pg_terminate_backend(pid) {sleeping.removeprefix('select count(*)')}")
        holder.wait(20)
    assert sql(made, "select to_regclass('palette')") == ""
    assert moved(made, tag, "upgrade")["now"] > moved(made, tag, "status")["known"][0]
