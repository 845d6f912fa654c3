"""The job: `upgrade`, `downgrade REVISION`, `status` or `sql`; one line of JSON says how it ended."""

import json
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from services.migrations.connection import current

HERE = Path(__file__).parent
NEWEST = "head"


def revisions(config: Config) -> list[str]:
    """All of this image, the oldest first."""
    script = ScriptDirectory.from_config(config)
    return [each.revision for each in reversed(list(script.walk_revisions()))]


def act(config: Config, action: str, target: str) -> dict[str, object]:
    """Does what is asked for, and says where the schema was and is.

    A schema that is newer than this image stays as it is: expanding migrations keep older services working.
    """
    known, before = revisions(config), current()
    newer = before is not None and before not in known
    if action == "upgrade" and not newer:
        command.upgrade(config, target)
    if action == "downgrade":
        command.downgrade(config, target)
    return {"before": before, "now": current(), "known": known, "newer_than_image": newer}


def main(action: str, target: str = NEWEST) -> int:
    """Exit status 0 when it was done; 1 with the reason as the last line of standard error."""
    config = Config(str(HERE / "alembic.ini"))
    try:
        if action == "sql":
            command.upgrade(config, target, sql=True)
        else:
            sys.stdout.write(json.dumps(act(config, action, target)) + "\n")
    except (CommandError, SQLAlchemyError) as error:
        sys.stderr.write(str(getattr(error, "orig", None) or error).strip().splitlines()[0] + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
