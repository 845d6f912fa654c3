"""Debian packages in a bundle: Docker Engine and what it needs. Only the standard library."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from toolchain.bundle.manifest import Member, of_file

INSTALL_SECONDS = 900
WANTED = ("docker.io", "docker-cli", "iptables", "python3-venv")
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1"}


def closure_argv(packages: Sequence[str]) -> tuple[str, ...]:
    """The command that lists packages and all that they depend on, as far as this host has it."""
    without = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
    return (
        "apt-cache",
        "depends",
        "--recurse",
        "--installed",
        *(f"--no-{each}" for each in without),
        *packages,
    )


def names_in(listing: str) -> list[str]:
    """The packages that such a listing names, in order; virtual ones are none."""
    found = {line.strip() for line in listing.splitlines() if line and not line[0].isspace()}
    return sorted(name for name in found if not name.startswith("<"))


def is_installed(name: str) -> bool:
    """Whether this host has that package."""
    argv = ("dpkg-query", "--show", "--showformat=${db:Status-Status}", name)
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout == "installed"


def stanza(fields: str, name: str, member: Member) -> str:
    """A package as apt's index has it: its own fields, and where its file is."""
    place = f"Filename: ./{name}\nSize: {member.size}\nSHA256: {member.sha256}\n"
    return fields.rstrip("\n") + "\n" + place


def write_index(folder: Path) -> None:
    """Makes a folder of package files a repository."""
    stanzas = [
        stanza(subprocess.check_output(("dpkg-deb", "--field", file), text=True), file.name, of_file(file))
        for file in sorted(folder.glob("*.deb"))
    ]
    (folder / "Packages").write_text("\n".join(stanzas))
    (folder / "sources.list").write_text(f"deb [trusted=yes] file:{quote(str(folder))} ./\n")
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)


def apt_argv(folder: Path, *words: str) -> tuple[str, ...]:
    """An apt command that knows that repository and no other, and may read what only root can enter."""
    options = (
        f"Dir::Etc::sourcelist={folder / 'sources.list'}",
        "Dir::Etc::sourceparts=/dev/null",
        f"Dir::State::lists={folder / 'lists'}",
        "APT::Sandbox::User=root",
    )
    return ("apt-get", "--yes", *(word for each in options for word in ("-o", each)), *words)


def install_argv(folder: Path, packages: Sequence[str]) -> tuple[str, ...]:
    """Installs packages and what they lack; nothing that the host has is removed for them."""
    return apt_argv(folder, "--no-install-recommends", "--no-remove", "install", *packages)


def main(arguments: Sequence[str] | None = None) -> int:
    """Installs packages from a folder of files."""
    folder, *packages = sys.argv[1:] if arguments is None else arguments
    write_index(Path(folder))
    install = install_argv(Path(folder), packages)
    if _status(apt_argv(Path(folder), "update")):
        return 1
    if _status(install) == 0:
        return 0
    _status(("dpkg", "--configure", "-a"))  # one that was killed
    return _status(install)


def _status(argv: Sequence[str]) -> int:
    environment = {**os.environ, **QUIET}
    return subprocess.run(argv, env=environment, timeout=INSTALL_SECONDS, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
