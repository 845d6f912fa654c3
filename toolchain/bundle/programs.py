"""The Pulumi CLI and the official docker plugin in a bundle."""

import shutil
from pathlib import Path

from operation.failure import Failure
from toolchain import cache, cli, golang, plugins
from toolchain.bundle import archive
from toolchain.bundle.manifest import CLI, PLUGIN
from toolchain.bundle.opening import lay_out
from toolchain.part import BUILT, HOST
from toolchain.version import DOCKER_PLUGIN


def pack(folder: Path) -> str:
    """Packs both, as far as they are there; gives where the CLI came from.

    Raises:
        Failure: when there is no CLI.
    """
    choice = cli.chosen()
    if choice is None:
        raise Failure("there is no Pulumi CLI to pack.", remedy="`./ops setup` first.")
    pattern = "pulumi*" if choice.origin == HOST else "*"
    files = [path for path in choice.folder.glob(pattern) if path.is_file()]
    archive.pack_tree(choice.folder.parent, files, folder / CLI)
    plugin = plugin_folder()
    if plugin.is_dir():
        files = [path for path in plugin.rglob("*") if path.is_file()]
        archive.pack_tree(plugin, files, folder / PLUGIN)
    return choice.origin


def place(folder: Path, origin: str) -> None:
    """Puts them where set-up looks, unless they are there; no download is tried for a day afterwards."""
    cache.remember_failure(cli.DOWNLOAD)
    cache.remember_failure(plugins.DOWNLOAD)
    if cli.chosen() is None:
        _place(folder / CLI, golang.cached().parent if origin == BUILT else cli.official_folder().parent)
    if (folder / PLUGIN).exists() and not (plugin_folder() / plugins.DOCKER).exists():
        _place(folder / PLUGIN, plugin_folder())


def plugin_folder() -> Path:
    """Where Pulumi keeps the official docker plugin of the pinned release."""
    return plugins.pulumi_home() / "plugins" / f"resource-docker-v{DOCKER_PLUGIN}"


def _place(packed: Path, target: Path) -> None:
    with cache.workspace("bundle-program") as folder:
        fresh = folder / "it"
        lay_out(packed, fresh)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(fresh, target)
