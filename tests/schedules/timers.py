"""What happens inside the namespace of a real systemd; prints what it saw as JSON."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from operation.containers import wait_for
from operation.stack import Stack
from schedules import host, installation, listing, plan, store, systemd
from schedules.row import Seen, row
from schedules.schedule import Kind, identity

NAME = "backup-full"


def seen(stack: Stack) -> dict[str, object]:
    """A timer is made, looked at, made to believe that it slept for a month, and removed."""
    ran, timer, now = stack.root / "ran", f"{identity(stack, NAME)}.timer", datetime.now(UTC)
    said: dict[str, object] = {"auto": host.chosen("auto", host.host())}
    installation.install(stack, plan.backups("0 2 * * 0", "", "", 0), Kind.SYSTEMD, [], now)
    said["active"] = systemd.asked(stack, [NAME])[NAME].active
    shown = listing.look(stack)[0]
    said["next"], said["wrong"] = shown.next, shown.wrong
    said["reckoned"] = row(stack, store.named(stack, NAME), Seen(), now).next
    said["ran at once"] = ran.exists()
    stamp = Path(os.environ["XDG_DATA_HOME"], "systemd", "timers", f"stamp-{timer}")
    systemd.systemctl("stop", timer)
    os.utime(stamp, times=((now - timedelta(days=30)).timestamp(),) * 2)
    systemd.systemctl("start", timer)
    said["made up"] = wait_for(lambda: ran.read_text() if ran.exists() else "", 20, "the run that was missed")
    installation.uninstall(stack, [NAME])
    said["left"] = [path.name for path in systemd.folder().rglob("bem-*")]
    said["known"] = systemd.systemctl("list-units", "--all", "--plain", "--no-legend", "bem-*")
    said["stamp"] = stamp.exists()
    return said


if __name__ == "__main__":
    host.is_root = lambda: False
    systemd.lingers = lambda: True
    print(json.dumps(seen(Stack("try", Path(sys.argv[1])))))  # noqa: T201
