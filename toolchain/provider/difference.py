"""The answer to «what changed?», as the engine takes it."""

from typing import Any, Final

from pulumi.runtime.proto import provider_pb2

from toolchain.provider.diff import Change, ChangeKind, deletes_first
from toolchain.provider.property_value import Properties
from toolchain.provider.resource import Resource

_KINDS: Final = {
    (ChangeKind.ADD, False): provider_pb2.PropertyDiff.ADD,
    (ChangeKind.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (ChangeKind.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (ChangeKind.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
    (ChangeKind.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (ChangeKind.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
}


def difference(resource: Resource, old: Properties, new: Properties) -> Any:
    """A DiffResponse for two sets of inputs, without marks of secrets."""
    changes = resource.changes(old, new)
    response = provider_pb2.DiffResponse
    return response(
        changes=response.DIFF_SOME if changes else response.DIFF_NONE,
        diffs=sorted({change.path.partition(".")[0] for change in changes}),
        replaces=[change.path for change in changes if change.replaces],
        detailedDiff={change.path: _detail(change) for change in changes},
        hasDetailedDiff=True,
        deleteBeforeReplace=deletes_first(old, new, always=resource.delete_first),
    )


def _detail(change: Change) -> Any:
    return provider_pb2.PropertyDiff(kind=_KINDS[change.kind, change.replaces], inputDiff=True)
