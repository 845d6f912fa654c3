"""What the kernel must be able to do for overlay networks, published ports and layered images."""

import gzip
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain.checks.check import Check, healthy, unhealthy, warning

NEEDED: Mapping[str, str] = {
    "overlay": "OVERLAY_FS",
    "bridge": "BRIDGE",
    "veth": "VETH",
    "vxlan": "VXLAN",
    "nf_nat": "NF_NAT",
    "xt_MASQUERADE": "NETFILTER_XT_TARGET_MASQUERADE",
    "xt_addrtype": "NETFILTER_XT_MATCH_ADDRTYPE",
}
"""Module to kernel option. No IPVS: ports are published in host mode, services are found by DNS."""
YES, NO, UNKNOWN = "there", "lacking", "unknown"


@dataclass(frozen=True)
class Kernel:
    """Where a kernel tells what it has.

    Attributes:
        release: as `uname -r` has it.
        root: `/`, or a folder that stands for it.
    """

    release: str
    root: Path = Path("/")

    def loaded(self) -> frozenset[str]:
        """Modules that are loaded, or built in with settings of their own."""
        try:
            return frozenset(path.name for path in (self.root / "sys/module").iterdir())
        except OSError:
            return frozenset()

    def loadable(self) -> frozenset[str] | None:
        """Modules that could be loaded, or are built in; None when the host has no list."""
        folder, found, known = self.root / "lib/modules" / self.release, set(), False
        for name in ("modules.builtin", "modules.dep"):
            try:
                text = (folder / name).read_text()
            except OSError:
                continue
            known = True
            found.update(re.findall(r"([^/\s]+)\.ko(?:\.\w+)?(?::|$)", text, re.MULTILINE))
        return frozenset(each.replace("-", "_") for each in found) if known else None

    def options(self) -> frozenset[str] | None:
        """Options that the kernel was built with, as `y` or `m`; None when it does not tell."""
        readers: tuple[tuple[str, Callable[[Path], str]], ...] = (
            ("proc/config.gz", lambda path: gzip.decompress(path.read_bytes()).decode()),
            (f"boot/config-{self.release}", Path.read_text),
        )
        for name, read in readers:
            try:
                text = read(self.root / name)
            except (OSError, EOFError):
                continue
            return frozenset(re.findall(r"^CONFIG_(\w+)=[ym]$", text, re.MULTILINE))
        return None


def running() -> Kernel:
    """This host's."""
    return Kernel(os.uname().release)


def abilities(kernel: Kernel) -> dict[str, str]:
    """Each needed module: there, lacking, or unknown because nothing tells."""
    loaded, loadable, options = kernel.loaded(), kernel.loadable(), kernel.options()
    return {
        module: YES
        if module in loaded or module in (loadable or ()) or option in (options or ())
        else (UNKNOWN if loadable is None and options is None else NO)
        for module, option in NEEDED.items()
    }


def features(found: Mapping[str, str], release: str, *, vfs: bool = False) -> Check:
    """Whether the kernel can do it all; `vfs`: the engine's storage does without overlay."""
    name = "kernel"
    lacking = [each for each, state in found.items() if state == NO and not (vfs and each == "overlay")]
    unknown = [each for each, state in found.items() if state == UNKNOWN]
    if lacking:
        return unhealthy(name, f"{release} without {', '.join(lacking)}", "boot a kernel that has them")
    if unknown:
        return warning(
            name, f"{release} does not tell about {', '.join(unknown)}", "fine when containers have networks"
        )
    return healthy(name, f"{release}: {', '.join(found)}")


def firewall(program: str | None) -> Check:
    """Docker publishes ports and hides containers' addresses with iptables."""
    if program is None:
        return unhealthy("iptables", "not on PATH", "`apt-get install iptables` as root")
    return healthy("iptables", program)
