"""An image's name in its parts, by Docker's own rules."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

HUB: Final = "docker.io"
_HUB_NAMES: Final = frozenset({HUB, f"index.{HUB}", f"registry-1.{HUB}"})
_OFFICIAL: Final = "library/"


@dataclass(frozen=True)
class ImageName:
    """Where an image is, and which one.

    Attributes:
        registry: host and port; Docker Hub's when the name has none.
        repository: the path in the registry.
        tag: `latest` when the name has none.
        digest: `sha256:…`, or empty.
    """

    registry: str
    repository: str
    tag: str
    digest: str = ""

    @classmethod
    def parse(cls, name: str) -> Self:
        """The parts of a name such as `127.0.0.1:5000/team/app:1`."""
        rest, _, digest = name.partition("@")
        first, _, path = rest.partition("/")
        has_host = path and (first == "localhost" or "." in first or ":" in first)
        registry, path = (first, path) if has_host else (HUB, rest)
        repository, _, tag = path.partition(":")
        registry = HUB if registry in _HUB_NAMES else registry
        if registry == HUB and "/" not in repository:
            repository = f"{_OFFICIAL}{repository}"
        return cls(registry, repository, tag or "latest", digest)

    @property
    def reference(self) -> str:
        """What the registry finds it by: the digest, else the tag."""
        return self.digest or self.tag

    @property
    def place(self) -> str:
        """Registry and repository as Docker writes them in a digest's name."""
        if self.registry != HUB:
            return f"{self.registry}/{self.repository}"
        return self.repository.removeprefix(_OFFICIAL)


def host_of(address: str) -> str:
    """The host and port of a registry's address, with or without scheme and path; Hub has one name."""
    host = urlsplit(address if "://" in address else f"//{address}").netloc
    return HUB if host in _HUB_NAMES else host
