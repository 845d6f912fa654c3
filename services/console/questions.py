"""What Prometheus is asked for the page, in PromQL."""

from collections.abc import Mapping

OWN = 'route!~"/healthz|/readyz|/metrics"'
SERVED = 'haproxy_backend_http_responses_total{service!=""}'
FAILED = 'haproxy_backend_http_responses_total{service!="", code="5xx"}'


OTHERS = 'job="probe", instance=~"cache|object-store"'
BY_NAME = '"job", "$1", "instance", "(.*)"'
LOOKED_AT = f"""
label_replace(up{{job="database-exporter"}}, "job", "database", "", "")
or label_replace(up{{{OTHERS}}}, {BY_NAME})
"""
ANSWERING = f"""
label_replace(min(pg_up), "job", "database", "", "")
or label_replace(probe_success{{{OTHERS}}}, {BY_NAME})
"""
"""What gives no figures by itself is known by those who ask it, and is listed whether it answers or not."""


def quantile(share: float) -> str:
    """Seconds of each service's requests, or of its WebSocket messages until they are delivered."""
    requests = f"sum by (service, le) (rate(bem_request_seconds_bucket{{{OWN}}}[5m]))"
    messages = "sum by (service, le) (rate(bem_realtime_delivery_seconds_bucket[5m]))"
    return f"histogram_quantile({share}, {requests} or {messages})"


NOW: Mapping[str, str] = {
    "wanted": f"bem:wanted:replicas or max by (job) ({LOOKED_AT}) * 0 + 1",
    "up": f"bem:up:replicas or min by (job) ({ANSWERING})",
    "rate": f"sum by (service) (rate({SERVED}[5m]))",
    "errors": f"sum by (service) (rate({FAILED}[5m])) / sum by (service) (rate({SERVED}[5m]))",
    "median": quantile(0.5),
    "slow": quantile(0.99),
    "answers": "max by (repository) (bem_repository_answers)",
    "segment_age": "max by (repository) (bem_repository_wal_age_seconds)",
    "backup_age": "max by (repository) (bem_repository_backup_age_seconds)",
    "segment_wanted": "bem:wanted:restore_point_seconds",
    "not_after": "bem:certificate:not_after_seconds",
    "life": "bem:wanted:certificate_life_seconds",
    "drill_ended": "max by (runbook) (bem_drill_ended_seconds)",
    "drill_passed": "max by (runbook) (bem_drill_passed)",
    "drill_rto": "max by (runbook) (bem_drill_rto_seconds)",
    "drill_rto_objective": "max by (runbook) (bem_drill_rto_objective_seconds)",
    "drill_rpo": "max by (runbook) (bem_drill_rpo_seconds)",
    "drill_rpo_objective": "max by (runbook) (bem_drill_rpo_objective_seconds)",
}
"""What is asked of this moment."""

OVER: Mapping[str, str] = {key: NOW[key] for key in ("rate", "slow", "errors", "segment_age")}
"""What is asked of a while, as curves."""
