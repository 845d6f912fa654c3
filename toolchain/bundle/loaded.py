"""The part of set-up that brings a bundle's images into this host's engine, with the builder's cache."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from operation.containers import client
from operation.failure import Failure
from operation.progress import Progress
from toolchain.bundle.images import BASE, build, recipes
from toolchain.command import run
from toolchain.part import OFFICIAL, Finding, missing

LOAD_SECONDS = 1800.0


@dataclass(frozen=True)
class Images:
    """The images of a bundle in this host's engine; always due: only a build shows that its cache is whole.

    Attributes:
        file: the saved images.
        wanted: role to ID; `base` is the base image.
        name: what a person calls it.
    """

    file: Path
    wanted: Mapping[str, str] = field(default_factory=dict)
    name: str = "images"

    def look(self) -> Finding:
        """Whether all are there, by ID."""
        try:
            lacking = self._lacking()
        except Failure:
            return missing(self.name, "needs Docker Engine first")
        if lacking:
            return missing(self.name, f"the engine lacks {', '.join(lacking)}")
        return Finding(
            self.name, healthy=True, origin=OFFICIAL, version=f"{len(self.wanted)} images", due=True
        )

    def provide(self, progress: Progress) -> None:
        """Loads what is missing, and builds without a network: what that needs, a deployment needs too."""
        if self._lacking():
            run(("docker", "load", "--input", str(self.file)), progress, seconds=LOAD_SECONDS)
        for role, recipe in recipes().items() if self.wanted else ():
            build(role, recipe, progress, offline=True)

    def _lacking(self) -> list[str]:
        from docker.errors import ImageNotFound  # noqa: PLC0415

        api, lacking = client().api, []
        for role, identity in self.wanted.items():
            try:
                there = api.inspect_image(BASE if role == "base" else identity)["Id"] == identity
            except ImageNotFound:
                there = False
            if not there:
                lacking.append(role)
        return lacking
