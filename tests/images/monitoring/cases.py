"""What makes each alert fire, and what does not: a value a minute, or in ten minutes from five hours on."""

from dataclasses import dataclass

Series = dict[str, str]
HOURS, DAYS = 60, 1440
GOOD, BAD = (
    'haproxy_backend_http_responses_total{service="api", code="2xx"}',
    'haproxy_backend_http_responses_total{service="api", code="5xx"}',
)
FAST, ALL = (
    'bem_request_seconds_bucket{service="api", route="/items", le="0.3"}',
    'bem_request_seconds_count{service="api", route="/items"}',
)
LAG, PENDING = (
    'redis_stream_group_lag{stream="pulses", group="workers"}',
    'redis_stream_group_messages_pending{stream="pulses", group="workers"}',
)
UP = 'up{job="api", kind="service", instance="1"}'
UP2 = 'up{job="api", kind="service", instance="2"}'
FREE, SIZE = 'node_filesystem_avail_bytes{mountpoint="/"}', 'node_filesystem_size_bytes{mountpoint="/"}'
USED, MOST = "redis_memory_used_bytes", "redis_memory_max_bytes"
AGE = 'bem_repository_backup_age_seconds{repository="s3"}'
PROVEN, GOOD_PROOF = 'bem_proof_age_seconds{repository="s3"}', 'bem_proof_good{repository="s3"}'
MISSING = 'bem_repository_missing_segments{repository="s3"}'
FIRST_MISSING = 'bem_repository_first_missing_segment{repository="s3"}'
WAITS, RECEIVERS = "bem_zero_loss_waits", "bem_zero_loss_receivers"
KIT, STALE = "bem_custody_kit", "bem_custody_kit_stale"
OFF_HOST, REQUIRED = "bem_custody_off_host", "bem_custody_required"
LIFE = 90 * DAYS * 60
"""Seconds that a certificate, or a revocation list, lives with the defaults; promtool's clock starts at 0."""
PUBLIC = 'probe_ssl_last_chain_info{instance="public", issuer="%s"}'
NEXT_UPDATE = 'bem_revocation_list_next_update_seconds{job="api"}'
EXPIRY = 'bem_certificate_not_after_seconds{job="api"}'


@dataclass(frozen=True)
class Case:
    """One alert, and two worlds.

    Attributes:
        alert: its name.
        at: minutes after which it is looked at.
        fires: series of the world in which it has to fire.
        quiet: series of the one in which it must not.
    """

    alert: str
    at: int
    fires: Series
    quiet: Series


def still(value: float) -> str:
    """A gauge that does not move."""
    return f"{value:g}+0x120"


def counted(bad: float, of: float, minutes: int) -> Series:
    """Requests, of which some were errors."""
    return {GOOD: f"0+{of - bad:g}x{minutes}", BAD: f"0+{bad:g}x{minutes}"}


def of_disk(share: float) -> Series:
    """A disk with that share left."""
    return {FREE: still(share * 1000), SIZE: still(1000)}


def of_cache(share: float) -> Series:
    """A Redis that uses that share of its memory."""
    return {USED: still(share * 1000), MOST: still(1000)}


def left(share: float, at: int) -> Series:
    """A certificate that has that share of its life left when it is looked at."""
    return {EXPIRY: f"{share * LIFE + at * 60:.0f}+0x{at}"}


def lists_left(share: float, at: int) -> Series:
    """Revocation lists that have that share of their life left when they are looked at."""
    return {NEXT_UPDATE: f"{share * LIFE + at * 60:.0f}+0x{at}"}


STOPPED = {GOOD: "0+80x80", BAD: "0+20x60 1200+0x20"}
"""Errors that ended a quarter of an hour ago: the long window still has them, the short one has not."""

