"""A recovery: refused where something would be overwritten, and gone on with wherever it was killed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backups.endpoint import reach
from backups.endpoint.reach import Reached
from backups.kit import parts, pending, presence, recovery, source
from backups.kit.kit import SETTINGS, Kit
from backups.kit.pending import Recovery, awaits
from backups.plan import Goal, Plan
from backups.points import lost_cache
from infra import bring_up
from operation.failure import Failure
from operation.progress import Progress
from operation.stack import Stack
from operation.stack_file import configure
from tests.backups.kit.scene import NOW, ROOTS
from tests.backups.scene import at, backup


@pytest.fixture
def kit(stack: Stack) -> Kit:
    """Of the stack as it was."""
    return Kit(stack.name, NOW, "c0ffee", parts.collected(stack, NOW))


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """The same stack on a host that has nothing of it, and no Docker."""
    monkeypatch.setattr(presence, "in_docker", lambda _: [])
    root = tmp_path / "bare"
    root.mkdir()
    return Stack("kit-test", root=root)


def test_a_bare_host_is_let_on(bare: Stack, kit: Kit) -> None:
    """Also one whose checkout has the file with nothing but defaults, or the same wishes."""
    presence.refuse_present(bare, kit)
    bare.file.write_text("config: {}\n")
    presence.refuse_present(bare, kit)
    bare.file.write_bytes(kit.parts[SETTINGS] + b"# Another remark.\n")
    presence.refuse_present(Stack(bare.name, bare.root), kit)
    assert not bare.folder.exists()


def test_a_set_up_before_does_not_count(bare: Stack, kit: Kit) -> None:
    """It makes a passphrase on which nothing hangs yet."""
    (bare.make_folder("secrets") / "pulumi-passphrase").write_text("new\n")
    presence.refuse_present(bare, kit)


def test_a_stack_that_is_here_is_refused(stack: Stack, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its keys, or by what Docker has; the way out is told."""
    monkeypatch.setattr(presence, "in_docker", lambda _: [])
    with pytest.raises(Failure, match=r"is on this host: \.ops/kit-test/secrets") as caught:
        presence.refuse_present(stack, kit)
    assert "restore --latest" in caught.value.remedy
    assert caught.value.exit_code == 2


