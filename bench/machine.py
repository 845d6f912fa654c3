"""What a figure was measured on: cores and memory, and nothing that names the machine."""

import os
from datetime import UTC, datetime

import psutil

GIB = 2**30


def machine() -> str:
    """`2 cores, 24 GiB`."""
    return f"{os.cpu_count() or 1} cores, {round(psutil.virtual_memory().total / GIB)} GiB"


def today() -> str:
    """The date, UTC."""
    return datetime.now(UTC).date().isoformat()
