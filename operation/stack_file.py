"""Writing settings into a stack's file, its comments and order kept."""

import io
from typing import Any

from infra.settings import PROJECT
from operation.failure import Failure
from operation.stack import Stack

NEW = {"generation": 1, "kept": [], "last_generation": 0, "former": []}


def configure(stack: Stack, values: dict[str, Any]) -> None:
    """Sets values by path: `{"database.generation": 2, "database.kept": [1]}`.

    The file is replaced in one step, so a kill leaves either all of them or none. Pulumi's own
    `config set --path` cannot shorten a list.

    Raises:
        Failure: when the file cannot be written.
    """
    yaml, content = _loaded(stack)
    config = content.setdefault("config", {})
    for path, value in values.items():
        section, key = path.split(".")
        _set(config.setdefault(f"{PROJECT}:{section}", {}), key, value)
    _dump(stack, yaml, content)


def begin_anew(stack: Stack) -> None:
    """Takes out what belonged to a stack that was destroyed: Pulumi's salt, the numbers of its volumes."""
    yaml, content = _loaded(stack)
    content.pop("encryptionsalt", None)
    database = (content.get("config") or {}).get(f"{PROJECT}:database") or {}
    for key, value in NEW.items():
        if key in database:
            _set(database, key, value)
    _dump(stack, yaml, content)


def _loaded(stack: Stack) -> tuple[Any, Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    return yaml, yaml.load(stack.file.read_text()) or {}


def _dump(stack: Stack, yaml: Any, content: Any) -> None:
    buffer = io.StringIO()
    yaml.dump(content, buffer)
    _replace(stack, buffer.getvalue())


def _set(section: Any, key: str, value: Any) -> None:
    from ruamel.yaml.comments import CommentedSeq  # noqa: PLC0415

    if isinstance(value, list):
        sequence = CommentedSeq(value)
        sequence.fa.set_flow_style()
        section[key] = sequence
    else:
        section[key] = value


def _replace(stack: Stack, text: str) -> None:
    temporary = stack.file.with_name(f".{stack.file.name}.new")
    try:
        temporary.write_text(text)
        temporary.replace(stack.file)
    except OSError as error:
        raise Failure(
            f"{stack.file.name} cannot be written ({error.strerror}).",
            "the stack's file does not yet say what was done.",
            "make the file writable, then type the same command again.",
        ) from error
