"""The Pulumi CLI, built from its Go module where no release can be downloaded."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from operation.failure import Failure
from operation.progress import Progress
from operation.stack import ROOT
from toolchain import apt, cache
from toolchain.command import run
from toolchain.version import GO_MODULE, GO_WITH_TOOLCHAINS, PULUMI, numbers, required_go

MODULE = ROOT / "toolchain" / "pulumi-cli"
BUILD_SECONDS = 2400.0
USUAL_FOLDERS = "/usr/local/go/bin:/usr/lib/go/bin"
REMEDY = "install Go 1.24 or newer, or put the official pulumi " + PULUMI + " on PATH."


def build_argv(target: Path) -> tuple[str, ...]:
    """The command that builds the CLI; without the version in it, the Automation API refuses it."""
    variable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
    return ("go", "build", "-ldflags", f"-s -w -X {variable}=v{PULUMI}", "-o", str(target), GO_MODULE)


def environment(installed: tuple[int, ...], required: tuple[int, ...]) -> Mapping[str, str]:
    """Variables for a Go of that release to build a module that asks for another.

    Raises:
        Failure: when it is too old to fetch the release that it needs.
    """
    if installed >= required:
        return {}
    if installed < GO_WITH_TOOLCHAINS:
        raise Failure(
            f"Go {'.'.join(map(str, installed))} is too old to build the Pulumi CLI.",
            "nothing can be deployed from this host yet.",
            REMEDY,
        )
    return {"GOTOOLCHAIN": "auto"}


def key(module: Path = MODULE) -> str:
    """Names a build: the release and all sources it is made of."""
    digest = hashlib.sha256((module / "go.mod").read_bytes() + (module / "go.sum").read_bytes())
    return f"pulumi-{PULUMI}-{digest.hexdigest()[:12]}"


def build(target: Path, progress: Progress) -> None:
    """Builds the CLI into that file.

    Raises:
        Failure: when there is no Go and none can be installed, or with Go's own words.
    """
    path = f"{os.environ.get('PATH', '')}:{USUAL_FOLDERS}"
    if not shutil.which("go", path=path):
        apt.install(("golang-go", "ca-certificates"), progress)
    found = {"PATH": path}
    installed = numbers(run(("go", "version"), progress, seconds=60, environment=found, folder=MODULE))
    extra = environment(installed, required_go((MODULE / "go.mod").read_text()))
    try:
        run(
            build_argv(target),
            progress,
            seconds=BUILD_SECONDS,
            environment={"CGO_ENABLED": "0", **found, **extra},
            folder=MODULE,
        )
    except Failure as error:
        raise Failure(error.what, "the Pulumi CLI could not be built.", REMEDY) from error


def cached() -> Path:
    """Where the finished build of this release lies, whether or not it exists."""
    return cache.folder() / key() / "bin"
