"""Versions that everything here is pinned to, and how they compare."""

import re

PULUMI = "3.259.0"
DOCKER_PLUGIN = "5.2.0"
GO_MODULE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
GO_WITH_TOOLCHAINS = (1, 21)
"""The first Go that fetches the release a module asks for by itself."""


def numbers(text: str) -> tuple[int, ...]:
    """The first dotted number in a text: `go version go1.26.8 linux/amd64` gives (1, 26, 8)."""
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def is_pinned(said: str) -> bool:
    """Whether `pulumi version` said exactly the pinned release."""
    return said.strip() == f"v{PULUMI}"


def required_go(go_mod: str) -> tuple[int, ...]:
    """The release that a go.mod asks for."""
    found = re.search(r"^go\s+(\S+)", go_mod, re.MULTILINE)
    return numbers(found.group(1)) if found else ()
