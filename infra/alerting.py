"""Alertmanager's configuration: who is told of what, how soon and how often."""

from typing import Any

from infra.alert_rules import scaled
from infra.sections.monitoring import Monitoring

PASSWORD_FILE = "/run/secrets/smtp-password"  # noqa: S105  # in Alertmanager's container
TOKEN_FILE = "/run/secrets/webhook-token"  # noqa: S105
PEOPLE, POSTED, WATCHDOG, NOBODY = "people", "posted", "watchdog", "nobody"
SUBJECT = (
    "[{{ .Status | toUpper }}] {{ .CommonLabels.severity }} {{ .GroupLabels.alertname }} "
    "({{ .Alerts | len }})"
)

Mapping = dict[str, Any]


def alerting(settings: Monitoring, *, token: bool = False) -> Mapping:
    """The whole file.

    Args:
        settings: of the stack.
        token: whether the webhook is sent a bearer token, which lies in a secret.
    """
    return {
        "route": _route(settings),
        "inhibit_rules": _inhibitions(),
        "receivers": _receivers(settings, token=token),
    }


def _route(settings: Monitoring) -> Mapping:
    """Critical ones come soon and again every hour; a warning twice a day; the rest is posted once a day."""
    pace = settings.patience
    return {
        "receiver": PEOPLE,
        "group_by": ["alertname", "job", "service"],
        **_times(pace, wait="30s", interval="5m", again="12h"),
        "routes": [
            {
                "matchers": ['alertname="Watchdog"'],
                "receiver": WATCHDOG if settings.watchdog_url else NOBODY,
                **_times(pace, wait="1s", interval="1m", again="5m"),
            },
            {"matchers": ['severity="critical"'], **_times(pace, wait="10s", interval="2m", again="1h")},
            {
                "matchers": ['severity="info"'],
                "receiver": POSTED,
                **_times(pace, wait="5m", interval="1h", again="24h"),
            },
        ],
    }


def _times(pace: float, wait: str, interval: str, again: str) -> dict[str, str]:
    return {
        "group_wait": scaled(wait, pace),
        "group_interval": scaled(interval, pace),
        "repeat_interval": scaled(again, pace),
    }


FOLLOWS = (
    ("ErrorBudgetBurnsInDays", "ErrorBudgetBurnsIn(FiveDays|TenDays|AMonth)", ("service", "slo")),
    ("ErrorBudgetBurnsInFiveDays", "ErrorBudgetBurnsIn(TenDays|AMonth)", ("service", "slo")),
    ("ErrorBudgetBurnsInTenDays", "ErrorBudgetBurnsInAMonth", ("service", "slo")),
    ("ServiceDown", "ReplicaMissing", ("job",)),
    ("CacheMemoryFull", "CacheMemoryHigh", ()),
    ("DiskFull", "DiskFilling", ()),
    ("CertificateExpiring", "CertificateRenewal(Due|Late)", ("job",)),
    ("CertificateRenewalLate", "CertificateRenewalDue", ("job",)),
    ("ArchivingStopped", "ArchivingFails", ()),
    ("DatabaseDown", "BackendDown|ClientsNotServed|ServerErrors|Archiving.*|RestorePointLags", ()),
)
"""An alert, those that follow from it and are not told beside it, and in which labels they must agree."""


def _inhibitions() -> list[Mapping]:
    return [
        {
            "source_matchers": [f'alertname="{cause}"'],
            "target_matchers": [f'alertname=~"{effects}"'],
            "equal": list(labels),
        }
        for cause, effects, labels in FOLLOWS
    ]


def _receivers(settings: Monitoring, *, token: bool) -> list[Mapping]:
    posts = [_post(settings.webhook_url, token=token)] if settings.webhook_url else []
    mails = [_mail(settings)] if settings.email_to else []
    receivers: list[Mapping] = [
        {"name": PEOPLE, "webhook_configs": posts, "email_configs": mails},
        {"name": POSTED, "webhook_configs": posts},
        {"name": NOBODY},
    ]
    if settings.watchdog_url:
        receivers.append({"name": WATCHDOG, "webhook_configs": [_post(settings.watchdog_url, token=False)]})
    return receivers


def _post(url: str, *, token: bool) -> Mapping:
    bearer = {"authorization": {"type": "Bearer", "credentials_file": TOKEN_FILE}}
    return {"url": url, "send_resolved": True, "max_alerts": 50, **({"http_config": bearer} if token else {})}


def _mail(settings: Monitoring) -> Mapping:
    login = {"auth_username": settings.smtp_user, "auth_password_file": PASSWORD_FILE}
    return {
        "to": settings.email_to,
        "from": settings.email_from,
        "smarthost": settings.smtp_host,
        "require_tls": settings.smtp_tls,
        "send_resolved": True,
        "headers": {"Subject": SUBJECT},
        **(login if settings.smtp_user else {}),
    }
