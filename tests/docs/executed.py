"""Who executes a command of the documents: their own platform test, or a test that is named here."""

from collections.abc import Iterator
from dataclasses import replace

from tests.docs.command import TASK, Command, commands_of
from tests.docs.document import OPERATING, README
from tests.docs.grammar import PARTS

OWN = {*PARTS, "env", "test"}
"""First words of `./ops` that are no tasks."""
READING = {
    "history",
    "preview",
    "status",
    "probe",
    "ps",
    "logs",
    "backup.list",
    "backup.proofs",
    "certs.check",
    "certs.show",
    "token.issue",
    "token.list",
    "drill.list",
    "schedule.list",
}
"""Tasks that leave a stack as it was."""
NEEDING = {
    "restore.undo",
    "restore.forget",
    "schedule.remove",
    "pulse.replay",
    "pulse.drop",
    "certs.acme",
    "recover",
}
"""Tasks that a stack without an earlier restore, that schedule, workers, ACME or a kit refuses."""
HARMLESS = {"--dry-run", "--preview", "--help", "--list", "--due"}
"""Options that make any task leave a new stack as it was: no certificate of it is due."""

LAUNCHER = "tests/setup/test_setup_launcher.py"
OFFLINE = "tests/setup/test_setup_offline.py"
UP = "tests/platform/test_platform_up.py"
FAULTS = "tests/platform/test_platform_faults.py"
DOCS = "tests/platform/test_platform_docs.py"
RESTORE = "tests/platform/test_platform_restore.py"
DRILLS = "tests/drills/test_drill_tasks.py"
REPORT = "tests/drills/test_drill_report.py"
EXEC = "tests/inspection/test_inspection_exec.py"
COMPOSE = "tests/inspection/test_inspection_compose.py"
DAILY = "tests/platform/test_platform_daily.py"
DEPLOY = "tests/platform/test_platform_deploy.py"
ROLLED_OUT = f"{DEPLOY}::test_a_good_image_is_rolled_out_without_a_lost_request"
MORE_OR_NEW = f"{DEPLOY}::test_replicas_are_more_anew_and_fewer_without_a_lost_request"
SCHEMA = f"{DEPLOY}::test_the_schema_goes_back_and_forward"
TRAINED = "tests/platform/test_platform_training.py::test_a_killed_training_ends_as_if_it_had_run_through"
MONITORING = "tests/platform/test_platform_monitoring.py"
PAGE = "tests/tokens/test_status_page.py"
SHELLS = "tests/command_line/test_completion_shell.py"
SCHEDULED_RUN = "tests/platform/test_platform_schedule.py"
SCHEDULES = "tests/schedules/test_schedule_tasks.py"
SCHEDULED = f"{SCHEDULES}::test_backups_are_scheduled_with_what_the_host_has"
FIRED = f"{SCHEDULES}::test_a_failed_job_gives_its_exit_status_and_what_to_do"
UNSCHEDULED = f"{SCHEDULES}::test_schedules_of_backups_go_together_and_drills_stay"
BACK_AND_FORTH = f"{RESTORE}::test_restores_around_each_other_bring_the_right_rows"
MARKED = f"{RESTORE}::test_a_mark_is_come_back_to_exactly"
RECOVERED = "tests/platform/test_platform_recovery.py::test_a_lost_host_comes_back_from_its_kit"
ASKED = "tests/backups/endpoint/test_endpoint_console.py::test_it_says_where_s3_is"
RESCUED = "tests/platform/test_platform_rescue.py::test_a_dropped_table_and_one_with_lost_rows"
VAULT = "tests/images/object_store/test_object_store_vault_task.py::test_the_task_tells_and_undoes_an_attack"
ONE_BACKUP = f"{RESTORE}::test_backup_s_own_end_and_the_other_repository"
BEGUN = "tests/platform/test_platform_store_faults.py"
FLIPPED = "tests/platform/test_platform_damage.py::test_bits_that_flip_in_one_repository"
NAMED = "tests/certs/test_certs_named.py"
CEREMONY = "tests/certs/test_certs_ceremony.py"
ONE_CERTIFICATE = f"{NAMED}::test_person_is_issued_once_and_anew_when_asked"
BUNDLE = f"{NAMED}::test_bundle_opens_with_its_passphrase_alone"
OFFLINE_ROOT = f"{CEREMONY}::test_everything_that_needs_no_root_goes_on_without_it"
CHANGES = "tests/platform/test_platform_certificates.py"
REVOKED = f"{CHANGES}::test_a_withdrawn_certificate_is_refused_everywhere"
ROTATED = f"{CHANGES}::test_cas_are_rotated_under_load"
RENEWED = "tests/schedules/test_schedule_plan.py::test_renewals_are_scheduled"
PULSES = "tests/images/pulse/test_pulse_tasks.py"
OBTAINED = "tests/certs/test_certs_acme_pebble.py::test_the_task_obtains_once_and_says_so"
BACKLOG = f"{PULSES}::test_backlog_of_a_stack"
REPLAYED = f"{PULSES}::test_dead_letters_are_listed_and_replayed_after_the_mend"
DROPPED = f"{PULSES}::test_dead_letters_are_dropped"
UPGRADE = "tests/platform/test_platform_upgrade.py"
REKEYED = "tests/platform/test_platform_passphrase.py::test_repositories_get_another_passphrase"
RETENTION = "tests/platform/test_platform_retention.py::test_less_is_kept"
ELSEWHERE = {
    "./ops env": f"{LAUNCHER}::test_environment_survives_eval",
    "./ops env --stack NAME": f"{LAUNCHER}::test_stack_is_argument_then_variable_then_default",
    "./ops env --stack test": f"{LAUNCHER}::test_stack_is_argument_then_variable_then_default",
    "./ops setup": "tests/setup/test_setup_run.py::test_two_set_ups_at_once_take_turns",
    "./ops doctor": "tests/setup/test_setup_doctor.py::test_parts_are_healthy_or_say_what_to_do",
    "./ops doctor --json --stack NAME": f"{OFFLINE}::test_host_without_a_route_is_set_up_from_a_bundle",
    "./ops doctor --json --stack test": f"{OFFLINE}::test_host_without_a_route_is_set_up_from_a_bundle",
    "./ops setup --offline-bundle FILE": "tests/setup/test_setup_bundle.py::test_content_comes_back",
    "./ops setup --offline-bundle bem.tar": "tests/setup/test_setup_bundle.py::test_content_comes_back",
    "./ops setup --from-bundle FILE": f"{OFFLINE}::test_host_without_a_route_is_set_up_from_a_bundle",
    "./ops setup --from-bundle bem.tar": f"{OFFLINE}::test_host_without_a_route_is_set_up_from_a_bundle",
    "./ops test": f"{LAUNCHER}::test_tests_run_after_checks",
    "./ops test --long": f"{LAUNCHER}::test_options_reach_pytest_alone",
    "./ops test -m 'not platform and not slow'": f"{LAUNCHER}::test_options_reach_pytest_alone",
    "invoke up": f"{UP}::test_a_second_up_changes_nothing",
    "invoke up --stack test": f"{UP}::test_a_second_up_changes_nothing",
    "invoke up --stack test --json": f"{UP}::test_a_second_up_changes_nothing",
    "invoke deploy": ROLLED_OUT,
    "invoke deploy --service api": ROLLED_OUT,
    "invoke deploy --service api --image bem-api:try": ROLLED_OUT,
    "invoke scale api --replicas 3": MORE_OR_NEW,
    "invoke restart api": MORE_OR_NEW,
    "invoke migrate": SCHEMA,
    "invoke migrate --to 0001": SCHEMA,
    "invoke train people --epochs 500": TRAINED,
    "invoke train.jobs": TRAINED,
    "invoke train.sample try --nodes 5000": TRAINED,
    "invoke down --yes": f"{FAULTS}::test_down_keeps_the_data_and_up_brings_it_back",
    "invoke down --destroy-data=test --stack test": "tests/platform/deployment.py::remove",
    "invoke backup": f"{FAULTS}::test_s3_that_does_not_answer",
    "invoke backup --type full --repo s3": f"{DOCS}::test_full_backup_into_one_repository",
    "invoke backup --type full --repo s3 --verify": f"{BEGUN}::test_a_bucket_that_is_lost_is_begun_anew",
    "invoke backup --type full --repo local --verify": FLIPPED,
    "invoke backup.verify": f"{RESTORE}::test_latest_while_a_repository_takes_nothing",
    "invoke backup.verify --repo s3": f"{RESTORE}::test_latest_while_a_repository_takes_nothing",
    "invoke restore --to 2026-11-24T03:10:00+01:00": f"{RESTORE}::restored",
    "invoke restore --backup 20261124-101500F --yes": ONE_BACKUP,
    "invoke backup.mark before-release-7": MARKED,
    "invoke backup.vault": VAULT,
    "invoke backup.vault --renew": VAULT,
    "invoke backup.vault --bring-back 2026-11-24T03:10:00+01:00 --yes": VAULT,
    "invoke backup.marks --json": MARKED,
    "invoke backup.rescue --table items --to-mark before-release-7": RESCUED,
    "invoke restore --to-mark before-release-7": MARKED,
    "invoke database.upgrade --to 18 --rehearse": f"{UPGRADE}::test_a_release_that_is_too_old_or_serves",
    "invoke database.upgrade": f"{UPGRADE}::test_killed_in_each_phase",
    "invoke database.upgrade --to 18": f"{UPGRADE}::test_another_major_version_and_back",
    "invoke backup.passphrase": REKEYED,
    "invoke backup.passphrase --repo s3 --yes": REKEYED,
    "invoke backup.retention": RETENTION,
    "invoke backup.retention --full 2 --diff 3 --yes": RETENTION,
    "invoke backup.endpoint": ASKED,
    "invoke backup.endpoint --to s3.example.org --bucket bem-backups --keys-file keys": RECOVERED,
    "invoke backup.kit": RECOVERED,
    "invoke backup.kit --recipient age1example --output kit.age": RECOVERED,
    "invoke backup.kit --check kit.age --identity operator.key": RECOVERED,
    "invoke recover": RECOVERED,
    "invoke recover KIT": RECOVERED,
    "invoke recover kit.age --identity operator.key": RECOVERED,
    "invoke recover kit.age --identity operator.key --dry-run": RECOVERED,
    "invoke restore --latest": f"{RESTORE}::test_latest_of_a_database_that_was_killed",
    "invoke restore.undo": BACK_AND_FORTH,
    "invoke restore.undo --dry-run": BACK_AND_FORTH,
    "invoke restore.forget 1 --dry-run": BACK_AND_FORTH,
    "invoke restore.forget 1 --yes": BACK_AND_FORTH,
    "invoke certs.acme": OBTAINED,
    "invoke certs.acme --dry-run": OBTAINED,
    "invoke status --watch": f"{DAILY}::test_watched_status_ends_by_ctrl_c",
    "invoke exec api -- id": f"{EXEC}::test_what_is_said_and_how_it_ends",
    "invoke exec database -- psql -d bem -c 'table items limit 1'": f"{EXEC}::test_words_are_handed_on",
    "invoke compose": f"{COMPOSE}::test_compose_takes_the_file",
    "invoke completion": f"{SHELLS}::test_installed_once_and_removed",
    "invoke completion --remove": f"{SHELLS}::test_installed_once_and_removed",
    "invoke certs.init": f"{CEREMONY}::test_init_makes_and_then_finds_the_authority",
    "invoke certs.init --export-root root.age --recipient age1example --remove-root-key": OFFLINE_ROOT,
    "invoke certs.init --new-issuing --root root.age --identity operator.key": OFFLINE_ROOT,
    "invoke certs.issue alice --emails alice@example.org": ONE_CERTIFICATE,
    "invoke certs.issue proxy --profile peer --names proxy.example.org": ONE_CERTIFICATE,
    "invoke certs.export alice --output alice.p12": BUNDLE,
    "invoke certs.revoke alice --reason key_compromise": REVOKED,
    "invoke certs.rotate --ca issuing": ROTATED,
    "invoke certs.rotate --ca root": ROTATED,
    "invoke certs.rotate --ca root --go-on": ROTATED,
    "invoke certs.schedule": RENEWED,
    "invoke certs.import --public --certificate chain.pem --key key.pem": (
        f"{NAMED}::test_import_by_its_task"
    ),
    "invoke drill.report": f"{REPORT}::test_the_command_line",
    "invoke drill.report --name database-volume-lost --open": f"{REPORT}::test_the_command_line",
    "invoke drill.report --open": f"{REPORT}::test_the_command_line",
    "invoke backup.schedule": SCHEDULED,
    "invoke backup.schedule --full '0 3 * * 6' --incr '0 */6 * * *'": SCHEDULED,
    "invoke backup.schedule --remove": UNSCHEDULED,
    "invoke drill.schedule database-volume-lost": UNSCHEDULED,
    "invoke drill.schedule database-volume-lost --cron '30 4 1 * *'": UNSCHEDULED,
    "invoke drill.schedule database-volume-lost --remove": UNSCHEDULED,
    "invoke pulse.status": BACKLOG,
    "invoke pulse.status --json": BACKLOG,
    "invoke pulse.dead": REPLAYED,
    "invoke pulse.dead --limit 0 --json": REPLAYED,
    "invoke pulse.replay --all --dry-run": REPLAYED,
    "invoke pulse.replay --all --yes": REPLAYED,
    "invoke pulse.replay --id 1764072000000-0": REPLAYED,
    "invoke pulse.drop --all --dry-run": DROPPED,
    "invoke pulse.drop --id 1764072000000-0 --yes": DROPPED,
    "invoke schedule.run": f"{SCHEDULED_RUN}::test_a_backup_that_was_missed_is_taken_by_itself",
    "invoke schedule.fire backup-full": FIRED,
    "invoke schedule.remove backup-full": UNSCHEDULED,
    "invoke schedule.remove backup-full --dry-run": UNSCHEDULED,
    "invoke token.page": f"{MONITORING}::test_the_status_page_is_for_operators",
    "invoke token.page --open --minutes 60": f"{PAGE}::test_the_address_is_printed_and_opened",
    "invoke token.rotate": f"{UP}::test_a_new_key_signs_and_old_tokens_stay_good",
    "invoke token.rotate --drop-old": f"{UP}::test_a_new_key_signs_and_old_tokens_stay_good",
    "invoke drill database-volume-lost": f"{DRILLS}::test_a_passed_drill_ends_with_a_table",
}
"""Commands that change something, and the function that executes each."""


def documented() -> Iterator[Command]:
    """Each command of the guide and the README once, tasks by `invoke`; those for any task are left out."""
    seen = set()
    for command in (*commands_of(OPERATING), *commands_of(README)):
        words = command.words
        task = command.program == "./ops" and bool(words) and words[0] not in OWN
        shown = replace(command, program="invoke" if task else command.program)
        if (words or not command.span) and TASK not in words and str(shown) not in seen:
            seen.add(str(shown))
            yield shown


def is_harmless(command: Command) -> bool:
    """Whether a test may execute it on a stack that others use."""
    words = command.words
    if command.program == "./ops" or not words:
        return False
    if words[0] in NEEDING or "--watch" in words:
        return False
    return words[0] in READING or bool(HARMLESS.intersection(words))
