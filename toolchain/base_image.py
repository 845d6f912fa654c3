"""The image that all others are built from: pulled, or made from the host's own Debian mirror."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operation.containers import client
from operation.failure import Failure
from operation.progress import Progress
from toolchain import apt, cache, mirror
from toolchain.command import run
from toolchain.part import BUILT, HOST, OFFICIAL, Finding, missing

SUITE = "trixie"
REPOSITORY, TAG = "debian", f"{SUITE}-slim"
LABEL = "bem.base"
CHANGES = (f"LABEL {LABEL}=mmdebstrap", 'CMD ["bash"]')
PULL_SECONDS = 60.0
MAKE_SECONDS = 600.0
KEYRINGS = Path("/usr/share/keyrings")
SLIM = ("path-exclude=/usr/share/man/*", "path-exclude=/usr/share/locale/*")
"""As Debian's own slim image: nobody reads manuals in a container."""


def make_argv(address: str, keyring: Path, archive: Path) -> tuple[str, ...]:
    """The command that writes a minimal Debian into a tar archive."""
    secure = ("--include=ca-certificates",) if address.startswith("https:") else ()
    slim = tuple(f"--dpkgopt={option}" for option in SLIM)
    return (
        "mmdebstrap",
        "--variant=minbase",
        f"--keyring={keyring}",
        *slim,
        *secure,
        SUITE,
        str(archive),
        address,
    )


def keyring_for(suite: str, folder: Path = KEYRINGS) -> Path:
    """The host's Debian keyring.

    Raises:
        Failure: when it is missing or older than that release.
    """
    rings = [folder / f"debian-archive-keyring.{kind}" for kind in ("gpg", "pgp")]
    found = next((ring for ring in rings if ring.exists()), None)
    if found is None or not list(folder.glob(f"debian-archive-{suite}-*")):
        raise Failure(
            f"the keyring of this host does not know Debian {suite}.",
            "the base image could be pulled from nowhere, and not be made and verified here either.",
            "`apt-get install --only-upgrade debian-archive-keyring` as root, or `docker load` the image "
            f"{REPOSITORY}:{TAG}.",
        )
    return found


def origin_of(labels: Mapping[str, str], digests: Sequence[str]) -> str:
    """Where an image comes from: we label ours, and only a registry gives it a digest of its repository."""
    if LABEL in labels:
        return BUILT
    return OFFICIAL if digests else HOST


def mirror_of_host(sources: list[mirror.Source]) -> str:
    """The Debian mirror to make the image from.

    Raises:
        Failure: when the host's apt has none.
    """
    address = mirror.first_mirror(sources)
    if address is None:
        raise Failure(
            f"{REPOSITORY}:{TAG} cannot be pulled, and apt on this host has no Debian mirror to make it.",
            "no image of the platform can be built.",
            f"give this host a way to an image registry, or `docker load` the image {REPOSITORY}:{TAG}.",
        )
    return address


@dataclass(frozen=True)
class BaseImage:
    """The base image in the host's engine.

    Attributes:
        connect: gives a client of the engine.
        repository: the image's name.
        tag: its tag.
    """

    connect: Callable[..., Any] = client
    repository: str = REPOSITORY
    tag: str = TAG
    name: str = "base image"

    def look(self) -> Finding:
        """Whether it is there, and where from."""
        from docker.errors import ImageNotFound  # noqa: PLC0415

        try:
            image = self.connect().images.get(f"{self.repository}:{self.tag}")
        except Failure:
            return missing(self.name, "needs Docker Engine first")
        except ImageNotFound:
            return missing(self.name, f"{self.repository}:{self.tag} is not there; `./ops setup` gets it")
        origin = origin_of(image.labels or {}, image.attrs.get("RepoDigests") or [])
        version = f"{self.repository}:{self.tag} of {image.attrs.get('Created', '')[:10]}"
        return Finding(self.name, healthy=True, origin=origin, version=version)

    def provide(self, progress: Progress) -> None:
        """Pulls it; makes it where that fails."""
        from docker.errors import DockerException  # noqa: PLC0415

        try:
            self.connect(timeout=PULL_SECONDS).images.pull(self.repository, tag=self.tag)
        except (DockerException, OSError) as error:
            progress.detail(f"docker pull failed: {error}")
            self.make(progress)

    def make(self, progress: Progress) -> None:
        """Makes it from the host's Debian mirror; imported only when the archive is whole.

        Raises:
            Failure: when the host has no mirror, no keyring for the release, or the making fails.
        """
        address, keyring = mirror_of_host(mirror.host_sources()), keyring_for(SUITE)
        if not shutil.which("mmdebstrap"):
            apt.install(("mmdebstrap",), progress)
        with cache.workspace("base-image") as folder:
            archive = folder / "base.tar"
            run(make_argv(address, keyring, archive), progress, seconds=MAKE_SECONDS)
            answer = self.connect(timeout=MAKE_SECONDS).api.import_image(
                src=str(archive), repository=self.repository, tag=self.tag, changes=list(CHANGES)
            )
        progress.detail(answer)
