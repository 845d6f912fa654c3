"""The stack's file: what it may say, and how it is refused."""

import subprocess
from typing import Any

import pytest
import yaml

from infra.settings import Settings, settings_from
from operation.failure import Failure
from operation.stack import ROOT


def refused(config: dict[str, Any]) -> Failure:
    """What is said of a configuration that must not be taken."""
    with pytest.raises(Failure) as caught:
        settings_from(config, "Pulumi.x.yaml")
    return caught.value


def test_nothing_given_means_the_defaults() -> None:
    """Every key may be left out."""
    assert settings_from({}, "Pulumi.x.yaml") == Settings()


def test_the_committed_file_shows_every_key_with_its_default() -> None:
    """`Pulumi.local.yaml` is manual and test input at once, so it must name each key, and its default."""
    config = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text())["config"]
    shown = {key.removeprefix("bem:"): sorted(section) for key, section in config.items()}
    assert shown == {
        name: sorted(type(section).model_fields)
        for name, section in Settings()
        if name in Settings.model_fields
    }


def test_the_committed_file_belongs_to_no_host() -> None:
    """Set-up adds `encryptionsalt` for the passphrase of its host; committed, no other host could set up."""
    argv = ["git", "-C", str(ROOT), "show", "HEAD:Pulumi.local.yaml"]
    shown = subprocess.run(argv, capture_output=True, text=True, check=False)
    if shown.returncode != 0:
        pytest.skip("no checkout by git")
    assert "config:" in shown.stdout
    assert "encryptionsalt" not in shown.stdout


def test_an_unknown_key_is_refused_with_what_was_probably_meant() -> None:
    """File, path, consequence and fix are in the words; the exit status is that of bad input."""
    failure = refused({"bem:api": {"replica": 3}})
    assert failure.exit_code == 2
    assert "Pulumi.x.yaml: bem:api.replica: unknown key; did you mean 'replicas'?" in failure.what
    assert failure.meaning == "nothing was changed."
    assert "docs/operating.md" in failure.remedy


def test_a_key_that_resembles_none_gets_the_list() -> None:
    """Nothing is guessed."""
    assert "known here: replicas, pool_size" in refused({"bem:api": {"zzz": 3}}).what


def test_an_unknown_section_is_refused() -> None:
    """A whole section is a key, too."""
    assert "bem:database_: unknown key; did you mean 'database'?" in refused({"bem:database_": {}}).what


def test_another_project_is_refused_and_pulumi_itself_is_not() -> None:
    """`pulumi:tags` is Pulumi's own business."""
    assert "aws:region" in refused({"aws:region": "x"}).what
    assert settings_from({"pulumi:tags": {"a": "b"}}, "f") == Settings()


def test_values_as_pulumi_passes_them_are_taken() -> None:
    """Objects arrive as JSON text in the program."""
    assert settings_from({"bem:api": '{"replicas": 5}'}, "f").api.replicas == 5


def test_text_that_begins_like_json_and_is_none_is_refused() -> None:
    """No traceback for a missing brace."""
    assert "bem:api: this is no JSON" in refused({"bem:api": '{"replicas": 5'}).what


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"bem:load_balancer": {"https_port": 0}}, "bem:load_balancer.https_port"),
        ({"bem:load_balancer": {"https_port": 8080}}, "must differ"),
        ({"bem:certificates": {"addresses": ["localhost"]}}, "bem:certificates"),
        ({"bem:certificates": {"leaf_days": 400}}, "bem:certificates.leaf_days"),
        ({"bem:database": {"generation": 2, "kept": [2]}}, "cannot be listed in kept"),
        ({"bem:database": {"shared_buffers": "lots"}}, "bem:database.shared_buffers"),
        ({"bem:object_store": {"bucket": "ab"}}, "bem:object_store.bucket"),
        ({"bem:api": 3}, "bem:api"),
        ({"bem:backups": {"nice": -1}}, "bem:backups.nice"),
        ({"bem:backups": {"bandwidth": 5000}}, "bem:backups.bandwidth"),
    ],
)
def test_values_out_of_range_are_refused_by_their_path(config: dict[str, Any], words: str) -> None:
    """Each error says where it is."""
    assert words in refused(config).what


def test_every_error_is_told_at_once() -> None:
    """Nobody corrects a file one error at a time."""
    failure = refused({"bem:api": {"replicas": 0}, "bem:backups": {"retention_full": 0}})
    assert len(failure.what.splitlines()) == 2


def test_a_generation_s_number_is_never_given_twice() -> None:
    """Forgotten ones count, too."""
    database = settings_from(
        {"bem:database": {"generation": 3, "kept": [1], "last_generation": 7}}, "f"
    ).database
    assert (database.next_generation, database.declared) == (8, (1, 3))
