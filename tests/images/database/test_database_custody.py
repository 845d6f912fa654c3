"""What monitoring reads of custody, in the real database."""

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from backups.kit.announcement import statement
from backups.kit.custody import Custody
from tests.images.conftest import IMAGES
from tests.images.workshop import Container, until

pytestmark = pytest.mark.platform


def query(database: Container, statement: str) -> str:
    """What the platform's own database of operations answers."""
    command = ["psql", "-h", "/tmp", "-U", "postgres", "-d", "postgres", "-qtAc", statement]  # noqa: S108
    status, output = database.exec_run(command)
    assert status == 0, output.decode()
    return str(output.decode().strip())


def test_exporter_reads_what_was_told(database: Container) -> None:
    """The table is made for it; told anew, the row is replaced; a kit that was never made is none."""
    database.exec_run(["env", "OBSERVE=1", "STANZA=none", "observe"], detach=True)
    until(lambda: query(database, "select to_regclass('operations.custody') is not null") == "t", 30)
    asked: Any = yaml.safe_load((IMAGES / "monitoring" / "queries.yml").read_text())["bem_custody"]
    now = datetime.now(UTC)
    worlds = {
        "0|0|0|1": Custody(off_host=False, made=None, stale=(), required=True),
        "1|1|1|0": Custody(off_host=True, made=now, stale=("settings",), required=False),
        "1|0|1|1": Custody(off_host=True, made=now, stale=(), required=True),
    }
    for wanted, custody in worlds.items():
        query(database, statement(custody))
        assert query(database, f"set role bem_exporter; {asked['query']}") == wanted
    assert [name for each in asked["metrics"] for name in each] == [
        "kit",
        "kit_stale",
        "off_host",
        "required",
    ]
