"""Another major version of PostgreSQL on a whole platform: forth under load, back, and killed on the way."""

import os
import signal
import time

import pytest

from backups import journal
from backups.engine import query
from backups.journal import Phase
from operation.containers import container
from tests.platform.deployment import Deployment, awaited
from tests.platform.test_platform_state import unchanged
from tests.platform.writer import Writer

pytestmark = [pytest.mark.platform, pytest.mark.long, pytest.mark.lane("upgrade")]

OLD, NEW = 15, 17


def serves(deployment: Deployment) -> int:
    """The major version that answers."""
    return int(query(container(deployment.stack, "database"), "show server_version_num")) // 10000


def begun(deployment: Deployment) -> None:
    """A platform that begins on the old version."""
    deployment.configure(database__version=OLD)
    deployment.succeed("up", seconds=900)
    assert awaited(deployment.well, 30, "service")
    assert serves(deployment) == OLD


def test_another_major_version_and_back(another: Deployment) -> None:
    """Nothing that was acknowledged is lost, both stanzas restore, and a kill in each phase ends whole."""
    begun(another)
    before = another.write("before")
    said = another.succeed("database.upgrade", "--dry-run", "--json").json
    assert (said["from_version"], said["to_version"], said["to_stanza"]) == (OLD, NEW, "bem-17")
    rehearsed = another.succeed("database.upgrade", "--rehearse", "--json").json
    assert rehearsed["rows"] > 0
    assert serves(another) == OLD
    assert another.settings.database.version == OLD
    with Writer(another, "written") as writer:
        awaited(lambda: len(writer.acknowledged) > 20, 30, "writes")
        done = another.succeed("database.upgrade", "--yes", "--json").json
        count = len(writer.acknowledged)
        awaited(lambda: len(writer.acknowledged) > count + 20, 30, "writes behind it")
    assert serves(another) == done["version"] == NEW
    assert done["stanza"] == another.settings.backups.stanza == "bem-17"
    assert {each["repository"] for each in done["proofs"] if each["good"]} == {"local", "s3"}
    assert set(writer.acknowledged) <= set(another.names())
    assert 0 < done["conversion_seconds"] < done["seconds_down"]
    another.faultless(60)
    assert unchanged(another)

    target = another.write("behind")
    time.sleep(2)
    another.succeed("restore", "--latest", "--yes")
    assert {"before", "behind"} <= set(another.names())
    assert before < target
    assert another.succeed("database.upgrade", "--to", str(NEW), "--json").json["changed"] is False

    # The restore's own undo, then the upgrade's: back on the old version, in its own stanza.
    another.succeed("restore.undo", "--yes")
    assert serves(another) == NEW
    generation = done["generation"]
    kept = another.settings.database.kept
    another.succeed("restore.forget", str(max({*kept} - {generation, 1})), "--yes")
    another.succeed("restore.undo", "--yes")
    assert serves(another) == OLD
    assert another.settings.backups.stanza == "bem"
    names = another.names()
    assert "before" in names
    assert "behind" not in names
    another.write("back")
    another.succeed("backup", "--verify")
    another.succeed("restore.undo", "--yes")
    assert serves(another) == NEW
    assert "behind" in another.names()
    another.succeed("backup", "--verify")
    another.faultless(60)


def killed(deployment: Deployment, phase: Phase) -> None:
    """Begins the upgrade and kills it, with all its children, as soon as it is that far."""
    process = deployment.start("invoke", "database.upgrade", "--yes")
    reached = [each for each in Phase if list(Phase).index(each) >= list(Phase).index(phase)]

    def there() -> bool:
        move = journal.read(deployment.stack)
        return (move is not None and move.phase in reached) or process.poll() is not None

    awaited(there, 300, f"phase {phase}")
    assert process.poll() is None, process.communicate()[0]
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_killed_in_each_phase(another: Deployment) -> None:
    """Until the new volume serves the old version does again; from there on it is carried through."""
    begun(another)
    another.write("before")
    for phase in (Phase.FILLING, Phase.CUT_OVER):
        killed(another, phase)
        another.succeed("up")
        assert awaited(another.well, 30, "service")
        assert serves(another) == OLD
        assert another.settings.backups.stanza == "bem"
        assert "before" in another.names()
    killed(another, Phase.SERVING)
    another.succeed("up")
    assert serves(another) == NEW
    assert another.settings.backups.stanza == "bem-17"
    said = another.succeed("database.upgrade", "--to", str(NEW), "--json").json
    assert said["changed"] is True
    assert {each["repository"] for each in said["proofs"] if each["good"]} == {"local", "s3"}
    assert "before" in another.names()


def test_a_release_that_is_too_old_or_serves(another: Deployment) -> None:
    """What Debian has of the next version may be older than the minor release that serves: it is said."""
    another.succeed("up", seconds=900)
    another.write("before")
    said = another.invoke("database.upgrade", "--to", "18", "--rehearse")
    if said.status != 0:
        assert "PostgreSQL 18 does not take this database" in said.words
        assert "older minor release" in said.words
    assert serves(another) == 17
    assert another.settings.database.version == 17
    assert awaited(another.well, 30, "service")
    for words, expected in ((("--to", "15"), "15 is earlier"), (("--to", "16"), "no major version")):
        refused = another.invoke("database.upgrade", *words)
        assert refused.status == 2
        assert expected in refused.words
