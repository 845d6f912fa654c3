"""A Chromium without a window: the tests look at the reports' pages in it; nothing else needs it."""

import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from operation.failure import Failure
from operation.progress import Progress
from toolchain import apt
from toolchain.part import HOST, Finding, missing
from toolchain.setup import log_file, provide_all

PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core")


def program() -> str | None:
    """The browser that is there."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@dataclass(frozen=True)
class Browser:
    """Chromium, or a browser made from it."""

    name: str = "browser for tests"

    def look(self) -> Finding:
        """Whether there is one."""
        found = program()
        if found is None:
            return missing(
                self.name, f"no Chromium is on PATH; as root: `apt-get install {' '.join(PACKAGES)}`"
            )
        return Finding(self.name, healthy=True, origin=HOST, version=found)

    def provide(self, progress: Progress) -> None:
        """Installs Debian's."""
        apt.install(PACKAGES, progress)


def main() -> int:
    """Before the tests: installs one where there is none."""
    try:
        provide_all((Browser(),), Progress(log_file(datetime.now(UTC))))
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
