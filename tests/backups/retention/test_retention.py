"""What decides about retention: numbers, pgBackRest's own word, and what is lost by it."""

import configparser
from dataclasses import replace

import pytest
from jinja2 import Template

from backups.catalog import Catalog
from backups.mark import Mark
from backups.retention import account
from backups.retention.effect import effect
from backups.retention.expiry import expire, expire_command, expired
from backups.retention.policy import Wish, checked, values, words
from backups.retention.survey import Survey, kept, surveyed
from infra.sections.backups import Backups
from infra.sections.object_store import ObjectStore
from infra.settings import settings_from
from operation.failure import Failure
from operation.stack import ROOT, Stack
from tests.backups.scene import Container, at, backup, catalog, reach

FULL, INCR = "20261124-101500F", "20261124-101500F_20261124-111500I"
DIFF = "20261125-101500F_20261125-111500D"
SAID = f"""
06:00:00.000 P00   INFO: [DRY-RUN] repo1: expire full backup set {FULL}, {INCR}
06:00:00.000 P00   INFO: [DRY-RUN] repo1: expire diff backup {DIFF}
06:00:00.000 P00   INFO: [DRY-RUN] repo1: remove expired backup {FULL}
06:00:00.000 P00   INFO: [DRY-RUN] repo1: 17-1 remove archive, start = 000000010000000000000001
"""


@pytest.mark.parametrize(
    ("wish", "wanted"),
    [
        (Wish(), {}),
        (Wish(diff="3"), {"retention_diff": 3}),
        (Wish(days="30"), {"retention_days": 30}),
        (Wish(full="2"), {"retention_full": 2, "retention_days": 0}),
        (Wish(full="2", days="0", diff="1"), {"retention_full": 2, "retention_days": 0, "retention_diff": 1}),
    ],
)
def test_what_is_written(wish: Wish, wanted: dict[str, int]) -> None:
    """What was not typed stays; a number of full backups ends days."""
    assert values(wish) == wanted


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(full="2", days="30"), "by number or by days"),
        (Wish(days="-1"), "is no number"),
        (Wish(diff="many"), "is no number"),
    ],
)
def test_what_cannot_be_meant(wish: Wish, words: str) -> None:
    """Refused before anything is asked."""
    with pytest.raises(Failure, match=words) as caught:
        values(wish)
    assert caught.value.exit_code == 2


def test_bounds_are_those_of_the_file(stack: Stack) -> None:
    """No policy keeps nothing."""
    assert words(checked(stack, {"retention_days": 30})) == "30 days, 7 differential"
    assert words(checked(stack, {"retention_full": 2})) == "2 full, 7 differential"
    for changes in ({"retention_full": 0}, {"retention_diff": 0}, {"retention_days": 3651}):
        with pytest.raises(Failure, match="retention") as caught:
            checked(stack, changes)
        assert caught.value.exit_code == 2


@pytest.mark.parametrize(("days", "full", "kind"), [(0, "4", None), (30, "30", "time")])
def test_pgbackrest_is_told(days: int, full: str, kind: str | None) -> None:
    """Both repositories alike; nothing is new in the file of a stack that keeps by number."""
    settings = settings_from({"bem:backups": {"retention_days": days}}, "test")
    template = (ROOT / "infra" / "images" / "database" / "pgbackrest.conf.j2").read_text()
    text = Template(template).render(backups=settings.backups, object_store=settings.object_store)
    parsed = configparser.ConfigParser(strict=True, interpolation=None)
    parsed.read_string(text)
    for number in (1, 2):
        assert parsed["global"][f"repo{number}-retention-full"] == full
        assert parsed["global"].get(f"repo{number}-retention-full-type") == kind
        assert parsed["global"][f"repo{number}-retention-diff"] == "7"


def test_a_trial_names_the_policy_and_the_real_one_does_not() -> None:
    """The real one goes by what the database was deployed with."""
    trial = expire_command("bem", 2, Backups(retention_days=30))
    assert {"--dry-run", "--repo2-retention-full=30", "--repo2-retention-full-type=time"} <= set(trial)
    assert "--repo1-retention-full-type=count" in expire_command("bem", 1, Backups())
    assert not any("retention" in each or "dry-run" in each for each in expire_command("bem", 1))


def test_labels_are_taken_from_its_own_word() -> None:
    """Each set once, dependants included."""
    assert expired(SAID) == [FULL, INCR, DIFF]
    assert expired("P00 INFO: expire command end: completed successfully") == []


def test_what_it_refuses_is_a_failure() -> None:
    """Its own words are in it."""
    assert expire(Container((("expire",), SAID)), "bem", 1, Backups())
    with pytest.raises(Failure, match="repository s3 cannot be expired: refused"):
        expire(Container((("expire",), 49)), "bem", 2)


def there() -> Catalog:
    """Two backups in each repository; local's begin is older."""
    backups = [backup("A", 0), backup("B", 30), backup("C", 10, repository=2), backup("D", 40, repository=2)]
    return catalog(backups, {1: reach(1, 60), 2: reach(1, 60)})


def mark(name: str, minutes: float) -> Mark:
    """A mark on the first timeline."""
    return Mark(name, at(minutes), 20, 1, at(minutes))


def test_what_would_be_lost() -> None:
    """Seconds and marks that no repository leads to; what the other one still has is not lost."""
    found = there()
    marks = [mark("early", 5), mark("middle", 20), mark("late", 50)]
    local = effect(found, 1, ["A"], {1: "A"})
    survey = surveyed(found, [local, effect(found, 2, [], {2: "C"})], marks)
    assert (local.since, local.then_since, local.freed, local.proven) == (at(0), at(30), 10 * 1024**2, "A")
    assert survey.span == (at(0), at(10))
    assert survey.marks == ("early",)
    assert survey.gone == 1
    both = surveyed(found, [local, effect(found, 2, ["C"], {2: "D"})], marks)
    assert (both.span, both.marks, both.effects[1].proven) == ((at(0), at(30)), ("early", "middle"), "")


def test_nothing_lost() -> None:
    """A later backup that goes takes no second along: WAL leads beyond it."""
    found = there()
    survey = surveyed(found, [effect(found, 1, ["B"], {}), effect(found, 2, [], {})], [mark("late", 50)])
    assert (survey.span, survey.marks) == (None, ())


def test_a_silent_repository_is_left_out() -> None:
    """Nothing is said of what nobody could ask."""
    assert [each.repository for each in kept(replace(there(), silent={2: "away"})).effects] == [1]


def test_words_and_json() -> None:
    """A person reads what goes, what is lost, and that the vault frees nothing before its lock ends."""
    found = there()
    survey = surveyed(
        found, [effect(found, 1, ["A"], {1: "A"}), effect(found, 2, ["C"], {})], [mark("early", 5)]
    )
    text = "\n".join(account.lost_lines(survey, ObjectStore()))
    for each in ("1 of 2 backups expire: A", "nobody can return to", "early", "newest proven", "7 days"):
        assert each in text
    assert "when its lock ends" in account.locked(ObjectStore(endpoint="s3.example.org"))
    said = account.content(survey)
    assert said["repositories"]["local"]["expires"] == ["A"]
    assert said["no_return_to"] == at(30).isoformat()
    assert account.lost_lines(Survey(kept(found).effects), ObjectStore()) == [
        "local: nothing expires",
        "s3: nothing expires",
    ]
    assert "2 backups, 20.0 MiB" in account.kept_lines(kept(found))[0]
