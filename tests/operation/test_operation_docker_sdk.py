"""What Pulumi's launcher loads brings the whole Docker SDK: its threads must not import parts at once."""

import subprocess
import sys

import pytest

PROVIDERS = ("certs.delivery", "infra.cluster", "backups.stanza")
PARTS = ("docker", "docker.errors", "docker.types", "requests.exceptions")


@pytest.mark.slow
@pytest.mark.parametrize("module", PROVIDERS)
def test_a_provider_brings_the_whole_sdk(module: str) -> None:
    """Two threads that import parts of a package with cycles see halves: «partially initialized module»."""
    code = f"import sys, {module}; print(*(part for part in {PARTS} if part in sys.modules))"
    found = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert tuple(found.stdout.split()) == PARTS


def test_the_list_of_tasks_does_not_pay_for_it() -> None:
    """Its failing twin: 0.2 s that `invoke --list` has no use for."""
    code = "import sys, tasks; print('docker' in sys.modules)"
    found = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
