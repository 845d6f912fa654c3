"""A whole platform with a public certificate: switched on, obtained, served, and switched off again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.certs.pebble import Pebble, own_tls, running
from tests.platform.deployment import Deployment

pytestmark = pytest.mark.platform

NAME = "bem.test"


@pytest.fixture
def pebble(platform: Deployment, tmp_path: Path) -> Iterator[Pebble]:
    """An ACME server that looks for answers at the platform's own port."""
    with running(tmp_path, own_tls(tmp_path), platform.settings.load_balancer.http_port) as found:
        yield found


def front(platform: Deployment) -> list[dict[str, Any]]:
    """What `certs.check` says of the load balancer: by its public name first, where it has one."""
    rows = platform.invoke("certs.check", "--json").json
    return [row for row in rows if row["party"] == "load-balancer"]


@pytest.mark.long
def test_up_with_acme_obtain_and_back(platform: Deployment, pebble: Pebble) -> None:
    """Our own pair serves until ACME's does, and for all other names; without ACME all is as before."""
    before = platform.stack.file.read_text()
    (own,) = front(platform)
    section = {
        "enabled": True,
        "terms_agreed": True,
        "directory_url": pebble.directory,
        "staging_url": "",
        "names": [NAME],
        "ca_file": str(pebble.roots),
    }
    try:
        platform.configure(certificates__acme=section)
        platform.succeed("up", "--skip-backup")
        assert "does not verify" in front(platform)[0]["fault"], "our own pair has not that name"
        assert platform.invoke("status").status == 1
        assert platform.succeed("certs.acme", "--json").json["serves"] == "acme"
        public, ours = front(platform)
        assert (public["fault"], ours["fault"], ours["serial"]) == ("", "", own["serial"])
        assert "Pebble" in public["issuer"]
        assert platform.well()
        assert platform.succeed("status", "--json").json["certificates"]["public"] > 60
        assert platform.run("pulumi", "preview", "--expect-no-changes", "--non-interactive").status == 0
    finally:
        platform.stack.file.write_text(before)
        platform.succeed("up", "--skip-backup")
    assert [row["serial"] for row in front(platform)] == [own["serial"]]
