"""The page of all drills: none, one, two hundred, and links that go with the folder."""

from urllib.parse import unquote

from drills.evidence import REPORT, Evidence
from drills.pages.index_page import SHOWN, index_page
from operation.stack import Stack
from tests.drills.pages import samples
from tests.drills.pages.markup import taken_apart
from tests.drills.pages.test_page_drill import ALIVE


def test_no_drill_yet() -> None:
    """It says so, and what could be drilled."""
    page = taken_apart(index_page("drl-test", [], ["host-lost", "platform-lost"]))
    assert "No drill has been done yet." in page.text("p")
    assert "Never drilled" in page.text("h2")
    assert {"host-lost", "platform-lost"} <= set(page.text("code").splitlines())
    assert page.named("table") == []


def test_two_hundred_drills(stack: Stack) -> None:
    """The newest are shown, the others folded; each has its mark and its link, and all links are relative."""
    drills = [samples.kept(stack, each) for each in samples.many(200)]
    html = index_page("drl-test", drills, ["database-volume-lost"])
    page = taken_apart(html)
    links = [tag.attributes["href"] for tag in page.named("a")]
    assert links == [f"{each.folder.name}/{REPORT}" for each in reversed(drills)]
    assert f"{200 - SHOWN} older drills" in page.text("summary")
    marks = [tag for tag in page.named("svg") if tag.attributes.get("class", "").startswith("mark")]
    assert len([tag for tag in marks if "figure" in tag.inside]) == 400
    assert "Never drilled" not in page.text("h2")
    assert len(html) < 300_000
    assert str(stack.root) not in html


def test_a_part_for_each_runbook(stack: Stack) -> None:
    """With a way to each, its newest result, and pictures with words."""
    drills = [samples.kept(stack, each) for name in ("b-lost", "a-lost") for each in samples.many(3, name)]
    page = taken_apart(index_page("drl-test", [*drills, samples.unbroken(stack)], []))
    ways = [tag.attributes["href"] for tag in page.named("a") if tag.attributes["href"].startswith("#")]
    assert ways == ["#runbook-1", "#runbook-2", "#runbook-3"]
    assert len([tag for tag in page.named("svg") if "role" in tag.attributes]) == 6
    assert all(tag.attributes.get("scope") in {"col", "row"} for tag in page.named("th"))
    assert "3 drills, 3 with an RTO" in page.text("desc")


def test_hostile_names_are_words(stack: Stack) -> None:
    """A folder with an awkward name is still found; titles and reasons are never markup."""
    drill = samples.failed(stack)
    drill.journal.title = drill.journal.who = drill.journal.verdict[0] = "</table><script>x()</script>"
    drill.journal.runbook = "\"><img src='http://example.org'>"
    awkward = Evidence(drill.folder.with_name("a b#c?d\"e'%41"), drill.journal)
    page = taken_apart(index_page("</title><script>", [awkward], ["<script>"]))
    assert not ALIVE & {tag.name for tag in page.tags}
    (link,) = [tag.attributes["href"] for tag in page.named("a")]
    assert unquote(link) == f"{awkward.folder.name}/{REPORT}"
    assert not {"#", "?", '"', "'"} & set(link)
