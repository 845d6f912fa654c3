"""The page of a drill: all that matters is on it, and nothing on it is alive."""

import json
from collections.abc import Callable

import pytest

from drills.evidence import Evidence, State
from drills.pages.drill_page import drill_page
from drills.pages.steps import shown
from drills.pages.testimony import heard
from operation.stack import Stack
from tests.drills.pages import samples
from tests.drills.pages.markup import Markup, taken_apart

KINDS = (samples.passed, samples.failed, samples.unbroken, samples.interrupted)
ALIVE = {"script", "iframe", "object", "embed", "form", "img", "base", "audio", "video", "use", "image"}


def page_of(drill: Evidence) -> str:
    """Its HTML."""
    return drill_page(drill.journal, heard(drill))


def plain(page: Markup) -> str:
    """All words, with plain spaces."""
    return page.text().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_whole_and_dead(stack: Stack, kind: Callable[[Stack], Evidence]) -> None:
    """Well formed, in a language, with landmarks, without anything that runs or is fetched."""
    page = taken_apart(page_of(kind(stack)))
    assert page.named("html")[0].attributes["lang"] == "en"
    for landmark in ("header", "nav", "main", "footer", "h1", "title"):
        assert [tag for tag in page.named(landmark) if "svg" not in tag.inside], landmark
    assert not ALIVE & {tag.name for tag in page.tags}
    attributes = [(name, value) for tag in page.tags for name, value in tag.attributes.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or name in {"src", "style", "srcset"}]
    links = {value for name, value in attributes if name == "href"}
    assert links <= {"../index.html", "journal.json", "ledger.jsonl", "data:,"}
    assert "@import" not in page.text("style")
    assert "url(" not in page.text("style").replace("url(#", "")


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_seen_is_said(stack: Stack, kind: Callable[[Stack], Evidence]) -> None:
    """Each picture has a title and a description, each column a scope, each fold a name of its own."""
    page = taken_apart(page_of(kind(stack)))
    for tag in page.named("svg"):
        if "svg" not in tag.inside and tag.attributes.get("aria-hidden") != "true":
            assert tag.attributes["role"] == "img"
            assert len(tag.attributes["aria-labelledby"].split()) == 2
    assert all(tag.attributes.get("scope") in {"col", "row", "colgroup"} for tag in page.named("th"))
    assert len(page.named("details")) == len(page.named("summary"))
    assert len(page.named("table")) >= 3


def test_the_verdict_comes_first(stack: Stack) -> None:
    """State, title, what it means, why; then the figures."""
    words = plain(taken_apart(page_of(samples.failed(stack)))).partition("All drills of")[2]
    order = [
        "FAILED",
        "The database's data volume is lost",
        "In a real disaster",
        "RTO: 75.0 s, and",
        "Objectives",
    ]
    places = [words.index(each) for each in order]
    assert places == sorted(places)


def test_a_passed_drill_tells_all_that_it_knows(stack: Stack) -> None:
    """Objectives, figures, rows, steps, versions, digests, who and when."""
    drill = samples.passed(stack)
    words = plain(taken_apart(page_of(drill)))
    measured = drill.journal.measured
    assert measured is not None
    for each in (
        "PASSED",
        "Every step did what the runbook says",
        "objective 60 s",
        "objective 12 s",
        "24 rows",
        f"{measured.writes.refused} refused",
        "rows without an answer",
        "steadily good again, +10.5 s",
        "somebody",
        "2026-11-25 03:10:40 UTC",
        "lose-the-volume",
        "invoke restore",
        "exit status 0 and output with “serves generation”",
        "3.11.9",
        drill.journal.runbook_sha256,
        measured.ledger_sha256,
        "twin-a1b2c3",
        "95.2 s",
    ):
        assert each in words, each
    assert words.count("✓ met") == 2


def test_hostile_words_are_words(stack: Stack) -> None:
    """In outputs, versions, names, reasons: shown as they are, and never markup."""
    drill = samples.failed(stack)
    journal = drill.journal
    journal.title = journal.who = journal.twin = journal.verdict[0] = "<b>&'\"</title><script>x()</script>"
    journal.steps[0].name = journal.steps[0].phase = journal.steps[0].reason = '"><svg onload=x()>'
    page = taken_apart(page_of(drill))
    assert not ALIVE & {tag.name for tag in page.tags}
    assert "b" not in {tag.name for tag in page.tags if "ul" not in tag.inside}
    assert not [name for tag in page.tags for name in tag.attributes if name.startswith("on")]
    assert "<script>alert(1)</script></pre></details><img src=" in page.text("samp")
    assert "red  nul:⟨U+0000⟩ bell:⟨U+0007⟩ turned:⟨U+202E⟩gnp.exe zero:⟨U+200B⟩" in page.text("samp")
    assert "{{ 7 * 7 }}" in page.text("samp")
    assert page.text("h1") == journal.title