def test_volumes_that_are_left_are_refused(bare: Stack, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may hold the data."""
    monkeypatch.setattr(presence, "in_docker", lambda _: ["volume kit-test_database-g4"])
    with pytest.raises(Failure, match="volume kit-test_database-g4"):
        presence.refuse_present(bare, kit)


def test_another_file_of_that_name_is_refused(bare: Stack, kit: Kit) -> None:
    """Somebody wrote it by hand."""
    bare.file.write_text("config:\n  bem:api: {replicas: 5}\n")
    with pytest.raises(Failure, match="says something else than the kit"):
        presence.refuse_present(bare, kit)


def test_the_same_kit_goes_on_and_another_does_not(bare: Stack, kit: Kit) -> None:
    """Halves of two kits fit nowhere."""
    pending.write(bare, Recovery(kit.digest, NOW))
    presence.refuse_present(bare, kit)
    with pytest.raises(Failure, match="from another kit"):
        presence.refuse_present(bare, replace(kit, commit="another"))


def test_a_stack_waits_until_the_restore_has_moved_it(stack: Stack) -> None:
    """The number in its file decides, which the restore writes in one step."""
    assert not awaits(stack)
    pending.write(stack, Recovery("digest", NOW, placed=True, generation=4))
    assert awaits(stack)
    configure(stack, {"database.generation": 5})
    assert not awaits(Stack(stack.name, stack.root))


def test_a_damaged_note_is_a_failure(stack: Stack) -> None:
    """Not taken for none: an empty database would be made."""
    (stack.folder / pending.FILE).write_text("{")
    with pytest.raises(Failure, match="cannot be understood"):
        awaits(stack)


def test_up_is_refused_until_the_database_is_back(stack: Stack) -> None:
    """It would go on without the data."""
    pending.write(stack, Recovery("digest", NOW, placed=True, generation=4))
    with pytest.raises(Failure, match="has not brought its database back yet") as caught:
        bring_up.deploy(stack, Progress(quiet=True))
    assert "recover" in caught.value.remedy


def test_the_kit_leads_to_its_repository(kit: Kit) -> None:
    """With keys and roots."""
    found = source.source(kit)
    assert (found.endpoint, found.bucket, found.roots) == ("s3.example.org", "kept", ROOTS)
    assert (found.keys.access, found.keys.secret) == ("access", "secret")


def test_a_kit_whose_data_was_on_its_host_is_refused(kit: Kit) -> None:
    """It holds keys to nothing."""
    own = replace(kit, parts={**kit.parts, SETTINGS: b"config: {}\n"})
    with pytest.raises(Failure, match="were on the host that is lost"):
        source.source(own)


def test_a_kit_without_keys_is_refused(kit: Kit) -> None:
    """One that was made before they were given."""
    held = {name: part for name, part in kit.parts.items() if not name.endswith("outside-secret-key")}
    with pytest.raises(Failure, match="has no keys"):
        source.source(replace(kit, parts=held))


@pytest.mark.parametrize("holds", [True, False])
def test_a_bucket_without_a_repository_is_refused(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, holds: bool
) -> None:
    """Nothing could be restored from it."""
    monkeypatch.setattr(reach, "reach", lambda _: Reached(bucket=True, holds=holds))
    if holds:
        assert source.asked(kit) == source.source(kit)
    else:
        with pytest.raises(Failure, match="holds no repository"):
            source.asked(kit)


class Host:
    """Stands for Docker and Pulumi: says what was done, and dies when it is told to."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.did, self.dies = stack, list[str](), ""

    def do(self, deed: str) -> None:
        """One deed."""
        self.did.append(deed)
        if self.dies == deed:
            raise KeyboardInterrupt

    def restore(self, *_: object) -> Any:
        """The restore moves the file to the next generation."""
        self.do("restore")
        configure(self.stack, {"database.generation": 2, "database.kept": []})
        self.do("restored")
        return Plan(backup("L", 1, 2), 1, Goal.LATEST, at(1))


@pytest.fixture
def host(bare: Stack, monkeypatch: pytest.MonkeyPatch) -> Host:
    """In the place of everything that a recovery leans on."""
    found = Host(bare)

    class Checked:
        catalog, options = None, ()

    def preflight(*words: Any) -> type[Checked]:
        found.do(f"preflight {words[2]}")
        return Checked

    for name in ("check_ports", "settle", "deploy", "first_backups"):
        monkeypatch.setattr(recovery, name, lambda *_, name=name: found.do(name))
    monkeypatch.setattr("operation.deployment.up", lambda *_: found.do("up without a database"))
    monkeypatch.setattr(lost_cache, "bring_back", lambda *_: found.do("cache"))
    monkeypatch.setattr(recovery, "preflight", preflight)
    monkeypatch.setattr(recovery, "run_restore", found.restore)
    monkeypatch.setattr(recovery, "remove_volume", lambda name: found.do(f"remove {name}"))
    return found


WAY = ["check_ports", "settle", "up without a database", "preflight 2", "restore", "restored", "deploy"]
END = ["cache", "remove kit-test_database-g1", "first_backups"]


def test_the_way_back(bare: Stack, kit: Kit, host: Host) -> None:
    """Files, a database service without a database, the data from S3, the platform, first backups."""
    done = recovery.recover(bare, kit, Progress(quiet=True))
    assert host.did == WAY + END
    assert done.restored is not None
    assert done.seconds >= 0
    assert pending.read(bare) is None
    text = bare.file.read_text()
    assert "encryptionsalt" not in text
    assert "generation: 2" in text
    assert (bare.folder / "secrets" / "repository-cipher-s3").read_text() == "cipher\n"


@pytest.mark.parametrize("deed", [*WAY, *END])
def test_killed_anywhere_the_same_command_goes_on(bare: Stack, kit: Kit, host: Host, deed: str) -> None:
    """What is placed is not placed twice, and a database that is back is not restored over."""
    host.dies = deed
    with pytest.raises(KeyboardInterrupt):
        recovery.recover(bare, kit, Progress(quiet=True))
    back = Stack(bare.name, bare.root).settings.database.generation == 2
    (bare.folder / "secrets" / "repository-cipher-s3").write_text("placed already\n")
    host.dies, host.did = "", []
    presence.refuse_present(bare, kit)
    done = recovery.recover(bare, kit, Progress(quiet=True))
    assert ("restore" in host.did) is not back
    assert (done.restored is None) is back
    assert host.did[-1] == "first_backups"
    assert (bare.folder / "secrets" / "repository-cipher-s3").read_text() == "placed already\n"
    assert pending.read(bare) is None


def test_killed_while_files_are_placed(
    bare: Stack, kit: Kit, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them are placed again."""
    with monkeypatch.context() as patch:
        patch.setattr(parts, "write_private", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            recovery.recover(bare, kit, Progress(quiet=True))
    assert not bare.file.exists()
    assert host.did == []
    recovery.recover(bare, kit, Progress(quiet=True))
    assert host.did == WAY + END
