"""What is kept: looked at, foretold by pgBackRest itself, set, and expired."""

import pytest

from tests.platform.deployment import Deployment

pytestmark = [pytest.mark.platform, pytest.mark.long]


def labels(deployment: Deployment, repository: str) -> list[str]:
    """Of the backups in one repository, the oldest first."""
    found = deployment.succeed("backup.list", "--json").json["backups"]
    return [each["label"] for each in found if each["repository"] == repository]


def test_less_is_kept(platform: Deployment) -> None:
    """The preview names what goes and changes nothing; afterwards just that is gone, and the mark with it."""
    text = platform.stack.file.read_text()
    shown = platform.succeed("backup.retention", "--json").json
    assert (shown["retention_full"], shown["retention_days"]) == (4, 0)
    assert shown["repositories"]["local"]["bytes"] > 0
    platform.succeed("backup.mark", "before-less-is-kept")
    platform.succeed("backup", "--type", "full")
    before = {each: labels(platform, each) for each in ("local", "s3")}
    foretold = platform.succeed("backup.retention", "--full", "1", "--dry-run", "--json").json
    for name, each in before.items():
        assert foretold["repositories"][name]["expires"] == each[:-1]
        assert labels(platform, name) == each
    assert "before-less-is-kept" in foretold["marks_lost"]
    assert foretold["no_return_to"] > foretold["no_return_from"]
    assert platform.stack.file.read_text() == text
    days = platform.succeed("backup.retention", "--days", "30", "--dry-run", "--json").json
    assert not days["marks_lost"]
    try:
        done = platform.succeed("backup.retention", "--full", "1", "--yes", "--json").json
        assert done["expired"] == {name: each[:-1] for name, each in before.items()}
        assert platform.settings.backups.retention_full == 1
        again = platform.succeed("backup.retention", "--full", "1", "--yes", "--json").json
        assert not any(again["expired"].values())
        assert {name: labels(platform, name) for name in before} == {
            name: each[-1:] for name, each in before.items()
        }
        platform.succeed("backup.retention", "--days", "1", "--diff", "3", "--yes")
        words = platform.succeed("backup.retention").words
        assert "1 days, 3 differential" in words
        platform.succeed("backup.verify", "--repo", "local")
    finally:
        platform.stack.file.write_text(text)
        platform.succeed("up")
