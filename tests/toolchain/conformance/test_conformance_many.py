"""Two hundred resources in one program, at the engine's own concurrency."""

import pulumi_docker as docker
import pytest

from tests.toolchain.conformance.light import FIRST
from tests.toolchain.conformance.sheet import Sheet
from tests.toolchain.conformance.stage import Stage

pytestmark = pytest.mark.platform
NUMBER = 200
AT_ONCE = 32


def test_two_hundred_resources(stage: Stage, sheet: Sheet) -> None:
    """Made, unchanged, and gone again; Docker has each of them exactly once in between."""

    def program() -> None:
        for number in range(NUMBER // 2):
            docker.Volume(f"volume{number}", name=f"{stage.name}-{number}")
            docker.ServiceConfig(f"config{number}", name=f"{stage.name}-{number}", data=FIRST)

    def there() -> tuple[int, int]:
        named = {"name": stage.name}
        return (
            len(stage.engine.api.volumes(filters=named)["Volumes"] or []),
            len(stage.engine.api.configs(filters=named)),
        )

    made = stage.deploy(program, parallel=AT_ONCE)
    sheet.note("made", {"create"}, {*made.values()})
    sheet.note("resources", NUMBER, len(made))
    sheet.note("volumes and configs in Docker", (NUMBER // 2, NUMBER // 2), there())
    again = stage.plan(program, parallel=AT_ONCE)
    sheet.note("second preview", ({"same"}, NUMBER), ({*again.values()}, len(again)))
    stage.stack.destroy(parallel=AT_ONCE)
    sheet.note("left in Docker after destroy", (0, 0), there())
    sheet.settle()
