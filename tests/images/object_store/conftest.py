"""The object store's image, and one that is ready."""

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.images.authority import Authority
from tests.images.conftest import IMAGES, Party
from tests.images.object_store.account import (
    BUCKET,
    DAYS,
    SECRETS,
    Start,
    s3,
)
from tests.images.workshop import Container, Workshop, healthy, until


@pytest.fixture(scope="session")
def image(workshop: Workshop) -> str:
    """The object store's image, from its folder with SeaweedFS' program beside the Dockerfile."""
    context = workshop.folder / "object-store-context"
    shutil.copytree(IMAGES / "object-store", context)
    (context / "program").mkdir()
    shutil.copy2(Path(sys.executable).with_name("weed"), context / "program" / "weed")
    return workshop.build("object-store", context, context / "Dockerfile")


@pytest.fixture(scope="session")
def certificates(party: Party) -> Path:
    """The object store's folder."""
    return party("object-store", 6003, "object-store", "localhost")


@pytest.fixture(scope="session")
def start(workshop: Workshop, image: str, certificates: Path) -> Start:
    """Starts an object store; secrets may be changed."""

    def run(
        volume: str,
        days: str = DAYS,
        secrets: dict[str, str] = SECRETS,
        models: str = "",
        **options: object,
    ) -> Container:
        folder = workshop.folder / f"secrets-{len(list(workshop.folder.glob('secrets-*')))}"
        folder.mkdir()
        for name, text in secrets.items():
            (folder / name).write_text(text)
        mounts = {volume: "/data:rw", str(certificates): "/certs:ro", str(folder): "/run/secrets:ro"}
        around = {"BUCKET": BUCKET, "LOCK_DAYS": days, **({"MODELS_BUCKET": models} if models else {})}
        return workshop.run(image, "object-store", mounts, around, (8333,), **options)

    return run


@pytest.fixture(scope="session")
def volume(workshop: Workshop) -> str:
    """Where the objects are."""
    return workshop.volume()


@pytest.fixture(scope="session")
def store(start: Start, volume: str) -> Container:
    """An object store that is ready."""
    container = start(volume)
    until(lambda: healthy(container)[0], 30)
    return container


@pytest.fixture(scope="session")
def trust(authority: Authority, workshop: Workshop) -> str:
    """A file with the CA's certificates, for boto3."""
    file = workshop.folder / "trust.pem"
    file.write_bytes(authority.trust)
    return str(file)


@pytest.fixture
def locked(store: Container, trust: str) -> dict[str, str]:
    """A fresh object: bucket, key and version."""
    key = f"wal/{datetime.now(UTC).timestamp()}"
    version = s3(store, trust).put_object(Bucket=BUCKET, Key=key, Body=b"segment")["VersionId"]
    return {"Bucket": BUCKET, "Key": key, "VersionId": version}


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Imports the image's modules by their plain names, as they do one another; they go again afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(IMAGES / "object-store")
    yield import_module
    for name in set(sys.modules) - before:
        sys.modules.pop(name)
