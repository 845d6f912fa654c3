"""The Docker SDK, imported at first use.

Its import is half of the start, and the engine starts the provider twice for one `pulumi up`. Checks and
comparisons do not ask Docker, so an `up` with nothing to do never imports it. The name of an exception after
`except` is only looked up when something was raised.
"""

import threading
from importlib import import_module
from typing import Any, Final

_ORIGINS: Final = {
    "APIClient": "docker",
    "APIError": "docker.errors",
    "DockerException": "docker.errors",
    "ImageNotFound": "docker.errors",
    "NotFound": "docker.errors",
    "RequestException": "requests.exceptions",
    "exclude_paths": "docker.utils.build",
    "kwargs_from_env": "docker.utils",
}
_LOCK: Final = threading.Lock()
"""Two threads that import parts of a package with cycles at once see halves of it."""


def __getattr__(name: str) -> Any:
    """What the SDK calls so.

    Raises:
        AttributeError: the provider uses nothing of that name.
    """
    if name not in _ORIGINS:
        raise AttributeError(f"{__name__} has no {name}")
    with _LOCK:
        return getattr(import_module(_ORIGINS[name]), name)
