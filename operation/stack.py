"""One stack: its name, its file, its folder of things that are never committed."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.settings import Settings, settings_from
from operation.failure import refusal

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: where Pulumi.yaml is."""

DEFAULT = "local"
NAME = re.compile(r"^[a-z][a-z0-9-]{0,30}$")
LABEL_STACK = "bem.stack"
LABEL_ROLE = "bem.role"


@dataclass(frozen=True)
class Stack:
    """Names and places of one stack; holds no connection and touches nothing.

    Attributes:
        name: as Pulumi knows it; every Docker object of the stack starts with it.
        root: the checkout.
        given: configuration that Pulumi has read already; otherwise the stack's file is.
    """

    name: str
    root: Path = ROOT
    given: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def file(self) -> Path:
        """`Pulumi.<stack>.yaml`."""
        return self.root / f"Pulumi.{self.name}.yaml"

    @property
    def folder(self) -> Path:
        """`.ops/<stack>`, mode 0700: state, secrets, CA, evidence, audit log."""
        return self.root / ".ops" / self.name

    @property
    def labels(self) -> dict[str, str]:
        """The label that all Docker objects of this stack carry."""
        return {LABEL_STACK: self.name}

    @cached_property
    def settings(self) -> Settings:
        """The stack's file, validated.

        Raises:
            Failure: when the file is missing, is not YAML, or says something that no part knows.
        """
        config = self._config() if self.given is None else self.given
        return settings_from(config, self.file.name)

    def _config(self) -> dict[str, object]:
        import yaml  # noqa: PLC0415  # imports on use keep `invoke --list` fast

        try:
            content = yaml.safe_load(self.file.read_text()) or {}
        except OSError as error:
            raise refusal(
                f"there is no stack {self.name!r}: {self.file.name} cannot be read ({error.strerror}).",
                remedy=f"use one of: {', '.join(known(self.root)) or 'none yet'}; or copy Pulumi.local.yaml.",
            ) from error
        except yaml.YAMLError as error:
            raise refusal(f"{self.file.name} is not YAML: {error}", remedy="correct the file.") from error
        config = content.get("config") if isinstance(content, dict) else None
        if config is not None and not isinstance(config, dict):
            raise refusal(f"{self.file.name}: config must map keys to values.", remedy="correct the file.")
        return dict(config or {})

    def object_name(self, name: str) -> str:
        """Name of a Docker object: `local_database`."""
        return f"{self.name}_{name}"

    def volume(self, generation: int) -> str:
        """Name of the data volume of one generation."""
        return self.object_name(f"database-g{generation}")

    def make_folder(self, *parts: str) -> Path:
        """Makes a folder under `.ops/<stack>` that only its owner can enter."""
        folder = self.folder.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for part in (self.name, *parts):  # `parents=True` would make those between open to others
            folder /= part
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder


def known(root: Path = ROOT) -> list[str]:
    """Names of the stacks that have a file."""
    return sorted(path.name.split(".")[1] for path in root.glob("Pulumi.*.yaml"))


def stack_named(name: str = "") -> Stack:
    """The stack of that name; else `PULUMI_STACK`; else `local`.

    Raises:
        Failure: when the name cannot be one, or no file has it.
    """
    chosen = name or os.environ.get("PULUMI_STACK") or DEFAULT
    if not NAME.match(chosen):
        raise refusal(
            f"{chosen!r} cannot be a stack's name.",
            remedy="use lower-case letters, digits and dashes, 31 at most, a letter first.",
        )
    stack = Stack(chosen)
    _ = stack.settings
    return stack
