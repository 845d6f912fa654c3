"""A generation: one folder with one pair in a party's volume, and how `current` moves to it."""

import io
import tarfile
from datetime import datetime

from certs.pairs.leaf import Leaf

FOLDER = "/certs"
"""Where every container of ours mounts its certificates."""

CURRENT = f"{FOLDER}/current"

PUBLIC = (f"{CURRENT}/pair.pem load-balancer", f"{CURRENT}/public.pem")
"""HAProxy's list of what is shown. First our own: under the load balancer's own name, without a name, under
unknown ones. The second is shown under the names that it has."""

SWAP = """
set -e
cd /certs
was=$(readlink current || true)
sync "$1"/* "$1"
ln -sfn -- "$1" .next
mv -fT .next current
sync .
for each in [0-9]*; do
  case "$each" in "$1"|"$was") ;; *) rm -rf -- "$each" ;; esac
done
"""
"""Moves `current` by rename(2), which no reader can see half done; keeps the generation before, for readers
that have its folder open."""


def name(leaf: Leaf, at: datetime) -> str:
    """A name that sorts by time and tells the certificate: `20261124T091711454139-1F8ECF39`."""
    return f"{at:%Y%m%dT%H%M%S%f}-{leaf.serial[:8]}"


def archive(  # what a generation is made of
    generation: str, leaf: Leaf, lists: bytes, uid: int, at: datetime, public: bytes = b""
) -> bytes:
    """A tar archive of one generation.

    `ca.pem` holds root and issuing CA: the root is enough where peers send the issuing CA, as ours do; with
    both, a peer that sends its leaf alone verifies too.

    Args:
        generation: name of its folder.
        leaf: what it holds.
        lists: revocation lists of all CAs (PEM); empty where servers do not ask for any.
        uid: owner and group of all of it.
        at: modification time.
        public: chain and key that clients of the platform are shown; no such files when empty.
    """
    files: tuple[tuple[str, int, bytes], ...] = (
        ("cert.pem", 0o444, leaf.chain),
        ("ca.pem", 0o444, leaf.anchors),
        ("key.pem", 0o400, leaf.key),
        ("pair.pem", 0o400, leaf.chain + leaf.key),
        *([("crl.pem", 0o444, lists)] if lists else []),
    )
    if public:
        listed = "".join(f"{line}\n" for line in PUBLIC).encode()
        files += (("public.pem", 0o400, public), ("public.list", 0o444, listed))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.addfile(_entry(generation, 0o755, uid, at, tarfile.DIRTYPE))
        for file, mode, content in files:
            entry = _entry(f"{generation}/{file}", mode, uid, at, tarfile.REGTYPE)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _entry(path: str, mode: int, uid: int, at: datetime, kind: bytes) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.mode, entry.uid, entry.gid, entry.mtime, entry.type = mode, uid, uid, at.timestamp(), kind
    return entry
