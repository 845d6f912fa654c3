"""A Pulumi program of one delivery, run by the test of the resource in a checkout of its own.

`python program.py '<options as JSON>'` runs `up`, `preview` or `destroy` and prints the summary
of changes and the state as JSON.
"""

import json
import os
import sys
from pathlib import Path

from pulumi import automation

from certs.delivery import Delivery
from certs.pairs.profile import Profile

NAME = "crt-stack"


def summary(options: dict[str, str]) -> dict[str, object]:
    """Runs the program once."""
    profile = Profile.model_validate_json(options["profile"])

    def program() -> None:
        Delivery(
            "database",
            profile=profile,
            volume=options["volume"],
            stack=NAME,
            image=options["image"],
            revocation=True,
        )

    folder = Path(options["folder"])
    settings = automation.ProjectSettings(
        name="crt", runtime="python", backend=automation.ProjectBackend(f"file://{folder}")
    )
    environment = {"PULUMI_CONFIG_PASSPHRASE": "crt", "PULUMI_SKIP_UPDATE_CHECK": "true", **os.environ}
    workspace = automation.LocalWorkspaceOptions(
        project_settings=settings, env_vars=environment, pulumi_home=str(folder / "home")
    )
    stack = automation.create_or_select_stack(NAME, project_name="crt", program=program, opts=workspace)
    if options["do"] == "preview":
        changes = {str(kind): count for kind, count in stack.preview().change_summary.items()}
    else:
        result = stack.up() if options["do"] == "up" else stack.destroy()
        changes = {str(kind): count for kind, count in (result.summary.resource_changes or {}).items()}
    return {"changes": changes, "state": json.dumps(stack.export_stack().deployment)}


if __name__ == "__main__":
    json.dump(summary(json.loads(sys.argv[1])), sys.stdout)
