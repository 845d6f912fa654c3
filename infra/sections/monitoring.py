"""Prometheus, Alertmanager, and whom they tell."""

from pydantic import Field, model_validator

from infra.sections.section import EMAIL, URL, Section, Size


class Monitoring(Section):
    """Prometheus, Alertmanager, exporters and the status page."""

    enabled: bool = Field(False, description="whether the stack has it")
    scrape_seconds: int = Field(15, ge=5, le=60, description="seconds between two looks at each target")
    retention_days: int = Field(15, ge=1, le=3650, description="days that figures are kept")
    retention_size: Size = Field("2GB", description="the oldest figures go when all are larger than this")
    patience: float = Field(
        1.0, gt=0, le=10, description="factor on all waiting times of alerts; tests use less"
    )
    webhook_url: str = Field("", pattern=URL, description="where alerts are posted; empty: nowhere")
    watchdog_url: str = Field(
        "", pattern=URL, description="posted to as long as alerts work; its silence is the alarm"
    )
    email_to: str = Field("", pattern=EMAIL, description="whom alerts are mailed to")
    email_from: str = Field("", pattern=EMAIL, description="sender of those mails")
    smtp_host: str = Field(
        "", pattern=r"^([A-Za-z0-9.-]+:[0-9]{1,5})?$", description="mail server, as host:port"
    )
    smtp_user: str = Field("", description="its user; the password is the secret smtp-password")
    smtp_tls: bool = Field(True, description="refuse a mail server that offers no STARTTLS")

    @model_validator(mode="after")
    def _mail_is_whole(self) -> "Monitoring":
        if self.email_to and not (self.email_from and self.smtp_host):
            message = "email_to needs email_from and smtp_host too"
            raise ValueError(message)
        return self