CASES = (
    Case("ErrorBudgetBurnsInDays", 70, counted(20, 1000, 80), counted(10, 1000, 80)),
    Case("ErrorBudgetBurnsInDays", 75, counted(20, 100, 80), STOPPED),
    Case(
        "ErrorBudgetBurnsInDays", 70, {FAST: "0+80x80", ALL: "0+100x80"}, {FAST: "0+90x80", ALL: "0+100x80"}
    ),
    Case("ErrorBudgetBurnsInFiveDays", 6 * HOURS, counted(7, 1000, 40), counted(5, 1000, 40)),
    Case("ErrorBudgetBurnsInTenDays", DAYS, counted(4, 1000, 150), counted(2, 1000, 150)),
    Case("ErrorBudgetBurnsInAMonth", 3 * DAYS, counted(2, 1000, 440), counted(0.5, 1000, 440)),
    Case("ServiceDown", 5, {UP: still(0)}, {UP: still(1)}),
    Case("ServiceDown", 5, {UP2: "1+0x2 0+0x10"}, {UP2: "0+0x3 1+0x10"}),
    Case("ExporterDown", 10, {}, {'up{job="node-exporter", kind="monitor"}': still(1)}),
    Case("ReplicaMissing", 10, {UP: still(1), UP2: still(0)}, {UP: still(1), UP2: still(1)}),
    Case(
        "ClientsNotServed",
        5,
        {'probe_success{job="probe", instance="load-balancer"}': still(0)},
        {'probe_success{job="probe", instance="load-balancer"}': still(1)},
    ),
    Case(
        "BackendDown",
        5,
        {'haproxy_backend_active_servers{service="api"}': still(0)},
        {'haproxy_backend_active_servers{service="api"}': still(1)},
    ),
    Case("ServerErrors", 15, counted(6, 100, 30), counted(4, 100, 30)),
    Case("DatabaseDown", 5, {"pg_up": still(0)}, {"pg_up": still(1)}),
    Case(
        "DatabaseConnectionsHigh",
        10,
        {'pg_stat_activity_count{state="idle"}': still(85), "pg_settings_max_connections": still(100)},
        {'pg_stat_activity_count{state="idle"}': still(75), "pg_settings_max_connections": still(100)},
    ),
    Case("CacheDown", 5, {"redis_up": still(0)}, {"redis_up": still(1)}),
    Case(
        "CacheDown",
        5,
        {'probe_success{job="probe", instance="cache"}': still(0)},
        {'probe_success{job="probe", instance="cache"}': still(1), "redis_up": still(1)},
    ),
    Case("CacheMemoryHigh", 10, of_cache(0.85), of_cache(0.75)),
    Case("CacheMemoryFull", 5, of_cache(0.97), of_cache(0.9)),
    Case("PulseBacklog", 15, {LAG: still(900), PENDING: still(200)}, {LAG: still(900), PENDING: still(50)}),
    Case(
        "PulseDeadLetters",
        5,
        {'redis_stream_length{stream="pulses:dead"}': still(1)},
        {'redis_stream_length{stream="pulses:dead"}': still(0)},
    ),
    Case("DiskFilling", 15, of_disk(0.14), of_disk(0.16)),
    Case("DiskFull", 5, of_disk(0.06), of_disk(0.08)),
    Case(
        "MemoryLow",
        15,
        {"node_memory_MemAvailable_bytes": still(90), "node_memory_MemTotal_bytes": still(1000)},
        {"node_memory_MemAvailable_bytes": still(110), "node_memory_MemTotal_bytes": still(1000)},
    ),
    Case("BackupOld", 20, {AGE: still(27 * 3600)}, {AGE: still(25 * 3600)}),
    Case("BackupOld", 20, {AGE: "NaN+0x30"}, {AGE: still(0)}),
    Case(
        "BackupNotProven",
        70,
        {PROVEN: still(169 * 3600), GOOD_PROOF: still(1)},
        {PROVEN: still(167 * 3600), GOOD_PROOF: still(1)},
    ),
    Case(
        "BackupNotProven",
        70,
        {PROVEN: still(3600), GOOD_PROOF: still(0)},
        {PROVEN: still(3600), GOOD_PROOF: still(1)},
    ),
    Case("BackupNotProven", 70, {AGE: still(60)}, {AGE: still(60), GOOD_PROOF: still(1)}),
    Case("BackupNotProven", 70, {AGE: still(60)}, {AGE: "NaN+0x120"}),
    Case(
        "RepositorySilent",
        10,
        {'bem_repository_answers{repository="s3"}': still(0)},
        {'bem_repository_answers{repository="s3"}': still(1)},
    ),
    Case("ZeroLossOff", 2, {WAITS: still(0), RECEIVERS: still(1)}, {WAITS: still(1), RECEIVERS: still(1)}),
    Case("CommitsWait", 2, {WAITS: still(1), RECEIVERS: still(0)}, {WAITS: still(1), RECEIVERS: still(1)}),
    Case("CommitsWait", 2, {WAITS: still(1), RECEIVERS: still(0)}, {WAITS: still(0), RECEIVERS: still(0)}),
    Case(
        "RestorePointLags",
        5,
        {'bem_repository_wal_age_seconds{repository="s3"}': still(70)},
        {'bem_repository_wal_age_seconds{repository="s3"}': still(50)},
    ),
    Case("WalMissing", 5, {MISSING: still(2), FIRST_MISSING: still(77)}, {MISSING: still(0)}),
    Case(
        "WalMissing",
        5,
        {MISSING: still(2), FIRST_MISSING: still(77)},
        {MISSING: still(2), FIRST_MISSING: "77+1x120"},
    ),
    Case(
        "ArchivingStopped",
        5,
        {"pg_stat_archiver_last_archive_age": still(90)},
        {"pg_stat_archiver_last_archive_age": still(50)},
    ),
    Case(
        "ArchivingFails",
        25,
        {"pg_stat_archiver_failed_count": "0+1x60"},
        {"pg_stat_archiver_failed_count": "5+0x60"},
    ),
    Case(
        "BackupsNotObserved",
        10,
        {'bem_repository_seen_age_seconds{repository="s3"}': still(300)},
        {'bem_repository_seen_age_seconds{repository="s3"}': still(150)},
    ),
    Case("RecoveryKitAges", 70, {STALE: still(1), REQUIRED: still(0)}, {STALE: still(0), REQUIRED: still(0)}),
    Case("RecoveryKitAges", 70, {STALE: still(1)}, {STALE: still(1), REQUIRED: still(1)}),
    Case(
        "RecoveryKitStale",
        70,
        {STALE: still(1), KIT: still(1), REQUIRED: still(1)},
        {STALE: still(0), KIT: still(1), REQUIRED: still(1)},
    ),
    Case(
        "RecoveryKitStale",
        70,
        {STALE: still(0), KIT: still(0), REQUIRED: still(1)},
        {STALE: still(0), KIT: still(0), REQUIRED: still(0)},
    ),
    Case(
        "BackupsOnThisHost",
        70,
        {OFF_HOST: still(0), REQUIRED: still(1)},
        {OFF_HOST: still(1), REQUIRED: still(1)},
    ),
    Case(
        "BackupsOnThisHost",
        70,
        {OFF_HOST: still(0), REQUIRED: still(1)},
        {OFF_HOST: still(0), REQUIRED: still(0)},
    ),
    Case("CertificateRenewalDue", 27 * HOURS, left(0.3, 27 * HOURS), left(0.4, 27 * HOURS)),
    Case("CertificateRenewalLate", 2 * HOURS, left(0.15, 120), left(0.2, 120)),
    Case("CertificateExpiring", 10, left(0.08, 10), left(0.1, 10)),
    Case(
        "CertificateExpiring",
        10,
        {'probe_ssl_earliest_cert_expiry{job="probe", instance="cache"}': still(3600)},
        {'probe_ssl_earliest_cert_expiry{job="probe", instance="cache"}': still(LIFE)},
    ),
    Case(
        "CertificateExpiring",
        10,
        {'bem_repository_certificate_not_after_seconds{repository="s3"}': still(3600)},
        {'bem_repository_certificate_not_after_seconds{repository="s3"}': still(LIFE)},
    ),
    Case(
        "CertificateRenewalFailed",
        5,
        {"bem_renewal_succeeded": still(0)},
        {"bem_renewal_succeeded": still(1)},
    ),
    Case("RevocationListAges", 2 * HOURS, lists_left(0.3, 120), lists_left(0.4, 120)),
    Case("RevocationListExpiring", 10, lists_left(0.08, 10), lists_left(0.1, 10)),
    Case(
        "PublicCertificateIsOurOwn",
        70,
        {PUBLIC % "CN=BEM local issuing CA,O=BEM local": still(1)},
        {PUBLIC % "CN=R12,O=Let's Encrypt,C=US": still(1)},
    ),
    Case(
        "PublicCertificateExpiring",
        10,
        {'probe_ssl_earliest_cert_expiry{instance="public"}': still(3600)},
        {'probe_ssl_earliest_cert_expiry{instance="public"}': still(3 * DAYS * 60)},
    ),
    Case(
        "RulesFail",
        15,
        {"prometheus_rule_evaluation_failures_total": "0+1x30"},
        {"prometheus_rule_evaluation_failures_total": "3+0x30"},
    ),
    Case(
        "AlertsNotDelivered",
        10,
        {"prometheus_notifications_errors_total": "0+1x30"},
        {
            "prometheus_notifications_errors_total": "3+0x30",
            "prometheus_notifications_alertmanagers_discovered": still(1),
        },
    ),
    Case(
        "AlertsNotDelivered",
        10,
        {"prometheus_notifications_alertmanagers_discovered": still(0)},
        {"prometheus_notifications_alertmanagers_discovered": still(1)},
    ),
    Case(
        "NotificationsFail",
        15,
        {'alertmanager_notifications_failed_total{integration="webhook"}': "0+1x30"},
        {'alertmanager_notifications_failed_total{integration="webhook"}': "3+0x30"},
    ),
    Case(
        "FiguresRefused",
        15,
        {"prometheus_target_scrapes_exceeded_sample_limit_total": "0+1x30"},
        {"prometheus_target_scrapes_exceeded_sample_limit_total": "3+0x30"},
    ),
)
