"""`pulumi-language-python [--tracing ENDPOINT] [--logtostderr] [-v=N] ENGINE`, as the engine starts it."""

import argparse
import sys

from toolchain.language_host import stubs

stubs.hollow("pulumi", "pulumi.runtime")

from toolchain.language_host import server  # noqa: E402  # needs the hollow SDK


def engine_address(arguments: list[str]) -> str:
    """Where the engine listens: the last argument; the flags before it are for logs that we do not write."""
    parser = argparse.ArgumentParser("pulumi-language-python", description=__doc__, allow_abbrev=False)
    parser.add_argument("--tracing", "-tracing", default="")
    parser.add_argument("--logtostderr", action="store_true")
    parser.add_argument("-v", default="0")
    parser.add_argument("engine", nargs="?", default="")
    return str(parser.parse_args(arguments).engine)


if __name__ == "__main__":
    server.serve(engine_address(sys.argv[1:]))
