"""A stack for tests of the provider: an inline program, a backend in a folder, the plugin on PATH."""

import contextlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import docker
import docker.errors
from pulumi import automation as auto
from pulumi.automation._stack import StackInitMode

PASSPHRASE = "only for tests"  # noqa: S105  # of an empty backend
Program = Callable[[], object]


class Lean(auto.Stack):
    """A stack that does not ask Pulumi again, in commands of their own, for what its events have said."""

    def outputs(self) -> auto.OutputMap:
        """Nothing: they are in the state."""
        return {}

    def info(self, show_secrets: bool = True) -> auto.UpdateSummary:
        """Nothing that a test looks at."""
        del show_secrets
        return auto.UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")


@dataclass
class Trial:
    """A stack.

    Attributes:
        folder: its backend.
        name: prefix of all that it makes in Docker.
        said: what Pulumi said last.
    """

    folder: Path
    name: str
    said: str = ""
    engine: Any = field(default_factory=docker.from_env)

    def up(self, program: Program, **options: Any) -> dict[str, int]:
        """What `pulumi up` did, by kind of step."""
        events: list[auto.EngineEvent] = []
        words = {"on_output": self._hear, "on_event": events.append, **options}
        self.stack.up(program=run_of(program), **words)
        return _changes(events)

    def fails(self, program: Program) -> str:
        """What `pulumi up` said when it failed."""
        self.said = ""
        try:
            self.up(program)
        except auto.CommandError as error:
            return str(error)
        raise AssertionError(f"`pulumi up` went through:\n{self.said}")

    def preview(self, program: Program) -> dict[str, int]:
        """What `pulumi up` would do, by kind of step."""
        return _by_name(self.stack.preview(program=run_of(program), on_output=self._hear).change_summary)

    def refresh(self) -> dict[str, int]:
        """What `pulumi refresh` saw, by kind of step."""
        events: list[auto.EngineEvent] = []
        self.stack.refresh(on_output=self._hear, on_event=events.append)
        return _changes(events)

    def destroy(self) -> None:
        """Take all away."""
        self.stack.destroy()

    @cached_property
    def stack(self) -> auto.Stack:
        """The stack, whose program each operation gives."""
        options = self.options()
        workspace = auto.LocalWorkspace(
            work_dir=options.work_dir,
            project_settings=options.project_settings,
            env_vars=options.env_vars,
            program=run_of(lambda: None),
        )
        return Lean(self.name, workspace, StackInitMode.CREATE_OR_SELECT)

    def options(self) -> auto.LocalWorkspaceOptions:
        """Where the stack is kept."""
        backend = auto.ProjectBackend(f"file://{self.folder}")
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        return auto.LocalWorkspaceOptions(
            work_dir=str(work),
            project_settings=auto.ProjectSettings("provider", "python", backend=backend),
            env_vars={
                "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
                "PULUMI_BACKEND_URL": f"file://{self.folder}",
                "GOGC": "off",
                "GOMEMLIMIT": "512MiB",
            },
        )

    def resources(self) -> dict[str, dict[str, Any]]:
        """The stack's resources as Pulumi keeps them, by name."""
        state = json.loads(self.state())
        return {
            item["urn"].rsplit("::", 1)[1]: item
            for item in state["checkpoint"]["latest"].get("resources", [])
        }

    def state(self) -> str:
        """The state file."""
        return (self.folder / ".pulumi/stacks/provider" / f"{self.name}.json").read_text()

    def tasks(self, service: str) -> list[str]:
        """Identities of the tasks of a service that run."""
        found = self.engine.api.tasks(filters={"service": service, "desired-state": "running"})
        return sorted(task["ID"] for task in found if task["Status"]["State"] == "running")

    def left(self) -> list[str]:
        """Names of all that Docker has of this stack."""
        api, names = self.engine.api, {"name": self.name}
        swarm = [*api.services(filters=names), *api.secrets(filters=names), *api.configs(filters=names)]
        return [
            *(item["Spec"]["Name"] for item in swarm),
            *(network["Name"] for network in api.networks(names=[self.name])),
            *(volume["Name"] for volume in api.volumes(filters=names)["Volumes"] or []),
            *(tag for image in api.images(name=f"{self.name}*") for tag in image["RepoTags"]),
        ]

    def sweep(self) -> None:
        """Remove what is left in Docker under this name, whatever Pulumi knows."""
        api = self.engine.api
        for service in api.services(filters={"name": self.name}):
            api.remove_service(service["ID"])
        for kind in ("secret", "config"):
            for item in getattr(api, f"{kind}s")(filters={"name": self.name}):
                getattr(api, f"remove_{kind}")(item["ID"])
        for container in api.containers(all=True, filters={"name": self.name}):
            with contextlib.suppress(docker.errors.APIError):  # Swarm is at it already
                api.remove_container(container["Id"], force=True)
        for network in api.networks(names=[self.name]):
            api.remove_network(network["Id"])
        for volume in api.volumes(filters={"name": self.name})["Volumes"] or []:
            api.remove_volume(volume["Name"], force=True)
        for image in api.images(name=f"{self.name}*"):
            for tag in image["RepoTags"] or []:
                if tag.startswith(self.name):  # the image may be another's, too
                    api.remove_image(tag, force=True)

    def _hear(self, text: str) -> None:
        self.said += text + os.linesep


def _changes(events: Sequence[auto.EngineEvent]) -> dict[str, int]:
    """What an operation did, by the last of its events."""
    told = [event.summary_event.resource_changes for event in events if event.summary_event]
    return _by_name(told[-1])


def _by_name(changes: Mapping[Any, int] | None) -> dict[str, int]:
    return {str(getattr(kind, "value", kind)): number for kind, number in (changes or {}).items()}


def run_of(program: Program) -> Callable[[], None]:
    """A program without a result, as the Automation API takes it."""

    def run() -> None:
        program()

    return run
