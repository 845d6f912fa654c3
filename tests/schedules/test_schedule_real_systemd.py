"""A real systemd, in a mount namespace of its own: timers are started, elapse, and are removed.

Its folders lie in a tmpfs over /run and a home of the test, so this host's own systemd, where it has one, is
not touched. That needs root and systemd's program; elsewhere the other tests' texts and commands have to do.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from operation.stack import ROOT, Stack

MANAGER = Path("/lib/systemd/systemd")

INSIDE = """
mount -t tmpfs none /run || exit 99
mkdir -p /run/systemd/system "$XDG_RUNTIME_DIR"
"$0" --user --log-target=console &
manager=$!
until [[ -S $XDG_RUNTIME_DIR/systemd/private ]]; do kill -0 "$manager" || exit 98; sleep 0.05; done
"$@"
status=$?
kill "$manager"
wait "$manager"
exit "$status"
"""


def test_a_real_systemd_starts_what_was_missed_and_forgets_what_was_removed(
    stack: Stack, ops: Callable[[str], Path], tmp_path: Path
) -> None:
    """After 30 days of downtime one run starts at once, with the very words."""
    if os.geteuid() or not MANAGER.exists() or shutil.which("unshare") is None:
        return
    ops('cd "${0%/*}" && printf "%s|" "$0" "$@" >ran.new && mv ran.new ran')
    said = _inside(stack, tmp_path)
    assert said["auto"] == "systemd"
    assert said["active"] is True
    assert said["wrong"] == []
    assert said["next"] == said["reckoned"]
    assert said["ran at once"] is False
    words = ["schedule.fire", "backup-full", "--stack", "try", "--if-due", ""]
    assert said["made up"] == "|".join([str(stack.root / "ops"), *words])
    assert (said["left"], said["known"], said["stamp"]) == ([], "", False)


def _inside(stack: Stack, place: Path) -> dict[str, object]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "XDG_RUNTIME_DIR": "/run/user/0",
        "XDG_DATA_HOME": str(place / "data"),
        "XDG_CONFIG_HOME": str(place / "config"),
    }
    scene = [sys.executable, "-m", "tests.schedules.timers", str(stack.root)]
    done = subprocess.run(
        ["unshare", "--mount", "bash", "-c", INSIDE, str(MANAGER), *scene],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found
