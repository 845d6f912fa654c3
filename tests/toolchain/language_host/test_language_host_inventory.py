"""Installed packages, and the plugins that they need."""

import json
from pathlib import Path
from typing import Any

import pytest

from toolchain.language_host import inventory
from toolchain.language_host.inventory import Plugin


def install(folder: Path, name: str, version: str, said: Any = None, requires: tuple[str, ...] = ()) -> None:
    """Leaves in a folder what pip would."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("".join(f"Requires-Dist: {each}\n" for each in requires))
    if said is not None:
        module = folder / name.replace("-", "_")
        module.mkdir()
        (module / inventory.PLUGIN_FILE).write_text(json.dumps(said))


def plugins(folder: Path) -> list[Plugin]:
    """The plugins that a folder's packages need."""
    return list(filter(None, map(inventory.plugin_of, inventory.installed([folder]))))


def test_first_of_a_name_counts(tmp_path: Path) -> None:
    """As Python itself imports; what is no folder, or no package, is passed over."""
    install(tmp_path / "a", "Some.Thing", "2.0")
    install(tmp_path / "b", "some-thing", "1.0")
    (tmp_path / "b" / "odd-info").mkdir()
    found = inventory.installed([tmp_path / "a", tmp_path / "b", tmp_path / "none.zip"])
    assert [(each.name, each.version) for each in found] == [("some-thing", "2.0")]


def test_packages_that_no_other_asks_for(tmp_path: Path) -> None:
    """An optional extra is no demand."""
    install(tmp_path, "top", "1.0", requires=("Middle>=1", 'bottom; extra == "all"'))
    install(tmp_path, "middle", "1.0")
    install(tmp_path, "bottom", "1.0")
    found = inventory.not_required(inventory.installed([tmp_path]))
    assert [each.name for each in found] == ["bottom", "top"]


def test_package_says_its_plugin(tmp_path: Path) -> None:
    """Name, version and server of the file; the rest follows from the package."""
    install(tmp_path, "pulumi-docker", "5.2.0", {"resource": True, "name": "docker", "version": "5.2.0"})
    install(tmp_path, "other", "1.0", {"resource": True, "server": "https://example.org"})
    install(tmp_path, "pulumi-random", "4.1")
    assert plugins(tmp_path) == [
        Plugin("other", "v1.0.0", "https://example.org"),
        Plugin("docker", "v5.2.0"),
        Plugin("random", "v4.1.0"),
    ]


def test_package_without_plugin(tmp_path: Path) -> None:
    """Not Pulumi's, says so itself, is known to have none, or has a version without such a form."""
    install(tmp_path, "pulumi", "3.259.0")
    install(tmp_path, "invoke", "3.0.0")
    install(tmp_path, "pulumi-plain", "1.0.0", {"resource": False})
    install(tmp_path, "pulumi-policy", "1.0.0")
    install(tmp_path, "pulumi-odd", "1!2.0")
    assert plugins(tmp_path) == []


def test_parameter_of_a_package(tmp_path: Path) -> None:
    """A bridged provider carries its own as base64."""
    said = {"resource": True, "parameterization": {"name": "n", "version": "1.0.0", "value": "aGk="}}
    install(tmp_path, "pulumi-terraform-provider", "1.0.0", said)
    assert plugins(tmp_path)[0].parameter == ("n", "1.0.0", b"hi")


@pytest.mark.parametrize(
    ("package", "plugin"),
    [
        ("1.2.3", "1.2.3"),
        ("1", "1.0.0"),
        ("1.2.3a4", "1.2.3-alpha.4"),
        ("1.2.3rc4", "1.2.3-rc.4"),
        ("1.2.3.post4", "1.2.3+post4"),
        ("1.2.3b1.post4.dev5", "1.2.3-beta.1+post4dev5"),
        ("1!2.0", None),
        ("", None),
        ("1.2-local", None),
    ],
)
def test_versions(package: str, plugin: str | None) -> None:
    """Python's way to write a version, and the engine's."""
    assert inventory.plugin_version(package) == plugin
