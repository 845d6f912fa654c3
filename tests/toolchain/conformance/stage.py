"""A stack whose operations say what becomes of each resource, whatever plugin is on PATH."""

from collections.abc import Mapping
from typing import Any

from pulumi import automation as auto

from tests.toolchain.provider.trial import Program, Trial, run_of

Ops = dict[str, str]
"""What becomes of each resource, by its name in the program."""
OLD_FIRST = "replace, the old one goes first"
NEW_FIRST = "replace, the new one comes first"
_REPLACING = frozenset({"replace", "create-replacement", "delete-replaced"})


class Stage(Trial):
    """A stack for a case."""

    def exports(self) -> dict[str, Any]:
        """What the program exports."""
        return dict(self.resources()[f"provider-{self.name}"]["outputs"])

    def plan(self, program: Program, **options: Any) -> Ops:
        """What `pulumi preview` would do to each."""
        events: list[Any] = []
        self.stack.preview(program=run_of(program), on_event=events.append, on_output=self._hear, **options)
        return _begun(events)

    def deploy(self, program: Program, **options: Any) -> Ops:
        """What `pulumi up` did to each."""
        events: list[Any] = []
        self.stack.up(program=run_of(program), on_event=events.append, on_output=self._hear, **options)
        return _begun(events)

    def look(self) -> Ops:
        """What `pulumi refresh` saw of each: same, update or delete."""
        events: list[Any] = []
        self.stack.refresh(on_event=events.append, on_output=self._hear)
        seen = [event.res_outputs_event.metadata for event in events if event.res_outputs_event]
        return {_name(each): _word(each.op) for each in seen if not _is_pulumis(each)}

    def refused(self, operation: str, **options: Any) -> str:
        """What an operation says that must not go through; nothing when it does."""
        try:
            getattr(self.stack, operation)(on_output=self._hear, **options)
        except auto.CommandError as error:
            return str(error)
        return ""

    def outputs(self, name: str) -> dict[str, Any]:
        """The state of a resource, with its identity as `id`."""
        state = self.resources().get(name, {})
        return {**state.get("outputs", {}), "id": state.get("id")}

    def command(self, *arguments: str) -> str:
        """What a `pulumi` command prints in this stack."""
        workspace = self.stack.workspace
        result = workspace.pulumi_command.run(
            [*arguments, "--stack", self.name],
            workspace.work_dir,
            {**workspace.env_vars, **self.environment()},
        )
        return result.stdout

    def environment(self) -> dict[str, str]:
        """Variables of the backend."""
        return dict(self.options().env_vars or {})


def _begun(events: list[Any]) -> Ops:
    steps: dict[str, list[str]] = {}
    for event in events:
        if event.resource_pre_event and not _is_pulumis(event.resource_pre_event.metadata):
            metadata = event.resource_pre_event.metadata
            steps.setdefault(_name(metadata), []).append(_word(metadata.op))
    return {name: _told(words) for name, words in steps.items()}


def _told(words: list[str]) -> str:
    if not _REPLACING & {*words}:
        return words[-1]
    return OLD_FIRST if words[0] == "delete-replaced" else NEW_FIRST


def _word(operation: Any) -> str:
    return str(getattr(operation, "value", operation))


def _name(metadata: Any) -> str:
    return str(metadata.urn).rsplit("::", 1)[1]


def _is_pulumis(metadata: Any) -> bool:
    return str(metadata.type).startswith("pulumi:")


def labels(found: Mapping[str, Any]) -> dict[str, str]:
    """Labels as the SDK has them, as a map."""
    return {each["label"]: each["value"] for each in found.get("labels") or []}
