"""A stack that has something to lose."""

from pathlib import Path

import pytest

from operation.stack import Stack
from tests.backups.kit.scene import FILE, ROOTS, issued


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """With S3 elsewhere, keys, an authority, a certificate of a party, one of a person, and a mark."""
    (tmp_path / "Pulumi.kit-test.yaml").write_text(FILE)
    (tmp_path / "roots.pem").write_text(ROOTS)
    found = Stack("kit-test", root=tmp_path)
    files = {
        "secrets/repository-cipher-s3": "cipher\n",
        "secrets/s3-outside-access-key": "access\n",
        "secrets/s3-outside-secret-key": "secret\n",
        "secrets/custody-told": "told\n",
        "secrets/tmpleft": "half\n",
        "certs/root.pem": "root\n",
        "certs/root.key": "root key\n",
        "certs/.authority.lock": "",
        "certs/.issued/api.1/key.pem": "leaf key\n",
        "certs/.issued/public.1/key.pem": "public key\n",
        "certs/named/alice/key.pem": "hers\n",
        "certs/acme/account.key": "account\n",
        "certs/acme/order.json": "{}",
        "certs/issuing.crl": "list\n",
        "certs/register.jsonl": "".join(f"{each}\n" for each in (issued("A", 5), issued("B", -1))),
        "marks/before.json": "{}",
        "schedules/backup-full.json": "{}",
        "schedules/last/backup-full.json": "{}",
        "lineage.json": '{"given": 2, "reigns": []}',
        "audit.jsonl": "who did what\n",
    }
    for name, text in files.items():
        path = found.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (found.folder / "certs" / "api").symlink_to(".issued/api.1")
    (found.folder / "certs" / "public").symlink_to(".issued/public.1")
    return found
