"""axe-core, which finds what keeps people from using a page (Deque; the rules are those of WCAG 2)."""

from importlib.resources import files

from tests.chromium import Page

SCRIPT = files("axe_core_python") / "axe.min.js"
RUN = """axe.run().then(found => found.violations.flatMap(rule =>
  rule.nodes.map(node => `${rule.id} (${rule.impact}): ${node.target.join(" ")}: ${node.failureSummary}`)))"""


def violations(page: Page) -> list[str]:
    """Each place of a page that breaks a rule, and how."""
    page.measure(SCRIPT.read_text() + "; 0")
    found: list[str] = page.measure(RUN)
    return found
