"""`ops`: from anywhere, with any environment."""

from pathlib import Path

import pytest

from tests.setup.checkout import Checkout


def told(output: str) -> dict[str, str]:
    """What a pretended program said of its call."""
    return dict(line.split("=", 1) for line in output.splitlines() if "=" in line)


def test_any_task_goes_to_invoke_with_its_words(checkout: Checkout) -> None:
    """Words reach invoke as they were, blanks and all."""
    call = told(checkout.ops("backup", "--type", "full copy").stdout)
    assert call["program"] == "invoke"
    assert call["words"] == "backup --type full copy"


def test_failing_task_gives_its_status(checkout: Checkout) -> None:
    """The exit status of invoke is the launcher's."""
    assert checkout.ops("backup", environment={"FAILING": "invoke"}).returncode == 7


def test_works_by_symlink_from_elsewhere_without_path(checkout: Checkout, tmp_path: Path) -> None:
    """Neither the folder, nor a link, nor an empty PATH matters; tasks run in the checkout."""
    link = tmp_path / "link"
    link.symlink_to(checkout.root / "ops")
    call = told(checkout.ops("--list", program=link, folder=tmp_path, environment={"PATH": ""}).stdout)
    assert call["folder"] == str(checkout.root)
    assert call["path"].startswith(f"{checkout.venv}/bin:")
    assert "/usr/sbin" in call["path"].split(":")
    assert "" not in call["path"].split(":")


def test_link_to_nothing_is_an_error(checkout: Checkout, tmp_path: Path) -> None:
    """A launcher without its checkout says so instead of running something else."""
    lonely = tmp_path / "elsewhere" / "ops"
    lonely.parent.mkdir()
    lonely.write_bytes((checkout.root / "ops").read_bytes())
    lonely.chmod(0o755)
    assert checkout.ops("--list", program=lonely).returncode != 0


def test_environment_survives_eval(checkout: Checkout) -> None:
    """A path with blank, quote, per cent and hash comes through; the backend's URL is escaped."""
    given = checkout.environment()
    assert given["VIRTUAL_ENV"] == str(checkout.venv)
    assert given["BEM_PYTHON"] == f"{checkout.venv}/bin/python"
    assert given["PULUMI_STACK"] == "local"
    assert given["PULUMI_BACKEND_URL"].endswith("/a b'c%2520%23d/.ops/local/pulumi")
    assert given["PULUMI_CONFIG_PASSPHRASE_FILE"].startswith(str(checkout.root))
    assert "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK" not in given


def test_second_eval_changes_nothing(checkout: Checkout) -> None:
    """PATH does not grow with each eval."""
    once = checkout.environment()
    assert checkout.environment(PATH=once["PATH"])["PATH"] == once["PATH"]


@pytest.mark.parametrize(
    ("words", "environment", "stack"),
    [
        ((), {}, "local"),
        ((), {"PULUMI_STACK": "two"}, "two"),
        (("--stack", "three"), {"PULUMI_STACK": "two"}, "three"),
        (("--stack=four",), {}, "four"),
    ],
)
def test_stack_is_argument_then_variable_then_default(
    checkout: Checkout, words: tuple[str, ...], environment: dict[str, str], stack: str
) -> None:
    """The nearest word counts, and state and secrets follow it."""
    given = checkout.environment(*words, **environment)
    assert given["PULUMI_STACK"] == stack
    assert f"/.ops/{stack}/" in given["PULUMI_BACKEND_URL"]


@pytest.mark.parametrize("words", [("--stack", "../etc"), ("--stack",), ("--stack=",), ("--stack", "Ä")])
def test_impossible_stack_is_refused(checkout: Checkout, words: tuple[str, ...]) -> None:
    """A name that could leave `.ops` is refused before anything runs."""
    result = checkout.ops("status", *words)
    assert result.returncode == 2
    assert "program=" not in result.stdout
    assert "do:" in result.stderr


