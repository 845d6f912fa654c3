"""Secrets are made once, kept from others, and never overwritten."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from operation import custodian
from operation.failure import Failure
from operation.stack import Stack


def test_a_secret_is_made_at_first_use_and_kept(stack: Stack) -> None:
    """Long, and the same the next time."""
    first = custodian.secret(stack, custodian.CA_PASSPHRASE)
    assert len(first) >= 43
    assert custodian.secret(stack, custodian.CA_PASSPHRASE) == first


def test_nobody_else_can_read_it(stack: Stack) -> None:
    """0600 in a folder of 0700."""
    custodian.secret(stack, custodian.CA_PASSPHRASE)
    path = custodian.secret_path(stack, custodian.CA_PASSPHRASE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_many_at_once_get_the_same(stack: Stack) -> None:
    """The first writer wins; nothing half-made stays."""
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: custodian.secret(stack, "new"), range(64)))
    assert len(found) == 1
    assert [path.name for path in (stack.folder / "secrets").iterdir()] == ["new"]


def test_a_secret_that_is_there_is_not_replaced(stack: Stack) -> None:
    """A twin that adopts twice keeps the first."""
    custodian.adopt(stack, "cipher", "one")
    custodian.adopt(stack, "cipher", "two")
    assert custodian.secret(stack, "cipher") == "one"


def test_a_failed_write_leaves_the_old_file(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """No half file, and no temporary one either."""
    path = stack.make_folder() / "file"
    custodian.write_private(path, b"old")

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        custodian.write_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in stack.folder.iterdir()] == ["file"]


def test_a_secret_that_backups_hang_on_is_not_made_anew(tmp_path: Path) -> None:
    """Once there was a cluster; until then, and every other secret, as usual."""
    stack = Stack("try", tmp_path)
    custodian.secret(stack, custodian.CIPHER_S3)
    custodian.write_private(stack.folder / custodian.CLUSTER, b"{}")
    with pytest.raises(Failure, match="points-key: lost") as told:
        custodian.secret(stack, custodian.POINTS_KEY)
    assert "recovery kit" in told.value.remedy
    assert custodian.lost(stack) == [custodian.CIPHER_LOCAL, custodian.POINTS_KEY]
    assert not custodian.secret_path(stack, custodian.POINTS_KEY).exists()
    assert custodian.secret(stack, custodian.CIPHER_S3)
    assert custodian.secret(stack, custodian.EVIDENCE_KEY)
