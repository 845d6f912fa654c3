"""The docker provider as a program: serves until the engine that started it ends."""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

from toolchain.language_host import stubs

stubs.hollow("pulumi", "pulumi.runtime")

import grpc  # noqa: E402  # the hollow SDK comes first
from pulumi.runtime.proto import provider_pb2_grpc  # noqa: E402  # needs it

from toolchain.provider.server import Provider  # noqa: E402  # needs it

WORKERS = 64
"""Requests at once: the engine's own limit is four times the cores, and waits cost nothing."""
LARGEST = 400 * 1024 * 1024
"""Bytes of one message, as Pulumi's own limit."""
LOOK_SECONDS = 1.0


def main() -> NoReturn:
    """Print the port, serve, and end with the engine or by SIGTERM.

    The engine waits for the end, and taking the interpreter apart would be most of it: so the process leaves
    at once when what was begun has ended.
    """
    stop = threading.Event()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    limits = [("grpc.max_receive_message_length", LARGEST), ("grpc.max_send_message_length", LARGEST)]
    workers = ThreadPoolExecutor(WORKERS)
    server = grpc.server(workers, options=limits)
    provider = Provider(sys.argv[1] if len(sys.argv) > 1 else "", stop)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    parent = os.getppid()
    while not ended.wait(LOOK_SECONDS) and os.getppid() == parent:
        pass
    stop.set()
    server.stop(grace=LOOK_SECONDS).wait()
    workers.shutdown()
    if os.getppid() == parent:
        provider.close()
    os._exit(0)


if __name__ == "__main__":
    main()
