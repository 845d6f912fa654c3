"""The package's schema that Pulumi's own tools get."""

import json

import pytest

from toolchain.provider.catalogue import RESOURCES
from toolchain.provider.sdk_schema import schema, type_of


def test_schema_has_every_kind_and_every_object() -> None:
    """Each kind of the provider is there, and no reference leads nowhere."""
    made = json.loads(schema())
    assert {*made["resources"]} == {*RESOURCES}
    referred = {word for word in json.dumps(made).split('"') if word.startswith("#/types/")}
    assert {word.removeprefix("#/types/") for word in referred} <= {*made["types"]}
    service = made["resources"]["docker:index/service:Service"]
    assert service["requiredInputs"] == ["taskSpec"]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("pulumi.Input[Optional[_builtins.bool]]", {"type": "boolean"}),
        ("pulumi.Input[_builtins.str]", {"type": "string"}),
        (
            "pulumi.Input[Sequence[pulumi.Input[_builtins.int]]]",
            {"type": "array", "items": {"type": "integer"}},
        ),
        (
            "pulumi.Input[Optional[Mapping[str, pulumi.Input[_builtins.str]]]]",
            {"type": "object", "additionalProperties": {"type": "string"}},
        ),
        (
            "pulumi.Input[Optional[Sequence[pulumi.Input['VolumeLabelArgs']]]]",
            {"type": "array", "items": {"$ref": "#/types/docker:index/VolumeLabel:VolumeLabel"}},
        ),
        ("pulumi.Input[Union[str, 'BuilderVersion']]", {"type": "string"}),
    ],
)
def test_types_of_annotations(annotation: str, expected: object) -> None:
    """As the SDK writes them; an object that is met is remembered."""
    nested: dict[str, str] = {}
    assert type_of(annotation, nested) == expected
    assert [*nested.values()] == (["VolumeLabelArgs"] if "VolumeLabelArgs" in annotation else [])
