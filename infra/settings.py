"""The one typed model of a stack: what `Pulumi.<stack>.yaml` may say, and nothing else."""

import difflib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from infra.sections.backups import Backups
from infra.sections.certificates import Certificates
from infra.sections.database import Database
from infra.sections.load_balancer import LoadBalancer
from infra.sections.monitoring import Monitoring
from infra.sections.object_store import ObjectStore
from infra.sections.section import Section
from infra.sections.services import Api, Cache, Images, Pulse, Realtime, Training
from infra.sections.talks import Talks
from operation.failure import Failure, refusal

PROJECT = "bem"
"""Pulumi's project name; every key of a stack's file starts with it."""


class Settings(Section):
    """A whole stack."""

    load_balancer: LoadBalancer = LoadBalancer()
    certificates: Certificates = Certificates()
    api: Api = Api()
    realtime: Realtime = Realtime()
    pulse: Pulse = Pulse()
    training: Training = Training()
    monitoring: Monitoring = Monitoring()
    cache: Cache = Cache()
    database: Database = Database()
    object_store: ObjectStore = ObjectStore()
    backups: Backups = Backups()
    images: Images = Images()
    talks: Talks = Talks()


def settings_from(config: Mapping[str, Any], source: str) -> Settings:
    """Validates the configuration of one stack.

    Args:
        config: full keys (`bem:api`) to values; objects may be JSON text, as Pulumi passes them.
        source: the file's name, for messages.

    Raises:
        Failure: for an unknown key or a value out of range, with its path, consequence and fix.
    """
    sections = {
        key.removeprefix(f"{PROJECT}:"): _value(key, value, source)
        for key, value in config.items()
        if _ours(key, source)
    }
    try:
        return Settings.model_validate(sections)
    except ValidationError as error:
        raise _refused(error, source) from error


def _ours(key: str, source: str) -> bool:
    if key.startswith((f"{PROJECT}:", "pulumi:")):
        return not key.startswith("pulumi:")
    raise refusal(
        f"{source}: {key}: this key belongs to no part of the project.",
        remedy=f"remove it, or write it as {PROJECT}:<section> with a section of docs/operating.md.",
    )


def _value(key: str, value: Any, source: str) -> Any:  # YAML
    if not (isinstance(value, str) and value[:1] in {"{", "["}):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise refusal(f"{source}: {key}: this is no JSON: {error}", remedy="write it as YAML.") from error


def _refused(error: ValidationError, source: str) -> Failure:
    lines = []
    for detail in error.errors():
        path = ".".join(str(part) for part in detail["loc"])
        if detail["type"] == "extra_forbidden":
            lines.append(f"{source}: {PROJECT}:{path}: unknown key; {_hint(detail['loc'])}")
        else:
            lines.append(f"{source}: {PROJECT}:{path}: {detail['msg']} (found {detail['input']!r})")
    return refusal("\n".join(lines), remedy="correct the key in that file; docs/operating.md lists them all.")


def _hint(location: tuple[int | str, ...]) -> str:
    """The key that was probably meant, else all that are known there."""
    model: type[BaseModel] = Settings
    for part in location[:-1]:
        annotation = model.model_fields[str(part)].annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
    near = difflib.get_close_matches(str(location[-1]), model.model_fields, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(model.model_fields)}"
