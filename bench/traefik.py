"""Traefik, which no index of programs has here: built once an account from its Go module, as Pebble is."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

from toolchain import cache, golang
from toolchain.version import numbers, required_go

MODULE, VERSION = "github.com/traefik/traefik/v3", "v3.7.13"
BUILD_SECONDS = 1800


def program() -> Path | None:
    """The program; None where it cannot be built."""
    folder = cache.made(f"traefik-{VERSION}")
    made = folder / "traefik"
    go = shutil.which("go", path=f"{os.environ.get('PATH', '')}:{golang.USUAL_FOLDERS}")
    with FileLock(folder / ".lock"):
        if not made.exists() and (not go or not _built(go, folder, made)):
            return None
    return made


def _built(go: str, folder: Path, made: Path) -> bool:
    """Within a copy of the module: it replaces some of its dependencies, which `go install` refuses."""
    said = subprocess.run((go, "version"), capture_output=True, text=True, check=True).stdout
    extra = golang.environment(numbers(said), required_go((golang.MODULE / "go.mod").read_text()))
    environment = {**os.environ, **extra, "CGO_ENABLED": "0"}
    found = _run((go, "mod", "download", "-json", f"{MODULE}@{VERSION}"), folder, environment)
    if found is None:
        return False
    source = folder / "source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(json.loads(found)["Dir"], source, copy_function=shutil.copyfile)
    for each in (source, *source.rglob("*")):
        if each.is_dir():
            each.chmod(0o700)  # those of Go's cache cannot be removed
    argv = (go, "build", "-trimpath", "-ldflags=-s -w", "-o", str(folder / "new"), "./cmd/traefik")
    if _run(argv, source, environment) is None:
        return False
    (folder / "new").replace(made)
    return True


def _run(argv: tuple[str, ...], folder: Path, environment: dict[str, str]) -> str | None:
    done = subprocess.run(
        argv, cwd=folder, env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False
    )
    return None if done.returncode else done.stdout
