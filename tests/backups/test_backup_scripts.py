"""The image's scripts, run by a real bash with a pgBackRest that answers as it is told."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

BIN = Path(__file__).resolve().parents[2] / "infra" / "images" / "database" / "bin"
SEGMENT = "000000010000000000000005"
PGBACKREST = """
import json, os, pathlib, sys
place = pathlib.Path(os.environ["FAKE"])
with (place / "told").open("a") as told:
    told.write(" ".join(sys.argv[1:]) + "\\n")
repository = next((word[7:] for word in sys.argv if word.startswith("--repo=")), "")
words = [word for word in sys.argv[1:] if not word.startswith("-")]
answers = json.loads((place / "answers.json").read_text())
answer = answers.get(" ".join([repository, *words[:2]]), answers.get(words[0], 1))
if isinstance(answer, list):
    count = place / "count"
    done = int(count.read_text()) if count.exists() else 0
    count.write_text(str(done + 1))
    answer = answer[min(done, len(answer) - 1)]
if isinstance(answer, int):
    sys.exit(answer)
if words[0] == "archive-get":
    pathlib.Path(words[2]).write_text(answer)
else:
    sys.stdout.write(answer)
"""


@dataclass
class Place:
    """Where scripts run: the folders that a scratch has, and what pgBackRest was told."""

    root: Path
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def old_wal(self) -> Path:
        """The old volume's WAL."""
        return self.root / "old" / "pgdata" / "pg_wal"

    @property
    def cluster(self) -> Path:
        """The new volume."""
        return self.root / "cluster"

    @property
    def stopped(self) -> Path:
        """The sign that the old server has stopped."""
        return self.root / "old-has-stopped"

    @property
    def got(self) -> Path:
        """Where PostgreSQL wants its file."""
        return self.root / "RECOVERYXLOG"

    def told(self) -> list[str]:
        """What pgBackRest was told, a command each."""
        path = self.root / "told"
        return path.read_text().splitlines() if path.exists() else []

    def run(
        self, answers: Mapping[str, object], script: str, *arguments: str, most: int = 64
    ) -> subprocess.CompletedProcess[str]:
        """Runs a script of the image; pgBackRest answers by repository and command, else by command."""
        (self.root / "answers.json").write_text(json.dumps(answers))
        environment = {
            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
            "FAKE": str(self.root),
            "TMPDIR": str(self.root),
            "FETCH_CLUSTER": str(self.cluster),
            "FETCH_OLD": str(self.root / "old"),
            "FETCH_STOPPED": str(self.stopped),
            "FETCH_RECEIVED": str(self.root / "received-of"),
            "FETCH_PAUSE": "0",
            "WAL_REACH_MOST": str(most),
            "GIVE_BACK_CLUSTER": str(self.cluster),
            "GIVE_BACK_WAIT": "0",
            "KEEP_CLUSTER": str(self.cluster),
            "KEEP_OLD": str(self.root / "old"),
            "BACK_UP_LOG": str(self.root / "log"),
            **self.more,
        }
        return subprocess.run(
            [BIN / script, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    def fetch(self, answers: Mapping[str, object], file: str = SEGMENT, repository: int = 1) -> int:
        """The exit status of `fetch-wal`."""
        return self.run(answers, "fetch-wal", str(repository), "bem", file, str(self.got)).returncode

    def fail(self, *programs: str) -> None:
        """Lets programs fail from now on."""
        for name in programs:
            path = self.root / "bin" / name
            path.write_text("#!/bin/sh\nexit 1\n")
            path.chmod(0o755)

    def keep(self, file: str, *, ready: bool = False) -> None:
        """Puts a file into the old volume, marked as waiting to be archived or not."""
        (self.old_wal / file).write_text("from the old volume")
        if ready:
            (self.old_wal / "archive_status" / f"{file}.ready").touch()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Empty folders, and a pgBackRest that answers as it is told."""
    found = Place(tmp_path)
    (found.old_wal / "archive_status").mkdir(parents=True)
    found.cluster.mkdir()
    (tmp_path / "bin").mkdir()
    for name, text in {
        "pgbackrest": f"#!{sys.executable} -IS" + PGBACKREST,
        "pg_waldump": '#!/bin/sh\nfor file; do :; done\ncat "$file"\n',
        "zstd": "#!/bin/sh\ncat\n",
    }.items():
        path = tmp_path / "bin" / name
        path.write_text(text)
        path.chmod(0o755)
    return found


def test_scripts_are_sound_bash() -> None:
    """Every script of the image parses."""
    scripts = [path for path in BIN.iterdir() if "bash" in path.read_text().splitlines()[0]]
    assert len(scripts) >= 6
    for path in scripts:
        subprocess.run([shutil.which("bash") or "bash", "-n", path], check=True)


def test_archived_segment_is_fetched(place: Place) -> None:
    """Found is found: 0."""
    assert place.fetch({"archive-get": "wal"}) == 0
    assert place.got.read_text() == "wal"
    assert place.told() == [
        f"--stanza=bem --repo=1 --log-level-console=error archive-get {SEGMENT} {place.got}"
    ]


def test_segment_that_is_not_there_ends_recovery_quietly(place: Place) -> None:
    """«Not there» alone is 1."""
    assert place.fetch({"archive-get": 1}) == 1


@pytest.mark.parametrize("status", [2, 25, 39, 82, 103, 124, 137, 255])
def test_any_other_error_stops_the_server(place: Place, status: int) -> None:
    """It would be read as the end of the WAL: 255, after three tries."""
    place.keep(SEGMENT)
    place.stopped.touch()
    assert place.fetch({"archive-get": status}) == 255
    assert len(place.told()) == 3
    assert not place.got.exists()


def test_error_that_passes_is_tried_again(place: Place) -> None:
    """A repository may fail for a moment."""
    assert place.fetch({"archive-get": [49, "wal"]}) == 0
    assert place.got.read_text() == "wal"


def test_last_segments_come_from_the_stopped_server(place: Place) -> None:
    """And are kept, so that they can be archived later."""
    place.keep(SEGMENT)
    place.stopped.touch()
    assert place.fetch({"archive-get": 1}) == 0
    assert place.got.read_text() == "from the old volume"
    assert (place.cluster / "borrowed" / SEGMENT).read_text() == "from the old volume"


def test_living_server_gives_what_waits_to_be_archived(place: Place) -> None:
    """Those are whole; the one that is written now is not."""
    place.keep(SEGMENT, ready=True)
    assert place.fetch({"archive-get": 1}) == 0
    (place.old_wal / "archive_status" / f"{SEGMENT}.ready").unlink()
    place.got.unlink()
    assert place.fetch({"archive-get": 1}) == 1
    assert not place.got.exists()


def test_repository_comes_before_the_old_volume(place: Place) -> None:
    """What is archived is whole for certain."""
    place.keep(SEGMENT)
    place.stopped.touch()
    assert place.fetch({"archive-get": "wal"}) == 0
    assert place.got.read_text() == "wal"
    assert not (place.cluster / "borrowed").exists()


def test_segment_of_a_stopped_server_that_cannot_be_read_stops_the_server(place: Place) -> None:
    """It was stopped cleanly, so the row is there, and must not be left out."""
    place.keep(SEGMENT)
    place.stopped.touch()
    place.fail("cp", "cat")
    assert place.fetch({"archive-get": 1}) == 255
    assert not (place.cluster / "old-unreadable").exists()


def test_segment_of_a_dead_server_that_cannot_be_read_is_told(place: Place) -> None:
    """A damaged volume gives what it can; a mark says that there was more."""
    place.keep(SEGMENT)
    place.stopped.write_text("dead\n")
    place.fail("cp", "cat")
    assert place.fetch({"archive-get": 1}) == 1
    assert (place.cluster / "old-unreadable").exists()


def test_segment_without_room_for_it_stops_the_server(place: Place) -> None:
    """A full disk is not the end of the WAL, whoever died."""
    place.keep(SEGMENT)
    place.stopped.write_text("dead\n")
    place.fail("cp")
    assert place.fetch({"archive-get": 1}) == 255
    assert not (place.cluster / "old-unreadable").exists()


def test_history_is_looked_for_everywhere(place: Place) -> None:
    """A timeline that any repository or the old volume knows is found, and never given again."""
    answers = {"1 archive-get 00000002.history": 1, "2 archive-get 00000002.history": "two"}
    assert place.fetch(answers, "00000002.history") == 0
    assert place.got.read_text() == "two"
    place.keep("00000003.history")
    assert place.fetch({"archive-get": 1}, "00000003.history") == 0
    assert place.got.read_text() == "from the old volume"


@pytest.mark.parametrize(("number", "status"), [(3, 1), (4, 0), (6, 0), (7, 1)])
def test_number_that_was_given_counts_as_taken(place: Place, number: int, status: int) -> None:
    """Above the timeline that is followed, up to the highest ever given; PostgreSQL takes the next one."""
    (place.cluster / "timelines").write_text("3 6\n")
    assert place.fetch({"archive-get": 1}, f"{number:08X}.history") == status


@pytest.mark.parametrize(("number", "asked"), [(3, 2), (4, 1), (7, 1)])
def test_other_repository_is_asked_only_for_what_the_note_does_not_say(
    place: Place, number: int, asked: int
) -> None:
    """It may be down, and every question to it then costs the cut-over ten seconds."""
    (place.cluster / "timelines").write_text("3 6\n")
    place.fetch({"archive-get": 1}, f"{number:08X}.history")
    assert len(place.told()) == asked


@pytest.mark.parametrize("note", [None, ""])
def test_numbers_that_nobody_noted_are_free(place: Place, note: str | None) -> None:
    """Without the note PostgreSQL counts by itself, once neither repository has the number."""
    if note is not None:
        (place.cluster / "timelines").write_text(note)
    assert place.fetch({"archive-get": 1}, "00000002.history") == 1
    assert len(place.told()) == 2


def test_other_repository_that_fails_does_not_stop_a_history(place: Place) -> None:
    """Only the chosen repository has to answer."""
    answers = {"1 archive-get 00000002.history": 1, "2 archive-get 00000002.history": 49}
    assert place.fetch(answers, "00000002.history") == 1
    assert place.fetch({"archive-get": 49}, "00000002.history") == 255


def test_volume_with_its_own_wal_asks_no_repository(place: Place) -> None:
    """Repository 0 is none: an undo works with every repository down."""
    (place.cluster / "timelines").write_text("1 2\n")
    assert place.fetch({"archive-get": 49}, SEGMENT, repository=0) == 1
    assert place.fetch({"archive-get": 49}, "00000002.history", repository=0) == 0
    assert place.fetch({"archive-get": 49}, "00000003.history", repository=0) == 1
    assert place.told() == []


COMMIT = "rmgr: Transaction desc: COMMIT 2026-11-25 03:16:46.123456 UTC; inval msgs\n"
FOLDERS = "00000001000000A0\n00000001000000A1\n00000002000000A1\narchive.info\n00000002.history\n"
NAMES = {number: f"00000001000000A1000000{number:02X}" for number in range(3)}


def reach(
    place: Place, *texts: str | int, most: int = 64, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs `wal-reach` on segments with those texts, the oldest first."""
    files = [f"{NAMES[number]}-{'a' * 40}.zst" for number in range(len(texts))]
    folder = "archive/bem/17-1"
    answers: dict[str, object] = {
        f"2 repo-ls {folder}": FOLDERS,
        f"2 repo-ls {folder}/00000001000000A1": "\n".join([*files, f"{NAMES[0]}.partial-{'b' * 40}.zst", ""]),
        f"2 repo-ls {folder}/00000001000000A0": "",
    }
    for file, text in zip(files, texts, strict=True):
        answers[f"2 repo-get {folder}/00000001000000A1/{file}"] = text
    return place.run(
        answers, "wal-reach", "bem", "2", "17-1", "00000001", *([before] if before else []), most=most
    )


def test_reach_is_the_last_commit_of_the_newest_segments(place: Place) -> None:
    """The newest segment is named, the commit may lie in an earlier one, and the last of several counts."""
    done = reach(place, "none", "COMMIT 2026-11-25 03:16:40.5 UTC\n" + COMMIT, "nothing")
    assert done.stdout == f"{NAMES[2]} 2026-11-25T03:16:46.123456+00:00\n"
    assert done.returncode == 0


def test_reach_without_a_commit_names_the_segment_alone(place: Place) -> None:
    """WAL of nothing but checkpoints."""
    assert reach(place, "nothing", "nothing").stdout == f"{NAMES[1]}\n"


def test_reach_looks_at_so_many_segments_and_no_more(place: Place) -> None:
    """A night without a commit is not read through."""
    assert reach(place, COMMIT, "nothing", "nothing", most=2).stdout == f"{NAMES[2]}\n"
    assert reach(place, COMMIT, "nothing", "nothing", most=3).stdout.endswith("+00:00\n")


def test_reach_before_a_segment_that_is_lost(place: Place) -> None:
    """What comes behind it does not count."""
    late = COMMIT.replace("03:16:46", "03:17:00")
    assert reach(place, COMMIT, "nothing", late).stdout.startswith(f"{NAMES[2]} 2026-11-25T03:17:00")
    assert reach(place, COMMIT, "nothing", late, before=NAMES[2]).stdout.startswith(
        f"{NAMES[1]} 2026-11-25T03:16:46"
    )
    assert reach(place, COMMIT, "nothing", late, before=NAMES[0]).stdout == ""


def listed(place: Place, answers: dict[str, object], *newest: str) -> subprocess.CompletedProcess[str]:
    """Runs `wal-runs`."""
    return place.run(answers, "wal-runs", "bem", "1", "17-1", *newest)


def test_runs_of_segments(place: Place) -> None:
    """By timeline; what is no segment does not count, and a hole parts two runs."""
    end = f"-{'a' * 40}.zst"
    names = ["0000000100000000000000FE", "000000010000000100000000", "000000010000000100000001"]
    files = [f"{name[:16]}/{name}{end}" for name in names]
    files += [f"0000000200000001/000000020000000100000001{end}", "00000002.history", "archive.info"]
    files += [f"0000000200000001/000000020000000100000002.partial{end}"]
    top = "0000000100000000\n0000000100000001\n0000000200000001\n00000002.history\n"
    done = listed(place, {"1 repo-ls archive/bem/17-1": [top, "\n".join(files)]})
    assert json.loads(done.stdout) == {
        "runs": {"1": [[254, 254], [256, 257]], "2": [[257, 257]]},
        "histories": [2],
    }
    assert "--recurse" in place.told()[-1]


def test_runs_of_a_vault_are_listed_by_folder(place: Place) -> None:
    """Long answers about versions are not to be relied on."""
    place.more = {"PGBACKREST_REPO_TARGET_TIME": "2026-11-24 00:00:00+00"}
    answers: dict[str, object] = {
        "1 repo-ls archive/bem/17-1": FOLDERS,
        "1 repo-ls archive/bem/17-1/00000001000000A0": "",
        "1 repo-ls archive/bem/17-1/00000001000000A1": f"{NAMES[1]}-{'a' * 40}.zst\n",
        "1 repo-ls archive/bem/17-1/00000002000000A1": "",
    }
    number = 0xA1 * 256 + 1
    assert json.loads(listed(place, answers).stdout)["runs"] == {"1": [[number, number]]}
    assert not any("--recurse" in words for words in place.told())


def test_runs_of_the_newest_folder_alone(place: Place) -> None:
    """A watch asks again and again; it does not list everything."""
    answers: dict[str, object] = {
        "1 repo-ls archive/bem/17-1": FOLDERS,
        "1 repo-ls archive/bem/17-1/00000002000000A1": f"00000002000000A100000003-{'a' * 40}.zst\n",
    }
    number = 0xA1 * 256 + 3
    assert json.loads(listed(place, answers, "2").stdout)["runs"] == {"2": [[number, number]]}
    assert len(place.told()) == 2
    empty = listed(place, {"1 repo-ls archive/bem/17-1": "archive.info\n"}, "2")
    assert json.loads(empty.stdout) == {"runs": {}, "histories": [], "missing": 0, "first": None}


def test_what_a_watch_wants_to_know(place: Place) -> None:
    """How many are lacking, and which is the first; in the archive of the newest major version."""
    folder = "archive/bem/17-10"
    names = [f"00000002000000A1000000{number:02X}-{'a' * 40}.zst" for number in (1, 2, 5, 7)]
    answers: dict[str, object] = {
        "1 repo-ls archive/bem": "16-9\n17-10\narchive.info\n",
        f"1 repo-ls {folder}": FOLDERS,
        f"1 repo-ls {folder}/00000002000000A1": "\n".join(names),
    }
    found = json.loads(place.run(answers, "wal-runs", "bem", "1", "newest", "2").stdout)
    assert (found["missing"], found["first"]) == (3, 0xA1 * 256 + 3)
    since = "00000002000000A100000004"
    found = json.loads(place.run(answers, "wal-runs", "bem", "1", "newest", "2", since).stdout)
    assert (found["missing"], found["first"]) == (2, 0xA1 * 256 + 4)


def test_runs_of_a_repository_that_fails_are_a_failure(place: Place) -> None:
    """Never an empty answer, which would be a hole."""
    assert listed(place, {"repo-ls": 49}).returncode != 0


@pytest.mark.parametrize(("other", "status"), [("wal", 0), (1, 255), (49, 255)])
def test_hole_is_filled_from_the_other_repository(place: Place, other: str | int, status: int) -> None:
    """One that the pre-flight listed; else recovery would end there, with rows missing."""
    answers = {f"1 archive-get {SEGMENT}": 1, f"2 archive-get {SEGMENT}": other}
    assert place.fetch(answers) == 1, "the end of the WAL"
    (place.cluster / "holes").write_text(f"{SEGMENT}\n")
    assert place.fetch(answers) == status


def test_reach_of_a_timeline_without_wal_is_empty(place: Place) -> None:
    """That is an answer, and no failure."""
    answers: dict[str, object] = {"repo-ls": "00000002000000A1\n"}
    done = place.run(answers, "wal-reach", "bem", "2", "17-1", "00000001")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("answers", [{"repo-ls": 49}, {"2 repo-ls archive/bem/17-1": FOLDERS, "repo-ls": 49}])
def test_reach_of_a_repository_that_fails_is_a_failure(place: Place, answers: dict[str, object]) -> None:
    """Never an empty answer."""
    assert place.run(answers, "wal-reach", "bem", "2", "17-1", "00000001").returncode != 0


def test_segment_that_cannot_be_read_is_a_failure(place: Place) -> None:
    """A repository that breaks in the middle does not reach less far: nobody knows how far."""
    assert reach(place, COMMIT, 49).returncode != 0


def test_histories_are_one_object(place: Place) -> None:
    """Each history file by its name, and nothing else."""
    answers: dict[str, object] = {
        "2 repo-ls archive/bem/17-1": FOLDERS,
        "2 repo-get archive/bem/17-1/00000002.history": "1\t0/3000060\n",
    }
    done = place.run(answers, "timeline-histories", "bem", "2", "17-1")
    assert json.loads(done.stdout) == {"00000002.history": "1\t0/3000060\n"}


@pytest.mark.parametrize("answers", [{"repo-ls": 49}, {"repo-ls": FOLDERS, "repo-get": 49}])
def test_histories_that_cannot_be_read_are_a_failure(place: Place, answers: dict[str, object]) -> None:
    """Never an empty object."""
    done = place.run(answers, "timeline-histories", "bem", "2", "17-1")
    assert done.returncode != 0
    assert done.stdout == ""


def borrowed(place: Place) -> list[str]:
    """Names of the segments that wait to be given back."""
    folder = place.cluster / "borrowed"
    return sorted(path.name for path in folder.glob("[!.]*")) if folder.exists() else []


def borrow(place: Place, *names: str) -> None:
    """Segments that came from the old volume, in a database that archives."""
    (place.cluster / "borrowed").mkdir()
    for name in names:
        (place.cluster / "borrowed" / name).touch()
    (place.cluster / "archiving.conf").write_text(
        "archive_command = 'pgbackrest --stanza=bem archive-push %p'\n"
    )


def test_what_a_repository_lacks_is_kept(place: Place) -> None:
    """Whole segments that wait for archiving, and histories; what is archived or still written is not."""
    place.keep("00000001000000000000000A", ready=True)
    place.keep("00000001000000000000000B")
    place.keep("00000002.history", ready=True)
    place.keep("000000010000000000000009.00000028.backup", ready=True)
    assert place.run({}, "keep-unarchived").returncode == 0
    assert borrowed(place) == ["00000001000000000000000A", "00000002.history"]
    (place.cluster / "borrowed" / "00000002.history").write_text("as it was kept first")
    assert place.run({}, "keep-unarchived").returncode == 0, "again"
    assert (place.cluster / "borrowed" / "00000002.history").read_text() == "as it was kept first"


def test_nothing_is_kept_where_there_is_nothing(place: Place) -> None:
    """No old volume, or one whose segments are all archived."""
    place.keep("00000001000000000000000A")
    assert place.run({}, "keep-unarchived").returncode == 0
    shutil.rmtree(place.root / "old")
    assert place.run({}, "keep-unarchived").returncode == 0
    assert not (place.cluster / "borrowed").exists()


def test_no_room_to_keep_them_is_told(place: Place) -> None:
    """How many they are; nothing is begun."""
    place.keep("00000001000000000000000A", ready=True)
    place.keep("00000001000000000000000B", ready=True)
    short = Place(place.root, {"KEEP_FREE": str(4 * 16 * 1024 * 1024 - 1)})
    done = short.run({}, "keep-unarchived")
    assert (done.returncode, done.stdout) == (1, "2\n")
    assert borrowed(place) == []


def test_what_cannot_be_read_is_left_out(place: Place) -> None:
    """A damaged volume gives what it can; no half file is left."""
    place.keep("00000001000000000000000A", ready=True)
    place.fail("cp")
    assert place.run({}, "keep-unarchived").returncode == 0
    assert list((place.cluster / "borrowed").iterdir()) == []


def test_borrowed_segments_are_archived(place: Place) -> None:
    """Each, in order, without the asynchronous queue; then none is left."""
    borrow(place, "A", "B")
    assert place.run({"archive-push": ""}, "give-back").returncode == 0
    assert not (place.cluster / "borrowed").exists()
    push = "--stanza=bem --no-archive-async --log-level-console=error archive-push"
    assert place.told() == [f"{push} {place.cluster}/borrowed/{name}" for name in ("A", "B")]


def test_segments_that_cannot_be_archived_stay(place: Place) -> None:
    """For the next try; the first that fails ends this one."""
    borrow(place, "A", "B")
    assert place.run({"archive-push": ["", 49]}, "give-back").returncode == 1
    assert borrowed(place) == ["B"]


def test_nothing_borrowed_is_nothing_to_do(place: Place) -> None:
    """No repository is asked; a database that does not archive yet waits with it."""
    assert place.run({"archive-push": 49}, "give-back").returncode == 0
    borrow(place, "A")
    (place.cluster / "archiving.conf").unlink()
    assert place.run({"archive-push": ""}, "give-back").returncode == 1
    assert place.told() == []
    assert borrowed(place) == ["A"]


def test_who_comes_second_waits_for_the_first(place: Place) -> None:
    """And is told when the first has not ended in time: what it waits for is not archived."""
    borrow(place, "A")
    with (place.cluster / "borrowed" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert place.run({"archive-push": ""}, "give-back").returncode == 1
    assert borrowed(place) == ["A"]
    assert place.run({"archive-push": ""}, "give-back").returncode == 0


BACKUP = "--stanza=bem --repo={} --type=incr --log-level-console=warn backup"


@pytest.mark.parametrize("first", ["", 82])
def test_background_backup_goes_into_each_repository(place: Place, first: str | int) -> None:
    """One that fails does not keep the other from its backup."""
    assert place.run({"1 backup": first, "2 backup": ""}, "back-up", "bem", "1", "2").returncode == 0
    assert place.told() == [BACKUP.format(1), BACKUP.format(2)]
    assert f"repository 1 ended with exit status {first or 0}" in (place.root / "log").read_text()


def test_background_backup_that_was_told_to_end_begins_no_other(place: Place) -> None:
    """Whoever ended it needs the repositories."""
    assert place.run({"1 backup": 63, "2 backup": ""}, "back-up", "bem", "1", "2").returncode == 63
    assert place.told() == [BACKUP.format(1)]
