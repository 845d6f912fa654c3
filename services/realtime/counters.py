"""What Prometheus is told of the channel."""

from prometheus_client import Counter, Gauge

CONNECTIONS = Gauge("bem_realtime_connections", "Open WebSocket connections")
CHANNELS = Gauge("bem_realtime_channels", "Channels that this replica reads")
READER_UP = Gauge("bem_realtime_reader_up", "Whether the reader of the channels reaches Redis")
RECEIVED = Counter("bem_realtime_received", "Messages of clients", ["type"])
SENT = Counter("bem_realtime_sent", "Messages to clients")
ERRORS = Counter("bem_realtime_errors", "Error frames", ["code"])
CLOSES = Counter("bem_realtime_closes", "Connections that ended, by the code that ended them", ["code"])
SLOW = Counter("bem_realtime_slow_clients", "Clients closed because they did not read")

CODES = frozenset(
    {1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 1015, 4401, 4403, 4408}
)
"""Those that have a row of their own; a client may send any."""


def closed(code: int) -> None:
    """Counts the end of a connection."""
    CLOSES.labels(str(code) if code in CODES else "other").inc()
