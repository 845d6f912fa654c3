"""An attacker with the database's own S3 key: everything hidden in both repositories, and brought back."""

import pytest

from operation.containers import container, execute
from tests.platform.deployment import Deployment, awaited
from tests.platform.test_platform_restore import moment

pytestmark = [pytest.mark.platform, pytest.mark.long, pytest.mark.lane("vault")]

ATTACK = """
pgbackrest --stanza=bem --repo=2 --log-level-console=warn --recurse repo-rm archive
pgbackrest --stanza=bem --repo=2 --log-level-console=warn --recurse repo-rm backup
echo overwritten | pgbackrest --stanza=bem --repo=2 --log-level-console=warn repo-put archive/bem/archive.info
find /repository -mindepth 1 -delete
"""


def test_what_an_attacker_hid_is_restored(another: Deployment) -> None:
    """No repository can be read as it is; the vault is, as of a second before, and rows are back."""
    another.succeed("up")
    assert awaited(another.well, 30, "service")
    another.write("before the attack")
    until = moment()
    another.write("after that")
    awaited(
        lambda: another.invoke("restore", "--to", until, "--repo", "s3", "--preview").status == 0, 60, "WAL"
    )
    vault = moment()
    attacked = execute(container(another.stack, "database"), ["sh", "-c", ATTACK])
    assert attacked.status == 0, attacked.stderr
    assert another.invoke("restore", "--to", until, "--yes").status != 0, "as it is"
    words = ("restore", "--to", until, "--vault-as-of", vault)
    assert "from " in another.succeed(*words, "--preview").words
    content = another.succeed(*words, "--yes", "--json").json
    assert content["plan"]["vault"]
    assert awaited(another.well, 30, "service after the restore")
    assert another.names() == ["before the attack"]

    another.write("after the attack")
    brought = another.succeed("backup.vault", "--bring-back", vault, "--yes", "--json").json
    assert brought
    assert another.succeed("backup.vault", "--bring-back", vault, "--yes", "--json").json
    another.succeed("backup", "--type", "full", "--repo", "s3", "--verify")
    assert another.names() == ["before the attack", "after the attack"]
