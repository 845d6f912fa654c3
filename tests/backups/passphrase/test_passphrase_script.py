"""The image's script `rekey`, run by a real bash; its pgBackRest opens a file by its passphrase alone."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "infra" / "images" / "database" / "bin" / "rekey"
FORMER, NEXT = "former-words", "next-words"
CONTENT = '[backrest]\nbackrest-checksum="1"\n\n[cipher]\ncipher-pass="random"\n'
FILES = [f"{kind}/bem/{kind}.info{copy}" for kind in ("archive", "backup") for copy in ("", ".copy")]
PGBACKREST = """#!/usr/bin/env python3
import os, pathlib, sys
assert not any("words" in word for word in sys.argv), "a passphrase on a command line"
place = pathlib.Path(os.environ["FAKE"])
if (place / "away").exists():
    sys.stderr.write("ERROR: [049]: unable to connect")
    sys.exit(49)
command, name = sys.argv[-2:]
assert "--repo=2" in sys.argv
passphrase, path = os.environ["PGBACKREST_REPO2_CIPHER_PASS"], place / "repository" / name
if command == "repo-put":
    left = place / "puts-left"
    if left.exists():
        number = int(left.read_text())
        if number == 0:
            sys.exit(62)
        left.write_text(str(number - 1))
    path.write_text(passphrase + "\\n" + sys.stdin.read())
    sys.exit(0)
if not path.exists():
    sys.exit(55)
key, _, content = path.read_text().partition("\\n")
if key == passphrase:
    sys.stdout.write(content)
elif (place / "noise").exists():
    sys.stdout.buffer.write(bytes(range(256)))
else:
    sys.exit(95)
"""


@dataclass
class Place:
    """A repository of two passphrases."""

    root: Path

    def put(self, passphrase: str, *files: str) -> None:
        """Encrypts files with that one."""
        for each in files:
            path = self.root / "repository" / each
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{passphrase}\n{CONTENT}")

    def keys(self) -> dict[str, str]:
        """By which one each opens."""
        return {each: (self.root / "repository" / each).read_text().split("\n")[0] for each in FILES}

    def run(self, what: str, given: str = f"{FORMER}\n{NEXT}\n") -> "subprocess.CompletedProcess[str]":
        """Runs the script."""
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        environment = {"PATH": path, "FAKE": str(self.root), "TMPDIR": str(self.root / "tmp")}
        return subprocess.run(
            [SCRIPT, what, "bem", "2"],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """All files by the former passphrase."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "tmp").mkdir()
    program = tmp_path / "bin" / "pgbackrest"
    program.write_text(PGBACKREST)
    program.chmod(0o755)
    place = Place(tmp_path)
    place.put(FORMER, *FILES)
    return place


def said(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """Files and words of a good run."""
    assert done.returncode == 0, done.stderr
    return dict(line.split(" ") for line in done.stdout.splitlines())


def test_a_look_changes_nothing(place: Place) -> None:
    """It says which one opens each; the next may be unknown, and none does where another was used."""
    place.put("other", FILES[0])
    before = place.keys()
    found = said(place.run("look", f"{FORMER}\n\n"))
    assert found == {FILES[0]: "none", **dict.fromkeys(FILES[1:], "former")}
    assert place.keys() == before
    assert not list((place.root / "tmp").iterdir())


@pytest.mark.slow
def test_copies_then_all(place: Place) -> None:
    """After the copies both passphrases open the repository, after all only the next; content is the same."""
    halves = {each: "next" if each.endswith(".copy") else "former" for each in FILES}
    assert said(place.run("copies")) == halves
    assert said(place.run("all")) == dict.fromkeys(FILES, "next")
    assert said(place.run("all")) == dict.fromkeys(FILES, "next")
    assert said(place.run("copies")) == dict.fromkeys(FILES, "next")
    assert {(place.root / "repository" / each).read_text() for each in FILES} == {f"{NEXT}\n{CONTENT}"}


@pytest.mark.slow
@pytest.mark.parametrize("puts", range(4))
def test_interrupted_anywhere_it_goes_on(place: Place, puts: int) -> None:
    """A death at each write leaves every pair open by one of the two, and the next run ends it."""
    (place.root / "puts-left").write_text(str(puts))
    assert place.run("all").returncode != 0
    assert sum(each == NEXT for each in place.keys().values()) == puts
    (place.root / "puts-left").unlink()
    assert said(place.run("all")) == dict.fromkeys(FILES, "next")


@pytest.mark.slow
def test_a_backup_between_has_written_both_files_by_the_former(place: Place) -> None:
    """The copies are done again then."""
    place.run("copies")
    place.put(FORMER, *FILES[2:])
    assert said(place.run("copies"))[FILES[3]] == "next"


@pytest.mark.slow
def test_noise_is_not_taken_for_content(place: Place) -> None:
    """A wrong passphrase may decrypt to something."""
    (place.root / "noise").touch()
    assert said(place.run("look")) == dict.fromkeys(FILES, "former")
    assert said(place.run("all")) == dict.fromkeys(FILES, "next")


@pytest.mark.slow
def test_one_of_a_pair_mends_the_other(place: Place) -> None:
    """A copy that is lost or damaged is written from its file."""
    (place.root / "repository" / FILES[1]).unlink()
    place.put("other", FILES[2])
    assert said(place.run("all")) == dict.fromkeys(FILES, "next")


def test_what_no_passphrase_opens_is_not_touched(place: Place) -> None:
    """Nor what does not answer, nor without two passphrases."""
    place.put("other", *FILES[:2])
    before = place.keys()
    assert place.run("copies").returncode == 3
    assert place.run("all", "").returncode == 1
    (place.root / "away").touch()
    done = place.run("all")
    assert done.returncode == 49
    assert "unable to connect" in done.stderr
    assert place.keys() == before
