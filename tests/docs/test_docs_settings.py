"""The guide's table of keys says what `infra/settings.py` says."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from infra.settings import PROJECT, Settings
from tests.docs.document import ALL, OPERATING, Document, spans

HEADING = "The stack's file"
KEY = re.compile(rf"{PROJECT}:[a-z_]+(\.[a-z_]+)+")


def fields(model: type[BaseModel] = Settings, path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key of a stack's file with what is known of it."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, f"{path}{name}.")
        else:
            yield f"{PROJECT}:{path}{name}", field


FIELDS = dict(fields())
ROWS = {
    spans(row.cells[0])[0]: row.cells
    for row in OPERATING.rows()
    if row.section == HEADING and KEY.fullmatch(spans(row.cells[0])[0])
}


def test_table_has_every_key_and_no_other() -> None:
    """In the order of the model."""
    assert list(ROWS) == list(FIELDS)


@pytest.mark.parametrize("key", ROWS)
def test_default_is_the_right_one(key: str) -> None:
    """As YAML, the way a person would write it."""
    assert plain(yaml.safe_load(ROWS[key][1].strip("`"))) == FIELDS[key].default


def plain(value: Any) -> Any:
    """A value of YAML as the model keeps it."""
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("key", ROWS)
def test_range_is_the_right_one(key: str) -> None:
    """A key with two bounds tells both, unless it is a port."""
    bounds = bounds_of(FIELDS[key])
    said = re.findall(r"(?<![\w.])(\d+) to (\d+)", ROWS[key][2])
    if len(bounds) == len(("least", "most")) and "port" not in key:
        assert said == [tuple(map(str, bounds))]
    else:
        assert said == []


def bounds_of(field: FieldInfo) -> list[Any]:
    """The least and the greatest value, as far as they are given."""
    bounds = (bound for bound in field.metadata if isinstance(bound, Ge | Le))
    return [bound.ge if isinstance(bound, Ge) else bound.le for bound in bounds]


@pytest.mark.parametrize("document", ALL, ids=lambda document: document.path)
def test_keys_in_the_text_are_real(document: Document) -> None:
    """Also in examples."""
    assert {match[0] for match in KEY.finditer(document.file.read_text())} <= set(FIELDS)
