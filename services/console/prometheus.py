"""What Prometheus answers, over mutual TLS: samples of now, series of a while, and the alerts that fire."""

import asyncio
import math
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from services.base.postgres import CERTIFICATES

ADDRESS = "https://prometheus:9090"
SECONDS = 5.0
"""How long one answer may take; a page asks all its questions at once."""

SLOTS = 6
"""Questions at once; Prometheus answers twenty at most."""


class Silent(Exception):  # noqa: N818  # the noun that the page says
    """Prometheus does not answer, or not with what was asked for."""


@dataclass(frozen=True)
class Sample:
    """One value of now; `labels` tell whose."""

    labels: Mapping[str, str]
    value: float | None


@dataclass(frozen=True)
class Series:
    """Values over a while, each with its time in seconds since 1970; what is no number is not there."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Alert:
    """One alert that fires.

    Attributes:
        name: of its rule.
        severity: critical, warning or info.
        about: whom it is about: a service, a job or a repository; may be empty.
        summary: one line.
        description: what to do.
        since: when it began.
    """

    name: str
    severity: str
    about: str
    summary: str
    description: str
    since: datetime


class Prometheus:
    """Asks one Prometheus with the pair that the folder holds now."""

    def __init__(self, address: str = ADDRESS, certificates: Path = CERTIFICATES) -> None:
        self._address, self._folder = address, certificates
        self._generation = Path()
        self._client: httpx.AsyncClient | None = None
        self._slots = asyncio.Semaphore(SLOTS)

    async def now(self, query: str) -> list[Sample]:
        """The answer to a query at this moment.

        Raises:
            Silent: there is none.
        """
        found = await self._asked("query", {"query": query})
        return [Sample(each["metric"], _number(each["value"][1])) for each in found["result"]]

    async def over(self, query: str, start: float, end: float, step: float) -> list[Series]:
        """The answer over a while.

        Args:
            query: in PromQL.
            start: seconds since 1970.
            end: the same.
            step: seconds between two values.

        Raises:
            Silent: there is none.
        """
        asked = {"query": query, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        found = await self._asked("query_range", asked)
        return [Series(each["metric"], _points(each["values"])) for each in found["result"]]

    async def alerts(self) -> list[Alert]:
        """All that fire now, without the one that always does.

        Raises:
            Silent: there is no answer.
        """
        found = await self._asked("alerts", {})
        firing = [each for each in found["alerts"] if each["state"] == "firing"]
        return [_alert(each) for each in firing if each["labels"].get("severity") != "none"]

    async def close(self) -> None:
        """Lets its connections go."""
        if self._client is not None:
            await self._client.aclose()

    async def _asked(self, what: str, parameters: Mapping[str, str]) -> Any:
        try:
            async with self._slots:
                answer = await self._connection().get(f"/api/v1/{what}", params=dict(parameters))
            body = answer.json()
            if body["status"] != "success":
                raise Silent(f"Prometheus refuses a question: {body.get('error', answer.status_code)}")
            return body["data"]
        except (httpx.HTTPError, OSError) as error:
            raise Silent(f"Prometheus does not answer ({type(error).__name__})") from error
        except (ValueError, KeyError, TypeError) as error:
            raise Silent("Prometheus answers what nobody understands") from error

    def _connection(self) -> httpx.AsyncClient:
        """The client of the present pair; after a renewal another one, and the old one's requests end."""
        generation = self._folder.resolve()
        if self._client is None or generation != self._generation:
            context = ssl.create_default_context(cafile=str(generation / "ca.pem"))
            context.load_cert_chain(generation / "cert.pem", generation / "key.pem")
            self._client = httpx.AsyncClient(
                base_url=self._address, verify=context, timeout=SECONDS, trust_env=False
            )
            self._generation = generation
        return self._client


def _number(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _points(values: list[tuple[float, str]]) -> tuple[tuple[float, float], ...]:
    numbers = ((float(at), _number(text)) for at, text in values)
    return tuple((at, number) for at, number in numbers if number is not None)


def _alert(said: Mapping[str, Any]) -> Alert:
    labels, notes = said["labels"], said["annotations"]
    about = next((labels[key] for key in ("service", "repository", "job") if labels.get(key)), "")
    return Alert(
        name=labels["alertname"],
        severity=labels.get("severity", "warning"),
        about=about,
        summary=notes.get("summary", labels["alertname"]),
        description=notes.get("description", ""),
        since=datetime.fromisoformat(said["activeAt"]),
    )
