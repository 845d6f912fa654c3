"""What makes a kit stale: the parts that nothing else can give back, and what each of them says."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from backups.kit.kit import SETTINGS
from backups.kit.parts import REGISTER
from infra.settings import Settings, settings_from

PASSING = ("lineage.json", "marks/", "schedules/", "certs/crl.pem")
"""Parts that a kit holds because they help; repositories, commands and the authority give them nearly all."""
LISTS = ".crl"
NUMBERS = {"generation", "kept", "last_generation"}
"""Keys of `bem:database` that count volumes of this host."""


def digests(parts: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of what each lasting part says, by name; pure.

    Comments of the stack's file and numbers of volumes say nothing that counts; of the register only
    revocations do.
    """
    return {
        name: hashlib.sha256(_said(name, content)).hexdigest()
        for name, content in sorted(parts.items())
        if not name.startswith(PASSING) and not name.endswith(LISTS)
    }


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Names of the parts that are not as they were, one that is new or gone included; pure."""
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def settings_in(content: bytes) -> Settings:
    """What a stack's file says.

    Raises:
        Failure: when it is none, or says something that this checkout does not know.
    """
    import yaml  # noqa: PLC0415

    found: Any = yaml.safe_load(content) or {}
    return settings_from(found.get("config") or {}, "the stack's file in the kit")


def wishes(settings: Settings) -> str:
    """All that a stack's file asks for, without the numbers of volumes; the same text for the same wishes."""
    content = settings.model_dump(mode="json")
    content["database"] = {key: value for key, value in content["database"].items() if key not in NUMBERS}
    return json.dumps(content, sort_keys=True)


def _said(name: str, content: bytes) -> bytes:
    if name == SETTINGS:
        return wishes(settings_in(content)).encode()
    if name == REGISTER:
        lines = [json.loads(line) for line in content.decode().splitlines() if line.strip()]
        void = sorted(each["serial"] for each in lines if each["event"] == "revoked")
        return json.dumps(void).encode()
    return content