def test_toolchain_is_on_path_in_order(checkout: Checkout) -> None:
    """Environment, then CLI, then stand-ins; no BuildKit where there is no buildx."""
    notes = checkout.root / ".ops" / "toolchain.env"
    notes.parent.mkdir()
    notes.write_text("CLI=/opt/pu lumi/bin\nSTANDINS=pulumi-resource-docker\nBUILDX=no\n")
    given = checkout.environment()
    ours = [f"{checkout.venv}/bin", "/opt/pu lumi/bin", f"{checkout.root}/.ops/standins"]
    assert given["PATH"].split(":")[:3] == ours
    assert given["DOCKER_BUILDKIT"] == "0"


def test_official_plugins_leave_no_stand_ins_on_path(checkout: Checkout) -> None:
    """Where all is official, nothing of ours can hide it."""
    notes = checkout.root / ".ops" / "toolchain.env"
    notes.parent.mkdir()
    notes.write_text("CLI=/opt/bin\nSTANDINS=\nBUILDX=yes\n")
    given = checkout.environment()
    assert "standins" not in given["PATH"]
    assert "DOCKER_BUILDKIT" not in given


def test_up_sets_up_first(checkout: Checkout) -> None:
    """Set-up, then the task."""
    output = checkout.ops("up", "--stack", "two").stdout
    programs = [line for line in output.splitlines() if line.startswith(("program=", "words="))]
    assert programs == [
        "program=python",
        "words=-m toolchain.setup",
        "program=invoke",
        "words=up --stack two",
    ]
    assert "stack=local" not in output


@pytest.mark.parametrize("option", ["--dry-run", "--help"])
def test_up_that_only_tells_sets_nothing_up(checkout: Checkout, option: str) -> None:
    """A dry run touches nothing, also not the host."""
    output = checkout.ops("up", option).stdout
    assert "toolchain.setup" not in output
    assert "program=invoke" in output


def test_recover_sets_up_a_host_and_no_stack(checkout: Checkout) -> None:
    """A passphrase that a set-up makes would not be the kit's; a rehearsal sets nothing up."""
    output = checkout.ops("recover", "kit.age", "--stack", "two").stdout
    programs = [line for line in output.splitlines() if line.startswith(("program=", "words="))]
    assert programs == [
        "program=python",
        "words=-m toolchain.setup --without-stack",
        "program=invoke",
        "words=recover kit.age --stack two",
    ]
    assert "toolchain.setup" not in checkout.ops("recover", "kit.age", "--dry-run").stdout


def test_up_stops_when_set_up_fails(checkout: Checkout) -> None:
    """Nothing is deployed onto half a toolchain."""
    result = checkout.ops("up", environment={"FAILING": "python"})
    assert result.returncode == 7
    assert "program=invoke" not in result.stdout


def test_tests_run_after_checks(checkout: Checkout) -> None:
    """Set-up, a browser, checks, then pytest with its own settings."""
    result = checkout.ops("test")
    assert result.returncode == 0
    modules = [line for line in result.stdout.splitlines() if line.startswith("words=-m toolchain.")]
    assert modules == ["words=-m toolchain.setup", "words=-m toolchain.browser"]
    assert "checks: 4 passed, 0 failed" in result.stdout
    assert result.stdout.splitlines()[-1] == "words="


@pytest.mark.parametrize(("words", "bytecode"), [(("test", "-x"), "written"), (("status",), "1")])
def test_tests_keep_bytecode(checkout: Checkout, words: tuple[str, ...], bytecode: str) -> None:
    """Hundreds of processes of a test run share it; for tasks a person's environment counts."""
    result = checkout.ops(*words, environment={"PYTHONDONTWRITEBYTECODE": "1"})
    assert told(result.stdout)["bytecode"] == bytecode


def test_failed_check_stops_the_tests(checkout: Checkout) -> None:
    """The checks are all run, and counted, mypy twice; pytest is not."""
    result = checkout.ops("test", environment={"FAILING": "mypy"})
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1] == "checks: 2 passed, 2 failed"


def test_options_reach_pytest_alone(checkout: Checkout) -> None:
    """With options no set-up and no checks: the loop of someone at work."""
    result = checkout.ops("test", "-k", "stack --stack")
    assert told(result.stdout)["words"] == "-k stack --stack"
    assert result.stdout.count("program=") == 1


def test_without_words_the_launcher_explains_itself(bare: Checkout) -> None:
    """Help needs no environment."""
    result = bare.ops()
    assert "./ops doctor" in result.stdout
    assert not bare.venv.exists()
