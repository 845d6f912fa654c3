"""`invoke compose`: the same stack in a docker-compose.yaml, with the files that it needs beside it."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from certs.ca.authority import authority
from certs.pairs.store import ensure
from certs.revocation import lists
from infra.tls import profiles
from inspection.declared import declared
from inspection.laptop import INITIALISE, PREPARE, Laptop
from inspection.preparation import script
from inspection.translation import translated
from operation.custodian import write_private
from operation.failure import Failure
from operation.stack import Stack

FILE = "docker-compose.yaml"
HEAD = """\
# Stack {stack} for Docker Compose v2, of the program in infra/; `invoke compose` writes it anew.
#   docker compose -f {file} up --detach      docker compose -f {file} down [--volumes]
# It holds no secret: those lie under secrets/ and certs/ beside it, and `prepare` brings them into volumes.
# What Compose cannot do, and Swarm does:
#   - no backups: no archiving, no stanza, no repository in use. `down --volumes` loses the data.
#   - no start-first updates, no health-gated roll-out, no roll-back: a new image is a gap.
#   - no endpoint mode dnsrr: Compose's own DNS answers with all replicas, which serves the same here.
#   - one host; `bridge` networks in place of encrypted or overlay ones, a pair each, internal as there.
"""
WORDS = {
    PREPARE: "One-shot: certificates and secrets into volumes, for the uid that reads them.",
    INITIALISE: "One-shot: the very first cluster. Unlike `invoke up`, it makes a lost one anew, empty.",
    "migrations": "One-shot: the schema of this checkout.",
}


def compose(stack: Stack, output: str, *, as_json: bool) -> None:
    """Writes the file and says what to type.

    Raises:
        Failure: when the program does not run, or a file cannot be written.
    """
    folder = stack.make_folder("compose")
    path = Path(output).absolute() if output else folder / FILE
    laptop = translated(stack.name, declared(stack))
    _write_beside(stack, folder, laptop)
    try:
        write_private(path, text(laptop, path, folder).encode())
    except OSError as error:
        raise Failure(
            f"{path} cannot be written: {error.strerror}.", remedy="name another --output."
        ) from error
    path.chmod(0o644)
    command = f"docker compose -f {path} up --detach"
    if as_json:
        print(
            json.dumps({"file": str(path), "services": list(laptop.services), "command": command}, indent=1)
        )
    else:
        print(f"{path}: {len(laptop.services)} services\n  next  {command}")


def text(laptop: Laptop, path: Path, folder: Path) -> str:
    """The file, its comments, and paths that are relative to it."""
    import yaml  # noqa: PLC0415

    def part(content: object, margin: str = "") -> str:
        said = yaml.safe_dump(content, sort_keys=False, width=120, default_flow_style=False)
        return "".join(margin + line for line in said.splitlines(keepends=True))

    def placed(value: Any) -> Any:
        return _placed(value, path.parent, folder)

    pieces = [
        HEAD.format(stack=laptop.stack, file=path.name),
        part({"name": f"{laptop.stack}-compose"}),
        "services:\n",
    ]
    for name, section in laptop.services.items():
        if name in WORDS:
            pieces.append(f"  # {WORDS[name]}\n")
        pieces.append(part({name: placed(section)}, "  "))
    pieces += [part({"networks": laptop.networks}), part({"volumes": laptop.volumes})]
    return "".join(pieces)


def _placed(value: Any, base: Path, folder: Path) -> Any:
    """Escapes `$`, and turns paths of this host and of the folder into ones relative to the file."""
    if isinstance(value, dict):
        made = {key: _placed(each, base, folder) for key, each in value.items()}
        if "dockerfile" in made:
            made["dockerfile"] = os.path.relpath(value["dockerfile"], value["context"])
            made["context"] = os.path.relpath(value["context"], base)
        if value.get("type") == "bind":
            made["source"] = "./" + os.path.relpath(folder / value["source"], base)
        return made
    if isinstance(value, list):
        return [_placed(each, base, folder) for each in value]
    return value.replace("$", "$$") if isinstance(value, str) else value


def _write_beside(stack: Stack, folder: Path, laptop: Laptop) -> None:
    """Configs 0644, secrets and keys 0600; what an earlier run wrote and nobody needs now goes."""
    anchors = authority(stack).anchors
    for kind, mode, files in (("configs", 0o644, laptop.configs), ("secrets", 0o600, laptop.secrets)):
        shutil.rmtree(folder / kind, ignore_errors=True)
        stack.make_folder("compose", kind)
        for name, content in files.items():
            write_private(folder / kind / name, content.encode())
            (folder / kind / name).chmod(mode)
    for profile in profiles(stack):
        leaf = ensure(stack, profile)
        stack.make_folder("compose", "certs")
        place = stack.make_folder("compose", "certs", profile.party)
        write_private(place / "cert.pem", leaf.chain)
        write_private(place / "key.pem", leaf.key)
    write_private(folder / "ca.pem", anchors)
    write_private(folder / "crl.pem", lists.current(stack))
    write_private(folder / "prepare.sh", script(laptop).encode())
