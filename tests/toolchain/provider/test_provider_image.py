"""Images: the files that a build sees, how it is asked for, and how it ends."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from docker.errors import ImageNotFound

from tests.toolchain.provider.examples import IMAGE, changed
from toolchain.provider.build_context import BuildContext
from toolchain.provider.build_log import build_lines, follow
from toolchain.provider.call import Call
from toolchain.provider.failure import Cancelled, ProviderFailure
from toolchain.provider.image import Image, build_arguments, context_of
from toolchain.provider.property_value import UNKNOWN, Properties, Value

DIGEST = "sha256:" + "2" * 64
NOTHING: Properties = {}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A context in the program's folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM debian\n")
    (folder / "main.py").write_text("print()\n")
    (folder / ".dockerignore").write_text("# a comment\n\n  # another\n*.log\nbuild\n!build/kept\n")
    (folder / "build").mkdir()
    (folder / "build/out").write_text("x")
    (folder / "build/kept").write_text("x")
    (folder / "now.log").write_text("x")
    (folder / "link").symlink_to("main.py")
    return folder


class Engine:
    """The API's requests that images need; it knows one image under one name."""

    def __init__(self, *messages: Mapping[str, Any], identity: str = DIGEST) -> None:
        self.messages = messages
        self.identity = identity

    def build(self, **_arguments: object) -> Iterator[Mapping[str, Any]]:
        """What the builder says."""
        return iter(self.messages)

    def inspect_image(self, name: str) -> dict[str, str]:
        """The image."""
        if name != "bem-api:local" or not self.identity:
            raise ImageNotFound(name)
        return {"Id": self.identity}

    def call(self, known: Properties = NOTHING) -> Call:
        """An operation on it."""
        return Call(self, print, print, threading.Event(), "urn", known)


def _digest(app: Path) -> str:
    return BuildContext(app, app / "Dockerfile").digest()


def test_files_are_those_that_the_build_sees(app: Path) -> None:
    """As .dockerignore leaves them, with its exceptions, and links as links."""
    assert list(BuildContext(app, app / "Dockerfile").files()) == [
        ".dockerignore",
        "Dockerfile",
        "build/kept",
        "link",
        "main.py",
    ]


def _relinked(link: Path) -> None:
    link.unlink()
    link.symlink_to("Dockerfile")


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda app: (app / "main.py").write_text("other"),
    "mode": lambda app: (app / "main.py").chmod(0o755),
    "new file": lambda app: (app / "new").write_text(""),
    "name": lambda app: (app / "main.py").rename(app / "other.py"),
    "link": lambda app: _relinked(app / "link"),
    "Dockerfile": lambda app: (app / "Dockerfile").write_text("FROM other\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_digest_changes_with_what_the_build_sees(app: Path, change: str) -> None:
    """Contents, modes, names, links and the Dockerfile."""
    before = _digest(app)
    CHANGES[change](app)
    assert _digest(app) != before


def test_digest_stays_with_what_the_build_does_not_see(app: Path) -> None:
    """Ignored files and times of change."""
    before = _digest(app)
    (app / "now.log").write_text("more")
    (app / "build/out").write_text("more")
    (app / "main.py").touch()
    assert _digest(app) == before


def test_dockerfile_outside_the_context(app: Path, tmp_path: Path) -> None:
    """It counts; nothing else from its folder does."""
    (tmp_path / "other").mkdir()
    outside = tmp_path / "other/Dockerfile"
    outside.write_text("FROM debian\n")
    before = BuildContext(app, outside).digest()
    (tmp_path / "other/noise").write_text("x")
    assert BuildContext(app, outside).digest() == before
    outside.write_text("FROM other\n")
    assert BuildContext(app, outside).digest() != before


def test_missing_files_are_said_with_a_hint(app: Path) -> None:
    """A Dockerfile is looked for from the program's folder, as the official provider does."""
    del app
    assert BuildContext(Path("app"), Path("app/Dockerfile")).missing() is None
    assert "try dockerfile='app/Dockerfile'" in str(BuildContext(Path("app"), Path("Dockerfile")).missing())
    assert "is not a directory" in str(BuildContext(Path("none"), Path("x")).missing())


@pytest.mark.usefixtures("app")
def test_arguments_of_a_build() -> None:
    """Whole; numbers in build arguments become text."""
    inputs = changed(IMAGE, "build.args", {"BASE": "debian", "LEVEL": 3.0})
    assert build_arguments(inputs) == {
        "path": "app",
        "dockerfile": str(Path("app/Dockerfile").absolute()),
        "tag": "bem-api:local",
        "buildargs": {"BASE": "debian", "LEVEL": "3"},
        "target": None,
        "platform": "linux/amd64",
        "network_mode": None,
        "extra_hosts": None,
        "rm": True,
        "forcerm": True,
        "decode": True,
        "timeout": 1800,
    }
    assert context_of({"imageName": "x"}) == BuildContext(Path(), Path("Dockerfile"))


def test_digest_is_an_input(app: Path) -> None:
    """A changed file is an update of the image; unknown build arguments do not hide it."""
    image = Image()
    before = image.prepared(IMAGE)
    unknown = image.prepared(changed(IMAGE, "build.args", {"BASE": UNKNOWN}))
    assert [change.path for change in image.changes(before, unknown)] == ["build.args"]
    (app / "main.py").write_text("other")
    (change,) = image.changes(before, image.prepared(IMAGE))
    assert (change.path, change.replaces) == ("build.contextDigest", False)
    assert image.changes(before, before) == []


def test_unknown_context_is_not_looked_at() -> None:
    """In a preview the folder may not be known yet: no digest, no fault."""
    inputs = changed(IMAGE, "build.context", UNKNOWN)
    assert Image().prepared(inputs) == inputs
    assert list(Image().faults(inputs)) == []


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("buildOnPreview", True, "buildOnPreview"),
        ("build.context", "none", "build"),
        ("build.builderVersion", "BuilderBuildKit", "build.builderVersion"),
        ("build.cacheFrom", {"images": ["x"]}, "build.cacheFrom"),
        ("registry", {"server": "x", "email": "y"}, "registry.email"),
    ],
)
def test_what_is_not_done_is_refused(path: str, value: Value, named: str) -> None:
    """A build in a preview, another builder, a cache elsewhere: by name; else nothing."""
    image = Image()

    def faults(inputs: Properties) -> list[str]:
        return [fault.path for fault in (*image.block.faults(inputs, ""), *image.faults(inputs))]

    assert faults(changed(IMAGE, path, value)) == [named]
    assert faults(IMAGE) == []


