"""When what a replica serves runs out: its certificate, and the revocation lists that it asks."""

import os
from datetime import UTC
from pathlib import Path

from cryptography import x509
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.base.postgres import CERTIFICATES
from services.base.revocation import lists

SERVICE = os.environ.get("SERVICE", "bem")


class CertificateDates(Collector):
    """When the certificate that this replica shows runs out, in seconds since 1970."""

    def __init__(self, folder: Path = CERTIFICATES) -> None:
        self._folder = folder

    def collect(self) -> list[GaugeMetricFamily]:
        """Reads the certificate that new handshakes are served with; nothing where there is none."""
        try:
            leaf = x509.load_pem_x509_certificate((self._folder / "cert.pem").read_bytes())
        except (OSError, ValueError):
            return []
        family = _family("bem_certificate_not_after_seconds", "End of the served certificate's life.")
        family.add_metric([SERVICE], leaf.not_valid_after_utc.timestamp())
        return [family]


class ListDates(Collector):
    """When the first of the revocation lists runs out, in seconds since 1970: from then on nobody gets in."""

    def __init__(self, folder: Path = CERTIFICATES) -> None:
        self._folder = folder

    def collect(self) -> list[GaugeMetricFamily]:
        """Reads the lists that new handshakes are judged by; nothing where there are none."""
        try:
            ends = [each.next_update_utc for each in lists(self._folder)]
        except (OSError, ValueError):
            return []
        known = [each.astimezone(UTC).timestamp() for each in ends if each is not None]
        if not known:
            return []
        family = _family("bem_revocation_list_next_update_seconds", "End of the first list's life.")
        family.add_metric([SERVICE], min(known))
        return [family]


def _family(name: str, words: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, labels=["service"])
