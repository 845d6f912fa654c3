"""Completion put into a person's shell, and taken out again."""

import json
import os
import tempfile
from pathlib import Path

from command_line.installation import Place, advice, chosen, places
from operation.failure import Failure

INSTALLED = {"missing": "written", "older": "renewed", "ours": "already there", "foreign": "left alone"}
REMOVED = {"missing": "not there", "older": "removed", "ours": "removed", "foreign": "left alone"}
READABLE = 0o644


def completion(shell: str, *, remove: bool, dry_run: bool, as_json: bool) -> None:
    """Writes or removes the files, and says what was done with each.

    Raises:
        Failure: when a file of somebody else's is in the way, or a folder cannot be written.
    """
    shells = chosen(shell, _ancestors(), os.environ)
    found = [(place, place.state) for each in shells for place in places(each, os.environ)]
    words = REMOVED if remove else INSTALLED
    if not dry_run:
        for place, state in found:
            _change(place, state, remove=remove)
    further = [] if remove else [line for each in shells for line in advice(each, os.environ)]
    done = [{"shell": each.shell, "file": str(each.path), "done": words[state]} for each, state in found]
    if as_json:
        print(json.dumps({"dry_run": dry_run, "files": done, "further": further}, indent=1))
    else:
        _tell(done, further, dry_run=dry_run, remove=remove)
    foreign = [str(place.path) for place, state in found if state == "foreign"]
    if foreign and not remove:
        raise Failure(
            f"{', '.join(foreign)} was not written by this project.",
            "it was left as it is, and completes as it did.",
            "move it away, then type the same command again.",
        )


def _change(place: Place, state: str, *, remove: bool) -> None:
    try:
        if remove and state in {"ours", "older"}:
            place.path.unlink()
        elif not remove and state in {"missing", "older"}:
            _write(place.path, place.text)
    except OSError as error:
        raise Failure(
            f"{error.filename or place.path} cannot be changed ({error.strerror}).",
            remedy="make the folder yours, then type the same command again.",
        ) from error


def _write(path: Path, text: str) -> None:
    """In one step, so that a shell that starts meanwhile reads a whole file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".bem-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        Path(temporary).chmod(READABLE)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _tell(done: list[dict[str, str]], further: list[str], *, dry_run: bool, remove: bool) -> None:
    prefix = "would be: " if dry_run else ""
    for each in done:
        print(f"{each['shell']}: {each['file']}: {prefix}{each['done']}")
    for line in further:
        print(line)
    if not dry_run and not remove:
        print("A shell that starts from now on completes `invoke`, `inv` and `./ops`.")


def _ancestors() -> list[str]:
    """Names of the programs above this one, the nearest first; where /proc tells."""
    names, process = [], os.getppid()
    while process > 1:
        try:
            name, _, rest = Path(f"/proc/{process}/stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            break
        names.append(name.lstrip("-"))
        process = int(rest.split()[1])
    return names
