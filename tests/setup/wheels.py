"""Wheels made of what is installed here, so that a test needs no index."""

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path


def closure(names: Iterable[str]) -> list[str]:
    """Distributions and all that they require, as far as they are installed."""
    found: dict[str, None] = {}
    waiting = [_plain(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found or not _installed(name):
            continue
        found[name] = None
        waiting += [_plain(line) for line in metadata.requires(name) or () if "extra ==" not in line]
    return sorted(found)


def pack(name: str, folder: Path) -> str:
    """Packs one into a wheel, and gives its line for a requirements file with hashes."""
    distribution = metadata.distribution(name)
    tag = re.findall(r"^Tag: (.+)$", distribution.read_text("WHEEL") or "", re.MULTILINE)[0]
    stem = re.sub(r"[-_.]+", "_", distribution.metadata["Name"])
    wheel = folder / f"{stem}-{distribution.version}-{tag}.whl"
    record = []
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in distribution.files or ():
            if file.name == "RECORD" and file.parent.suffix == ".dist-info":
                place = str(file)
            elif ".." not in file.parts and "__pycache__" not in file.parts and file.name not in _PIPS_OWN:
                content = Path(str(distribution.locate_file(file))).read_bytes()
                archive.writestr(zipfile.ZipInfo(str(file)), content)
                record.append(f"{file},sha256={_urlsafe(content)},{len(content)}")
        archive.writestr(place, "\n".join([*record, f"{place},,"]) + "\n")
    return f"{name}=={distribution.version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


_PIPS_OWN = frozenset(("INSTALLER", "REQUESTED", "direct_url.json"))


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _plain(line: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", line)
    return re.sub(r"[-_.]+", "-", found.group()).lower() if found else ""


def _urlsafe(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
