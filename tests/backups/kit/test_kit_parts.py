"""What a kit holds, and that it comes back where it was."""

from pathlib import Path

import pytest

from backups.kit import parts
from backups.kit.kit import SETTINGS
from operation.stack import Stack
from tests.backups.kit.scene import FILE, NOW, ROOTS, issued, revoked


def test_a_kit_holds_what_nothing_else_can_give_back(stack: Stack) -> None:
    """Settings, secrets, authority, imported pair, account; no leaf, lock or log, nothing half-written."""
    assert set(parts.collected(stack, NOW)) == {
        SETTINGS,
        "beside/roots.pem",
        "certs/acme/account.key",
        "certs/issuing.crl",
        "certs/public/key.pem",
        "certs/register.jsonl",
        "certs/root.key",
        "certs/root.pem",
        "lineage.json",
        "marks/before.json",
        "schedules/backup-full.json",
        "secrets/repository-cipher-s3",
        "secrets/s3-outside-access-key",
        "secrets/s3-outside-secret-key",
    }


def test_of_the_register_only_what_lives_is_held() -> None:
    """With its revocation; a revocation of what has expired has nothing to refer to."""
    lines = [issued("A", 1), issued("B", -1), revoked("A"), revoked("B")]
    found = parts.living("".join(f"{each}\n" for each in lines).encode(), NOW)
    assert found.decode().splitlines() == [issued("A", 1), revoked("A")]


def test_parts_come_back_where_they_were(stack: Stack, tmp_path: Path) -> None:
    """On another host, mode 0600, under another name; schedules are told and not placed."""
    held = parts.collected(stack, NOW)
    host = tmp_path / "bare"
    host.mkdir()
    other = Stack("again", root=host)
    for _ in ("once", "after a kill"):
        parts.place(other, held)
    assert other.file.read_text() == FILE
    assert (host / "roots.pem").read_text() == ROOTS
    assert (other.folder / "certs" / "public" / "key.pem").read_text() == "public key\n"
    assert not (other.folder / "schedules").exists()
    placed = [path for path in other.folder.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in placed} == {0o600}
    assert {path.parent.stat().st_mode & 0o777 for path in placed} == {0o700}


def test_a_file_of_the_checkout_is_not_overwritten(stack: Stack, tmp_path: Path) -> None:
    """Whoever put another one there had a reason."""
    held = parts.collected(stack, NOW)
    (tmp_path / "roots.pem").write_text("another\n")
    parts.place(stack, held)
    assert (tmp_path / "roots.pem").read_text() == "another\n"


@pytest.mark.parametrize(
    "name",
    [
        "secrets/../../escape",
        "/etc/escape",
        "secrets/..",
        "beside/../escape",
        "beside//etc/escape",
        "beside/",
    ],
)
def test_no_part_leaves_the_stack_s_folder(stack: Stack, name: str) -> None:
    """Whatever a kit says."""
    with pytest.raises(ValueError, match="no place"):
        parts.place(stack, {SETTINGS: b"", name: b"x"})
