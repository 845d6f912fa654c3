"""What an update of Pulumi's did."""

from dataclasses import dataclass, field

UNCHANGED = "same"


@dataclass
class Changes:
    """What an update did.

    Attributes:
        counts: by kind of operation: `{"create": 3, "same": 40}`.
        touched: names of the resources that changed, or would: `service-api`.
    """

    counts: dict[str, int] = field(default_factory=dict)
    touched: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether all was as declared."""
        return not any(count for kind, count in self.counts.items() if kind != UNCHANGED)

    def __str__(self) -> str:
        """`3 created, 1 updated`, or `nothing changed`."""
        words = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}
        parts = [f"{count} {words[kind]}" for kind, count in self.counts.items() if kind in words and count]
        return ", ".join(parts) or "nothing changed"