@pytest.mark.usefixtures("app")
def test_a_built_image_is_named_by_its_identity() -> None:
    """The local ID is the digest that services name; the rest is what the official provider gives."""
    live = Image().create(IMAGE, Engine({"stream": "Step 1/1\n"}).call())
    assert live.id == "bem-api:local"
    assert {
        name: live.computed[name] for name in ("repoDigest", "baseImageName", "platform", "dockerfile")
    } == {
        "repoDigest": DIGEST,
        "baseImageName": "bem-api:local",
        "platform": "linux/amd64",
        "dockerfile": "app/Dockerfile",
    }


def test_a_failed_build_says_its_last_lines() -> None:
    """The builder's error and what came before it; a build that goes through raises nothing."""
    engine = Engine({"stream": "Step 1/2 : RUN make\n"}, {"stream": "no rule\n"}, {"error": "returned 2"})
    with pytest.raises(ProviderFailure, match=r"(?s)not built: returned 2.*Step 1/2 : RUN make.*no rule"):
        follow(engine.build, "app", engine.call())
    follow(Engine({"stream": "ok"}).build, "app", engine.call())
    assert build_lines({"stream": "a\n\n b \n"}) == ["a", " b"]


def test_a_silent_build_is_cancelled_at_once() -> None:
    """A step that says nothing for minutes does not hold up Ctrl-C."""
    call, never = Engine().call(), threading.Event()

    def silent() -> Iterator[Mapping[str, Any]]:
        never.wait(60)
        yield {}

    threading.Timer(0.2, call.stop.set).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        follow(silent, "app", call)
    never.set()
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("identity", "known", "found"),
    [
        (DIGEST, {"repoDigest": DIGEST}, True),
        (DIGEST, {}, True),
        ("", {"repoDigest": DIGEST}, False),
        ("sha256:other", {"repoDigest": DIGEST}, False),
    ],
)
def test_an_image_that_is_gone_or_another_is_seen(identity: str, known: Properties, found: bool) -> None:
    """A name without an image, or with one that this program did not build, is no image of ours."""
    live = Image().read("bem-api:local", IMAGE, Engine(identity=identity).call(known))
    assert (live is not None) is found


def test_import_of_an_image() -> None:
    """By its name; what it was built from nobody knows."""
    live = Image().read("bem-api:local", {}, Engine().call())
    assert live is not None
    assert live.inputs == {"imageName": "bem-api:local", "skipPush": True}
