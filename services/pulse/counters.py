"""What a worker counts, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

PROCESSED = Counter("bem_pulse_processed_total", "Pulses that had their effect.", ("kind",))
DUPLICATES = Counter("bem_pulse_duplicates_total", "Entries whose key had its effect already.")
RETRIES = Counter("bem_pulse_retries_total", "Tries that failed and were repeated.", ("reason",))
DEAD = Counter("bem_pulse_dead_total", "Entries that became dead letters.", ("reason",))
CLAIMED = Counter(
    "bem_pulse_claimed_total", "Entries that were taken over from a worker without a sign of life."
)
UNTOLD = Counter("bem_pulse_untold_total", "Results that subscribers were not told, because Redis was full.")
LAG = Gauge("bem_pulse_lag", "Entries that no worker was given yet.")
PENDING = Gauge("bem_pulse_pending", "Entries that workers were given and have not settled.")
LETTERS = Gauge("bem_pulse_dead_letters", "Dead letters now.")
SECONDS = Histogram(
    "bem_pulse_seconds",
    "Seconds from the acceptance of a pulse to its effect.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
