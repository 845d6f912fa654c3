"""A Python program out of blocks, in the style of Pulumi's own documentation."""

import json
import keyword
import re
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Final

from toolchain.language_host.failure import HostFailure
from toolchain.language_host.pcl import Block, Expression, Key, Name, Secret, parse

_INDENT: Final = "    "
_LOGICAL: Final = "__logicalName"


def program(sources: Iterable[str]) -> str:
    """The program that declares the resources of these sources.

    Raises:
        HostFailure: they hold something that cannot be written.
    """
    blocks = [block for source in sources for block in parse(source) if block.kind == "resource"]
    packages = sorted({block.labels[1].partition(":")[0] for block in blocks} - {"pulumi"})
    imports = [
        "import pulumi",
        *(f"import pulumi_{each.replace('-', '_')} as {_python(each)}" for each in packages),
    ]
    return "\n".join([*imports, "", *map(_resource, _in_order(blocks)), ""])


def _in_order(blocks: list[Block]) -> list[Block]:
    """What is named comes before what names it; else the order stays.

    Raises:
        HostFailure: they name one another in a circle.
    """
    by_name = {block.labels[0]: block for block in blocks}
    needs = {name: [each for each in _named(block) if each in by_name] for name, block in by_name.items()}
    try:
        return [by_name[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        raise HostFailure(
            f"these resources name one another in a circle: {', '.join(error.args[1])}."
        ) from error


def _named(block: Block) -> list[str]:
    """The resources that a block names, in its own values and in its options."""
    values = [*block.values.values(), *(value for inner in block.blocks for value in inner.values.values())]
    return [name for value in values for name in _names(value)]


def _names(value: Expression) -> list[str]:
    if isinstance(value, Name):
        return [value.path.partition(".")[0]]
    if isinstance(value, Secret):
        return _names(value.value)
    items = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [name for item in items for name in _names(item)]


def _resource(block: Block) -> str:
    name, token = block.labels
    logical = block.values.pop(_LOGICAL, name)
    arguments = [f"{_python(key)}={_expression(value, _INDENT)}" for key, value in block.values.items()]
    arguments += [_options(inner) for inner in block.blocks if inner.kind == "options" and inner.values]
    lines = f",\n{_INDENT}".join([_expression(logical, ""), *arguments])
    return f"{_python(name)} = {_class(token)}({lines})"


def _class(token: str) -> str:
    package, module, name = token.split(":")
    inner = module.partition("/")[0]
    return ".".join([_python(package), *([] if inner == "index" else [_python(inner)]), name])


def _options(block: Block) -> str:
    given = ", ".join(f"{_python(key)}={_expression(value, _INDENT)}" for key, value in block.values.items())
    return f"opts=pulumi.ResourceOptions({given})"


def _expression(value: Expression, indent: str) -> str:
    inner = indent + _INDENT
    if isinstance(value, Secret):
        return f"pulumi.Output.secret({_expression(value.value, indent)})"
    if isinstance(value, Name):
        return ".".join(_python(part) for part in value.path.split("."))
    if isinstance(value, list):
        items = "".join(f"{inner}{_expression(each, inner)},\n" for each in value)
        return f"[\n{items}{indent}]" if items else "[]"
    if isinstance(value, dict):
        items = "".join(f"{inner}{_key(key)}: {_expression(each, inner)},\n" for key, each in value.items())
        return f"{{\n{items}{indent}}}" if items else "{}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _key(key: Key) -> str:
    return json.dumps(_snake(key.text) if key.is_property else key.text, ensure_ascii=False)


def _python(name: str) -> str:
    """A name that Python takes."""
    found = re.sub(r"\W", "_", _snake(name))
    found = f"_{found}" if found[:1].isdigit() else found
    return f"{found}_" if keyword.iskeyword(found) else found


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
