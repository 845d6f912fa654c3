import pytest

from backups.switch import respecified
from backups.upgrade.nature import Nature, parsed
from backups.upgrade.release import stanza_of, wished
from infra.settings import Settings
from operation.failure import Failure


@pytest.mark.parametrize(
    ("typed", "present", "version"), [("", 15, 17), ("", 17, 18), ("18", 15, 18), ("17", 17, 17)]
)
def test_the_version_that_is_meant(typed: str, present: int, version: int) -> None:
    """The next one when nothing is typed; the present one is for who was interrupted."""
    assert wished(typed, present) == version


@pytest.mark.parametrize(
    ("typed", "present", "words"),
    [
        ("15", 17, "15 is earlier"),
        ("16", 15, "no major version that is known"),
        ("eighteen", 17, "no major version that is known"),
        ("-1", 17, "no major version that is known"),
        ("", 18, "no later one is known"),
    ],
)
def test_a_version_that_is_none_is_refused(typed: str, present: int, words: str) -> None:
    """Before anything is touched."""
    with pytest.raises(Failure, match=words) as refused:
        wished(typed, present)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    ("stanza", "version", "following"),
    [("bem", 18, "bem-18"), ("bem-17", 18, "bem-18"), ("bem-2024-17", 18, "bem-2024-18")],
)
def test_each_version_has_its_stanza(stanza: str, version: int, following: str) -> None:
    """The name that a person chose stays."""
    assert stanza_of(stanza, version) == following


def test_a_volume_tells_of_itself() -> None:
    """By PostgreSQL's own file, and by where it archived; else it is of the present stanza."""
    assert parsed("15\n--stanza=bem\n", "bem-17") == Nature(15, "bem")
    assert parsed("17\n", "bem-17") == Nature(17, "bem-17")


def test_the_image_has_the_programs_of_kept_volumes() -> None:
    """In one order, so that going back and forth changes no image."""
    there = Settings.model_validate({"database": {"version": 17, "former": (15,)}})
    back = Settings.model_validate({"database": {"version": 15, "former": (17,)}})
    assert there.database.versions == back.database.versions == (15, 17)
    assert Settings().database.versions == (17,)


def test_a_move_may_change_the_image() -> None:
    """And leaves it alone when it names none."""
    mounts = [{"Source": "old", "Target": "/cluster"}]
    spec = {"TaskTemplate": {"ContainerSpec": {"Image": "one", "Mounts": mounts}}}
    inner = respecified(spec, 1, "new", "two")["TaskTemplate"]["ContainerSpec"]
    assert inner == {"Image": "two", "Mounts": [{"Source": "new", "Target": "/cluster"}]}
    assert respecified(spec, 0, "")["TaskTemplate"]["ContainerSpec"]["Image"] == "one"
