"""Docker Engine: installed, and its daemon answering."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from operation import custodian
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT
from toolchain import apt, daemon
from toolchain.apt import Installer
from toolchain.command import run
from toolchain.daemon import Daemon
from toolchain.part import HOST, Finding, missing

NAME = "Docker Engine"
PACKAGES = ("docker.io", "iptables")
UNIT_SECONDS = 120.0
Step = Literal["install", "start unit", "start daemon"]


NOTED = ROOT / ".ops" / "engine.pid"


def own_daemon(noted: Path = NOTED) -> int:
    """The process of a living daemon that set-up of this checkout started, or 0."""
    return 0 if not noted.exists() or daemon.stale(noted, "dockerd") else int(noted.read_text())


@dataclass(frozen=True)
class Facts:
    """What decides how the engine is brought to answer.

    Attributes:
        named: the DOCKER_HOST of an engine that is not this host's own, or empty.
        denied: the daemon's socket is there and this account may not use it.
        installed: `dockerd` and `iptables` are on the host.
        systemd: it runs the host.
        root: whether we are.
    """

    named: str
    denied: bool
    installed: bool
    systemd: bool
    root: bool


def steps(facts: Facts) -> tuple[Step, ...]:
    """What must be done so that an engine that does not answer does.

    Raises:
        Failure: when it is not ours to do, or needs root.
    """
    if facts.named:
        raise Failure(
            f"the Docker Engine that DOCKER_HOST names ({facts.named}) does not answer.",
            "nothing was changed; set-up starts no engine but this host's own.",
            "start it, or unset DOCKER_HOST.",
        )
    if facts.denied:
        raise Failure(
            "this account may not use Docker Engine.",
            "nothing was changed.",
            "as root: `usermod --append --groups docker NAME`; log in again, then the same command.",
        )
    if not facts.root:
        state = "does not run" if facts.installed else "is missing"
        raise Failure(
            f"Docker Engine {state}, and only root can mend that.",
            "nothing was changed.",
            f"as root: `apt-get install {' '.join(PACKAGES)}`, start its daemon, and add this account to the "
            "group docker; then type the same command again.",
        )
    begin: Step = "start unit" if facts.systemd else "start daemon"
    return (begin,) if facts.installed else ("install", begin)


def way_out(facts: Facts) -> str:
    """One line on an engine that does not answer."""
    try:
        steps(facts)
    except Failure as refused:
        return f"{refused.what} {refused.remedy}"
    return "its daemon does not answer; `./ops setup` brings it up"


@dataclass(frozen=True)
class Engine:
    """The Docker Engine of this host, or the one that DOCKER_HOST names.

    Attributes:
        daemon: how it is started where no systemd does it.
        noted: where a daemon that we started is noted, for whoever wants to stop it.
        install: how Debian packages come.
    """

    daemon: Daemon = field(default_factory=Daemon)
    noted: Path = NOTED
    install: Installer = apt.install
    name: str = NAME

    @property
    def url(self) -> str:
        """Where it answers."""
        return os.environ.get("DOCKER_HOST") or self.daemon.url

    def facts(self) -> Facts:
        """How the host is now."""
        socket = self.daemon.socket
        return Facts(
            named="" if self.url == self.daemon.url else self.url,
            denied=socket.exists() and not os.access(socket, os.R_OK | os.W_OK),
            installed=bool(shutil.which("dockerd") and shutil.which("iptables")),
            systemd=Path("/run/systemd/system").is_dir(),
            root=os.geteuid() == 0,
        )

    def look(self) -> Finding:
        """Whether it answers."""
        version = daemon.version(self.url)
        if version:
            return Finding(self.name, healthy=True, origin=HOST, version=version)
        return missing(self.name, way_out(self.facts()))

    def provide(self, progress: Progress) -> None:
        """Installs and starts what is missing."""
        for step in steps(self.facts()):
            progress.detail(step)
            if step == "install":
                self.install(PACKAGES, progress)
            elif step == "start unit":
                run(("systemctl", "enable", "--now", "docker"), progress, seconds=UNIT_SECONDS)
            else:
                self._start()

    def _start(self) -> None:
        pid = daemon.start(self.daemon)
        if pid:
            custodian.write_private(self.noted, f"{pid}\n".encode())
