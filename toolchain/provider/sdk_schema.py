"""The package's schema for Pulumi's own tools, from the SDK's classes: `pulumi import` writes programs by it.

It runs as a program of its own: the provider's process has no SDK in it, and few commands need a schema.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

from toolchain.provider.catalogue import RESOURCES
from toolchain.version import DOCKER_PLUGIN

_SECONDS: Final = 60
_SCALARS: Final = {"str": "string", "bool": "boolean", "int": "integer", "float": "number"}
_NESTED: Final = re.compile(r"\b([A-Z]\w+)Args\b")
_SCALAR: Final = re.compile(r"\b(str|bool|int|float)\b")


def schema() -> str:
    """The schema as JSON, made in another process.

    Raises:
        subprocess.SubprocessError: it was not made.
    """
    argv = (sys.executable, "-P", "-m", "toolchain.provider.sdk_schema")
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=_SECONDS).stdout


def properties(owner: type) -> Iterator[tuple[str, str]]:
    """Pulumi's name and the annotation of each property of one of the SDK's classes."""
    for item in vars(owner).values():
        if isinstance(item, property) and item.fget is not None:
            name = getattr(item.fget, "_pulumi_name", None) or item.fget.__name__
            yield str(name), str(item.fget.__annotations__.get("return"))


def type_of(annotation: str, nested: dict[str, str]) -> dict[str, Any]:
    """A property's type as schemas spell it.

    Args:
        annotation: as the SDK has it, in text.
        nested: filled with the names of the classes that are met, by their tokens.
    """
    found, scalar = _NESTED.search(annotation), _SCALAR.search(annotation)
    inner: dict[str, Any] = {"type": _SCALARS[scalar[1]] if scalar else "string"}
    if found:
        token = f"docker:index/{found[1]}:{found[1]}"
        nested[token] = f"{found[1]}Args"
        inner = {"$ref": f"#/types/{token}"}
    if "Sequence[" in annotation:
        return {"type": "array", "items": inner}
    return (
        {"type": "object", "additionalProperties": {"type": "string"}} if "Mapping[" in annotation else inner
    )


def _object(owner: type, nested: dict[str, str]) -> dict[str, Any]:
    found = dict(properties(owner))
    required = [name for name, annotation in found.items() if "Optional[" not in annotation]
    return {
        "properties": {name: type_of(annotation, nested) for name, annotation in found.items()},
        "required": sorted(required),
    }


def whole() -> dict[str, Any]:
    """The schema: every kind that the provider knows, and the objects in them."""
    import pulumi_docker as sdk  # noqa: PLC0415  # not in the provider's own process
    import pulumi_docker._inputs as inputs  # noqa: PLC0415  # as above

    nested: dict[str, str] = {}
    resources: dict[str, Any] = {}
    for token in RESOURCES:
        name = token.rpartition(":")[2]
        arguments = _object(getattr(sys.modules[getattr(sdk, name).__module__], f"{name}Args"), nested)
        resources[token] = {
            "inputProperties": arguments["properties"],
            "requiredInputs": arguments["required"],
            "properties": arguments["properties"],
        }
    types: dict[str, Any] = {}
    while missing := [token for token in nested if token not in types]:
        for token in missing:
            types[token] = {"type": "object", **_object(getattr(inputs, nested[token]), nested)}
    return {"name": "docker", "version": DOCKER_PLUGIN, "resources": resources, "types": types}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(whole()))
