"""`./ops setup --from-bundle FILE`, its second half: the parts, from a bundle that `ops` has opened."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT
from toolchain.bundle import debs, manifest, programs
from toolchain.bundle.loaded import Images
from toolchain.bundle.manifest import DEBS, IMAGES, Manifest
from toolchain.bundle.packing import RELEASE, release_of
from toolchain.command import run


@dataclass(frozen=True)
class Opened:
    """A bundle that was verified and laid out.

    Attributes:
        folder: its content.
    """

    folder: Path

    @cached_property
    def manifest(self) -> Manifest:
        """What it says of itself."""
        return manifest.parse((self.folder / manifest.NAME).read_text())

    def place_programs(self, progress: Progress) -> None:
        """Pulumi's CLI and plugin come first: they need no other part."""
        with progress.step("Pulumi CLI from the bundle"):
            programs.place(self.folder, self.manifest.cli_origin)

    def images(self) -> Images:
        """The part that needs Docker Engine only."""
        return Images(self.folder / IMAGES, self.manifest.images)

    def install(self, packages: Sequence[str], progress: Progress) -> None:
        """Installs Debian packages from the bundle, in place of apt's mirror.

        Raises:
            Failure: when it has none for this host, or with apt's own words.
        """
        here, wanted = release_of(RELEASE.read_text()), self.manifest.debian
        if here != wanted:
            raise Failure(
                f"{' '.join(packages)} must be installed, and the bundle has no packages for this host.",
                f"this host is {here or 'unknown'}; the bundle's packages are for {wanted or 'none'}.",
                "install Docker Engine by the host's own means, then the same command again.",
            )
        argv = (sys.executable, "-m", "toolchain.bundle.debs", str(self.folder / DEBS), *packages)
        run(argv, progress, seconds=2.0 * debs.INSTALL_SECONDS, folder=ROOT)
