"""Which files of a stack its recovery kit holds, and where each of them lies."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from backups.kit.kit import SETTINGS
from infra.parties import ROLES
from operation.custodian import write_private
from operation.stack import Stack

BESIDE = "beside/"
"""Files of the checkout that the stack's file names."""
SCHEDULES = "schedules/"
REGISTER = "certs/register.jsonl"
NOTES = {"custody-told"}
"""Files among the secrets that are none."""
LEFT_OUT = {*ROLES, "named"}
"""Folders of leaf certificates: the authority makes new ones, and people have theirs."""
ACME_KEPT = {"account.key", "account.json"}
"""Of ACME's folder the account; certificates are obtained anew."""
FOLDERS = ("secrets", "certs", "certs/public", "marks", "schedules")
"""The imported public pair is a link to its folder; a kit has the files themselves."""


def collected(stack: Stack, now: datetime) -> dict[str, bytes]:
    """The parts of a stack as it is now; of the register what has not expired."""
    parts = {SETTINGS: stack.file.read_bytes()}
    parts |= {str(path.relative_to(stack.folder)): path.read_bytes() for path in _files(stack)}
    parts |= {f"{BESIDE}{name}": (stack.root / name).read_bytes() for name in beside(stack)}
    if REGISTER in parts:
        parts[REGISTER] = living(parts[REGISTER], now)
    return parts


def place(stack: Stack, parts: dict[str, bytes]) -> None:
    """Puts everything where it belongs, mode 0600, the stack's file last; once more does no harm."""
    for name, content in parts.items():
        if name.startswith(BESIDE):
            _write_beside(stack.root.joinpath(*_inside(name.removeprefix(BESIDE))), content)
        elif name != SETTINGS and not name.startswith(SCHEDULES):
            write_private(_made(stack, name), content)
    write_private(stack.file, parts[SETTINGS])


def checked(parts: dict[str, bytes]) -> None:
    """Goes on when every part has its place in a stack's folder, and the stack's file is among them; pure.

    Raises:
        ValueError: when one leads elsewhere.
    """
    if SETTINGS not in parts:
        message = "it holds no stack's file"
        raise ValueError(message)
    for name in parts:
        _inside(name.removeprefix(BESIDE))


def beside(stack: Stack) -> list[str]:
    """Files of the checkout that the stack's file names."""
    settings = stack.settings
    named = {settings.object_store.ca_file, settings.certificates.acme.ca_file} - {""}
    return sorted(name for name in named if not name.startswith("/") and (stack.root / name).is_file())


def living(register: bytes, now: datetime) -> bytes:
    """The lines of a register about certificates that have not expired; pure.

    What has expired is refused without a list, and would make each kit longer than the one before.
    """
    lines = [line for line in register.decode().splitlines() if line.strip()]
    read = [json.loads(line) for line in lines]
    alive = {
        each["serial"]
        for each in read
        if each["event"] == "issued" and datetime.fromisoformat(each["not_after"]) > now
    }
    kept = [line for line, each in zip(lines, read, strict=True) if each["serial"] in alive]
    return "".join(f"{line}\n" for line in kept).encode()


def _files(stack: Stack) -> Iterator[Path]:
    lineage = stack.folder / "lineage.json"
    if lineage.exists():
        yield lineage
    for folder in FOLDERS:
        for path in sorted((stack.folder / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and _wanted(path.relative_to(stack.folder)):
                yield path


def _wanted(path: Path) -> bool:
    """Whether a kit holds a file; by its place in the stack's folder."""
    folder, *inner = path.parts
    if path.name.startswith((".", "tmp")) or path.name in NOTES:
        return False
    if folder == "schedules":
        return len(inner) == 1 and path.suffix == ".json"
    if folder != "certs":
        return len(inner) == 1
    if inner[0] == "acme":
        return path.name in ACME_KEPT
    return not inner[0].startswith(".") and inner[0] not in LEFT_OUT


def _made(stack: Stack, name: str) -> Path:
    """The path of a part, its folders made."""
    *folders, last = _inside(name)
    return stack.make_folder(*folders) / last


def _inside(name: str) -> tuple[str, ...]:
    """The folders and the file of a name that leads nowhere else: whoever knows a recipient can make a kit.

    Raises:
        ValueError: when it does.
    """
    parts = Path(name).parts
    if not parts or ".." in parts or name.startswith("/"):
        message = f"{name!r} is no place in a stack's folder"
        raise ValueError(message)
    return parts


def _write_beside(path: Path, content: bytes) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
