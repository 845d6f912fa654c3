"""A Prometheus whose answers a test decides on."""

from services.console.prometheus import Alert, Prometheus, Sample, Series, Silent
from services.console.questions import NOW, OVER


class Oracle(Prometheus):
    """Answers by the key of a question.

    Attributes:
        said: samples by key of `NOW`.
        shown: series by key of `OVER`.
        firing: alerts.
        asked: how many questions there were.
        silent: there is no answer at all.
    """

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, list[Sample]] = {}
        self.shown: dict[str, list[Series]] = {}
        self.firing: list[Alert] = []
        self.asked = 0
        self.silent = False

    async def now(self, query: str) -> list[Sample]:
        """See `Prometheus`."""
        self._count()
        return self.said.get(next(key for key, text in NOW.items() if text == query), [])

    async def over(self, query: str, start: float, end: float, step: float) -> list[Series]:
        """See `Prometheus`."""
        self._count()
        assert 0 < step < end - start
        return self.shown.get(next(key for key, text in OVER.items() if text == query), [])

    async def alerts(self) -> list[Alert]:
        """See `Prometheus`."""
        self._count()
        return self.firing

    def tell(self, key: str, label: str, **values: float | None) -> None:
        """Samples by the value of one label; `_` stands for a hyphen."""
        samples = [Sample({label: name.replace("_", "-")}, value) for name, value in values.items()]
        self.said.setdefault(key, []).extend(samples)

    def _count(self) -> None:
        self.asked += 1
        if self.silent:
            raise Silent("Prometheus does not answer (ConnectError)")