def test_the_policy_allows_this_style_sheet_and_nothing_else(stack: Stack) -> None:
    """If markup came in all the same, a browser would not run or fetch it."""
    page = taken_apart(page_of(samples.passed(stack)))
    (policy,) = [tag.attributes["content"] for tag in page.named("meta") if "http-equiv" in tag.attributes]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert page.tags.index(page.named("meta")[1]) < page.tags.index(page.named("style")[0])


def test_steps_that_did_not_pass_are_open(stack: Stack) -> None:
    """Who reads of a failure sees at once what was printed."""
    page = taken_apart(page_of(samples.failed(stack)))
    steps = [tag for tag in page.named("details") if "tbody" in tag.inside]
    assert [("open" in tag.attributes) for tag in steps] == [False, False, False, False, True, False]
    page = taken_apart(page_of(samples.interrupted(stack)))
    assert "What it printed was not kept." in page.text("p")
    silent = samples.journal(steps=[samples.cell("verify", "look", 0, 1, output="")])
    assert "Nothing was printed." in taken_apart(page_of(samples.kept(stack, silent))).text("p")


def test_a_drill_that_never_broke_anything(stack: Stack) -> None:
    """No figures, no time line, and it is said why."""
    page = taken_apart(page_of(samples.unbroken(stack)))
    words = plain(page)
    assert "Nothing was broken, so nobody knows yet whether this runbook works." in words
    assert "The witness had not begun." in words
    assert words.count("not measured") == 3
    assert "✗ not met" not in words
    assert [tag for tag in page.named("svg") if "role" in tag.attributes] == []


def test_an_interrupted_drill_does_not_claim_that_rows_are_there(stack: Stack) -> None:
    """They were not read back."""
    words = plain(taken_apart(page_of(samples.interrupted(stack))))
    assert "INTERRUPTED" in words
    assert "whether the rows are still there was not read" in words
    assert "the rows were not read back" in words
    assert "KeyboardInterrupt" in words


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda path: path.unlink(), "The ledger is not there."),
        (lambda path: path.open("a").write("\n"), "its digest is another"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "it is spoilt"),
        (
            lambda path: path.write_text(json.dumps({"kind": "write", "status": "sent"})),
            "its digest is another",
        ),
        (lambda path: (path.unlink(), path.mkdir()), "The ledger cannot be read"),
    ],
)
def test_a_ledger_that_is_not_as_measured_is_told(
    stack: Stack, spoil: Callable[[object], object], complaint: str
) -> None:
    """The page is made all the same, from the journal."""
    drill = samples.passed(stack)
    spoil(drill.ledger)
    words = plain(taken_apart(page_of(drill)))
    assert complaint in words
    assert "24 rows" in words


def test_a_journal_from_before_rows_were_named(stack: Stack) -> None:
    """It says how many are gone and not which; the drawing does not pretend."""
    drill = samples.passed(stack)
    text = json.loads(drill.path.read_text())
    del text["measured"]["loss"]["gone"]
    old = Evidence(drill.folder, type(drill.journal).model_validate(text))
    assert "Which rows are gone is not in this journal" in plain(taken_apart(page_of(old)))


def test_a_drill_under_way_has_a_page(stack: Stack) -> None:
    """What is not known yet is a dash."""
    running = samples.journal(state=State.RUNNING, ended_at=None, fault_at=None, measured=None, steps=[])
    drill = samples.kept(stack, running, [])
    words = plain(taken_apart(page_of(drill)))
    assert "This drill is still under way." in words
    assert "No step was begun." in words


def test_a_long_output_does_not_make_a_long_page(stack: Stack) -> None:
    """Ten outputs of a quarter of a megabyte stay in the journal."""
    steps = [samples.cell("verify", f"step-{each}", 1.0, 1.0, output="<\n" * 131_072) for each in range(10)]
    drill = samples.kept(stack, samples.journal(steps=steps))
    page = page_of(drill)
    assert len(page) < 800_000
    assert "242,144 characters left out" in page


def test_a_cell_is_shown_without_its_shell() -> None:
    """What a person would type; anything else is quoted as a shell needs it."""
    steps = [samples.cell("fault", "a", 0, 1), samples.cell("fault", "b", 0, 1, argv=("echo", "a b"))]
    scripts = [each.script for each in shown(samples.journal(steps=steps))]
    assert scripts == ["invoke a", "echo 'a b'"]
