import configparser

from jinja2 import Template

from infra.settings import Settings
from operation.stack import ROOT


def test_no_section_and_no_option_is_given_twice() -> None:
    """PgBackRest refuses every command then, and nothing is archived any more."""
    settings = Settings()
    template = (ROOT / "infra" / "images" / "database" / "pgbackrest.conf.j2").read_text()
    text = Template(template).render(backups=settings.backups, object_store=settings.object_store)
    parsed = configparser.ConfigParser(strict=True, interpolation=None)
    parsed.read_string(text)
    assert parsed.sections() == [
        "global",
        "global:archive-push",
        "global:info",
        "global:repo-ls",
        "global:repo-get",
    ]
    assert parsed["global"]["archive-async"] == "y"
