"""A stack as Docker Compose has it: one file, and what lies beside it."""

from dataclasses import dataclass, field

from inspection.section import Section

PREPARE, INITIALISE = "prepare", "initialise"
"""Services of one shot that no stack has."""


@dataclass
class Laptop:
    """A compose file and what lies beside it.

    Attributes:
        stack: name of the stack.
        services: of the file, in the order of the program.
        networks: of the file.
        volumes: of the file.
        configs: content by file name.
        secrets: content by file name.
        parties: uid by role, of everyone with a certificate.
        carried: what `prepare` copies: file, volume, name in it, uid.
    """

    stack: str
    services: dict[str, Section] = field(default_factory=dict)
    networks: dict[str, Section] = field(default_factory=dict)
    volumes: dict[str, Section] = field(default_factory=dict)
    configs: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    parties: dict[str, int] = field(default_factory=dict)
    carried: list[tuple[str, str, str, int]] = field(default_factory=list)
