"""`./ops setup --from-bundle` where no route leads anywhere."""

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from operation.containers import wait_for
from operation.stack import ROOT
from tests.setup import wheels
from toolchain import golang
from toolchain.bundle import archive, manifest, programs
from toolchain.bundle.manifest import Manifest
from toolchain.version import PULUMI

NEEDED = ("docker", "pulumi", "pulumi-docker", "pydantic", "PyYAML")
"""What set-up itself imports."""
LEFT_OUT = shutil.ignore_patterns(".venv", ".ops", ".git", "__pycache__", ".*_cache", "Pulumi.t*.yaml")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout that was never used, with pins for what a small bundle carries."""
    root = tmp_path / "a checkout"
    shutil.copytree(ROOT, root, ignore=LEFT_OUT, symlinks=True)
    (tmp_path / "content/wheels").mkdir(parents=True)
    lines = [wheels.pack(name, tmp_path / "content/wheels") for name in wheels.closure(NEEDED)]
    (root / "requirements.txt").write_text("\n".join(lines) + "\n")
    salted = (root / "Pulumi.local.yaml").read_text().splitlines()
    kept = [line for line in salted if not line.startswith("encryptionsalt")]
    (root / "Pulumi.local.yaml").write_text("\n".join(kept) + "\n")
    return root


@pytest.fixture
def bundle(copy: Path, tmp_path: Path) -> Path:
    """Real wheels and the real CLI; images are another test's."""
    content = tmp_path / "content"
    described = Manifest(
        requirements=manifest.of_file(copy / "requirements.txt").sha256,
        pulumi=PULUMI,
        cli_origin=programs.pack(content),
        python=".".join(platform.python_version_tuple()[:2]),
        machine=platform.machine(),
        members=manifest.of_folder(content),
    )
    archive.write(described, content, tmp_path / "b.tar", force=False)
    shutil.rmtree(content)
    return tmp_path / "b.tar"


def started(copy: Path, *words: str) -> "subprocess.Popen[str]":
    """Calls the launcher in a network of its own, with an empty home and nothing of ours on PATH."""
    home = copy.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {"HOME": str(home), "PATH": f"{Path(sys.executable).resolve().parent}:{os.defpath}"}
    private = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    return subprocess.Popen(
        [*private, copy / "ops", *words],
        cwd=copy.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def alone(copy: Path, *words: str) -> tuple[int, str, str]:
    """The same to its end: exit status and both outputs."""
    process = started(copy, *words)
    stdout, stderr = process.communicate(timeout=300)
    return process.returncode, stdout, stderr


def killed(copy: Path, *words: str) -> None:
    """The same, all of it killed when the Python environment is half made."""
    process = started(copy, *words)
    wait_for((copy / ".venv/bin/python").exists, 60, "half an environment")
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (copy / ".venv/stamp").exists()


@pytest.mark.platform
def test_host_without_a_route_is_set_up_from_a_bundle(copy: Path, bundle: Path) -> None:
    """Environment and CLI come from the file, also after a kill; a damaged one is refused untouched."""
    broken = bundle.with_name("broken.tar")
    broken.write_bytes(bundle.read_bytes()[:-1_000_000])
    status, _, said = alone(copy, "setup", "--from-bundle", "broken.tar")
    assert status == 2, said
    assert "damaged" in said
    assert not (copy / ".venv").exists()
    assert not (copy / ".ops").exists()

    killed(copy, "setup", "--from-bundle", bundle.name)
    status, _, said = alone(copy, "setup", "--from-bundle", bundle.name)
    assert status == 0, said
    cache = copy.parent / "home/.cache/bem-operations"
    assert (copy / ".venv/stamp").exists()
    assert (cache / golang.key() / "bin/pulumi").exists() or list(cache.glob("pulumi-*-official"))
    assert not (cache / "bundle.open").exists()

    _, told, _ = alone(copy, "doctor", "--json")
    facts = json.loads(told)
    assert {each["name"] for each in facts["toolchain"] if each["verdict"] == "healthy"} >= {
        "Python",
        "Pulumi CLI",
        "Pulumi plugins",
    }


def test_bundle_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """No file, no word: exit status 2, what to do, and nothing is made."""
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "toolchain", root / "toolchain", ignore=LEFT_OUT)
    shutil.copy(ROOT / "ops", root / "ops")
    for words in (("--from-bundle", "none.tar"), ("--from-bundle=none.tar",), ("--from-bundle",)):
        result = subprocess.run(
            [root / "ops", "setup", *words],
            cwd=tmp_path,
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert result.returncode == 2, result.stderr
        assert "do: " in result.stderr
        assert not (root / ".venv").exists()
