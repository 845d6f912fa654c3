"""Files that go into a container before it starts."""

import base64
import grp
import io
import pwd
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from toolchain.provider.failure import Fault, ProviderFailure
from toolchain.provider.property_value import UNKNOWN, Properties, Value, has_unknown

_WAYS: Final = ("content", "contentBase64", "source")
_MODE: Final = 0o644
_EXECUTABLE: Final = 0o744


def uploads(inputs: Properties) -> list[Mapping[str, Value]]:
    """The files that the program gives."""
    given = inputs.get("uploads")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def faults(inputs: Properties) -> Iterator[Fault]:
    """Refuse a file whose content is given in several ways, in none, or is not there."""
    for number, each in enumerate(uploads(inputs)):
        if has_unknown(dict(each)):
            continue
        path = f"uploads[{number}]"
        ways = [way for way in _WAYS if each.get(way) is not None]
        if len(ways) != 1:
            yield Fault(path, f"exactly one of {', '.join(_WAYS)} must be given")
        elif ways == ["source"] and not Path(str(each["source"])).is_file():
            yield Fault(
                f"{path}.source", f"is not a file (relative paths start at {Path.cwd()})", each["source"]
            )


def archive(inputs: Properties) -> bytes | None:
    """A tar of all the files; None when there are none.

    Raises:
        ProviderFailure: a source went away, or this host knows no such owner.
    """
    files = uploads(inputs)
    try:
        return _packed(files) if files else None
    except (OSError, KeyError) as error:
        raise ProviderFailure(
            f"A file cannot be put into the container: {error}. Nothing is left of the container: "
            "correct uploads, then run `pulumi up` again."
        ) from error


def _packed(files: list[Mapping[str, Value]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for each in files:
            content = _content(each)
            entry = tarfile.TarInfo(str(each["file"]).lstrip("/"))
            entry.size, entry.mode = len(content), _mode(each)
            entry.uid, entry.gid = _user(each.get("owner")), _group(each.get("group"))
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _content(upload: Mapping[str, Any]) -> bytes:
    if upload.get("content") is not None:
        return str(upload["content"]).encode()
    if upload.get("contentBase64") is not None:
        return base64.b64decode(str(upload["contentBase64"]))
    return Path(str(upload["source"])).read_bytes()


def _user(given: Value) -> int:
    """A number, or a name of this host's: so the official provider has it."""
    name = str(given or 0)
    return int(name) if name.isdecimal() else pwd.getpwnam(name).pw_uid


def _group(given: Value) -> int:
    name = str(given or 0)
    return int(name) if name.isdecimal() else grp.getgrnam(name).gr_gid


def _mode(upload: Mapping[str, Any]) -> int:
    given = upload.get("permissions")
    if given not in {None, "", UNKNOWN}:
        return int(str(given), 8)
    return _EXECUTABLE if upload.get("executable") else _MODE
