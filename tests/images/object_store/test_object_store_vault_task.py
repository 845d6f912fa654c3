import json
from pathlib import Path

import pytest

from backups.vault import bringing, console, record
from backups.vault.console import Wish
from operation import audit
from operation.failure import Failure
from operation.stack import LABEL_ROLE, LABEL_STACK, Stack
from tests.images.object_store.account import BUCKET, Start
from tests.images.object_store.vault import CONTENT, content, destroyed, filled
from tests.images.workshop import Workshop, healthy, until

pytestmark = pytest.mark.platform


def test_the_task_tells_and_undoes_an_attack(
    start: Start,
    workshop: Workshop,
    trust: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Look, renewal, alarm, dry run, way back, calm; the database, which is not here, would then archive."""
    stack = Stack(workshop.name, root=tmp_path)
    stack.file.write_text(f"config:\n  bem:object_store:\n    bucket: {BUCKET}\n")
    store = start(workshop.volume(), labels={LABEL_STACK: stack.name, LABEL_ROLE: "object-store"})
    until(lambda: healthy(store)[0], 30)
    monkeypatch.setattr(console, "stack_named", lambda _: stack)
    archived: list[Stack] = []
    monkeypatch.setattr(bringing, "prove_archiving", archived.append)

    def task(wish: Wish, *, dry_run: bool = False) -> dict[str, object]:
        capsys.readouterr()  # what a failure before has left
        console.vault("", wish, yes=True, dry_run=dry_run, as_json=True)
        said: dict[str, object] = json.loads(capsys.readouterr().out)
        return said

    moment = filled(store, trust).isoformat()
    assert task(Wish())["current"] == len(CONTENT)
    assert task(Wish(renew=True))["renewed"] == 0
    destroyed(store, trust)
    with pytest.raises(Failure, match="were deleted or overwritten"):
        task(Wish())
    seen = record.last(stack)
    assert seen is not None
    assert seen.strange == len(CONTENT)
    assert task(Wish(bring_back=moment), dry_run=True)["rewritten"] == 3
    assert len(content(store, trust)) == 1
    assert task(Wish(bring_back=moment))["uncovered"] == len(CONTENT) - 3
    assert (content(store, trust), archived) == (CONTENT, [stack])
    assert task(Wish())["deleted"] == 0
    with pytest.raises(Failure, match="no key of the repository was there"):
        task(Wish(bring_back="2001-01-01T00:00:00Z"))
    assert [(each.outcome, each.what.split(" ")[1]) for each in audit.entries(stack)] == [
        ("unchanged", "--renew"),
        ("succeeded", "--bring-back"),
        ("failed", "--bring-back"),
    ]
