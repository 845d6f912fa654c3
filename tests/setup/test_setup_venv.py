"""The Python environment that `ops` makes: whole, or made again."""

import base64
import hashlib
import os
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.setup.checkout import Checkout

pytestmark = pytest.mark.slow

FILES = {
    "tiny.py": "ANSWER = 42\n",
    "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
    "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


@pytest.fixture
def packages(bare: Checkout, tmp_path: Path) -> dict[str, str]:
    """A package of our own in place of an index, pinned in the checkout's requirements."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
        archive.writestr("tiny-1.0.dist-info/RECORD", "".join(map(recorded, FILES)))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (bare.root / "requirements.txt").write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PATH": os.environ["PATH"]}


def recorded(name: str) -> str:
    """A file's line in a wheel's record."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(FILES[name].encode()).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(FILES[name])}\n"


def answer(checkout: Checkout) -> str:
    """What the package says in the environment, and whether the checkout can be imported from."""
    code = "import sys, tiny; print(tiny.ANSWER, sys.argv[1] in sys.path)"
    return subprocess.check_output(
        [checkout.venv / "bin" / "python", "-c", code, checkout.root], text=True, cwd="/"
    )


def test_other_requirements_make_it_anew(checkout: Checkout, packages: dict[str, str]) -> None:
    """A stamp for others counts for nothing; a package that is not the pinned one is refused."""
    requirements = checkout.root / "requirements.txt"
    right = requirements.read_text()
    requirements.write_text(right.replace("sha256:", "sha256:0")[:-2] + "\n")
    assert (checkout.venv / "stamp").exists()
    refused = checkout.ops("env", environment=packages)
    assert refused.returncode == 1
    assert "could not be made" in refused.stderr
    assert "export" not in refused.stdout
    assert not (checkout.venv / "stamp").exists()
    requirements.write_text(right)
    assert "✓" in checkout.ops("env", environment=packages).stderr
    assert answer(checkout) == "42 True\n"


def test_killed_half_way_it_is_made_again(bare: Checkout, packages: dict[str, str]) -> None:
    """After kill -9 of all of it the next run ends with a whole one."""
    process = subprocess.Popen(
        [bare.root / "ops", "env"],
        env={"HOME": str(bare.root), **packages},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not (bare.venv / "bin" / "python").exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (bare.venv / "stamp").exists()
    assert bare.ops("env", environment=packages).returncode == 0
    assert answer(bare) == "42 True\n"


def test_first_use_makes_it_once(bare: Checkout, packages: dict[str, str]) -> None:
    """Of two at once the second waits and finds it made, as later ones do; output is exports only."""
    both = [
        subprocess.Popen(
            [bare.root / "ops", "env"],
            env={"HOME": str(bare.root), **packages},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    words = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], words
    assert sum("✓ Python environment" in stderr for _, stderr in words) == 1
    for stdout, _ in words:
        assert all(line.startswith(("export ", "unset ")) for line in stdout.splitlines())
    assert answer(bare) == "42 True\n"
    assert "Python environment" not in bare.ops("env", environment=packages).stderr
