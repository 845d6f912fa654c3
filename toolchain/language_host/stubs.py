"""The SDK's gRPC stubs without the SDK, whose import takes longer than all the rest of the host's start."""

import importlib.util
import sys


def hollow(*names: str) -> None:
    """Lets modules below these packages be imported without running the packages' own code.

    Args:
        names: packages that are not imported yet, outer ones first.
    """
    for name in names:
        spec = importlib.util.find_spec(name)
        if spec is not None:
            sys.modules[name] = importlib.util.module_from_spec(spec)
