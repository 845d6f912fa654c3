"""The front: HAProxy, which speaks TLS for SeaweedFS; new certificates cost no connection."""

import signal
import subprocess

CONFIGURATION = "/srv/object-store/haproxy.cfg"


def start() -> "subprocess.Popen[bytes]":
    """HAProxy as a master and its worker."""
    return subprocess.Popen(["haproxy", "-W", "-db", "-f", CONFIGURATION])


def renew(front: "subprocess.Popen[bytes]") -> None:
    """Makes a new worker with the certificates that are there now; a pair that is no pair changes nothing."""
    front.send_signal(signal.SIGUSR2)


def finish(front: "subprocess.Popen[bytes]") -> None:
    """Takes no more connections; those that there are go on to their end."""
    front.send_signal(signal.SIGUSR1)
