"""Docker's check of a service: the real thing is asked by `healthy`, most of the time from within."""

from dataclasses import dataclass

SCRIPT = """\
seen=/tmp/healthy
look() {{
  said=$(timeout 5 /usr/local/bin/healthy 2>&1) || {{ rm -f $seen; echo "${{said:-no answer}}"; exit 1; }}
}}
look
if [ -e $seen ]; then for each in $(seq {looks}); do sleep {pause}; look; done; fi
: >$seen
echo "$said"
"""

SECONDS = 15
"""That one check lasts, once a service has been healthy."""


@dataclass(frozen=True)
class Health:
    """A check that tests the real thing; durations as Docker takes them.

    To start a check in a container costs Docker more than most of them do: at one in three seconds and
    service, an idle stack kept a fifth of two cores busy. So a service is asked every second until it is
    healthy, and a check then stays and asks again and again for `SECONDS`; it ends at the first bad answer,
    and Docker asks every second again.

    Attributes:
        pause: seconds between two questions to a healthy service.
        interval: between the end of a check and the next.
        timeout: of a check, all its questions included.
        retries: bad checks in a row after which Swarm replaces the container.
        start_period: in which bad ones do not count.
    """

    pause: int = 5
    interval: str = "1s"
    timeout: str = "60s"
    retries: int = 10
    start_period: str = "60s"

    @property
    def test(self) -> list[str]:
        """The command."""
        return ["CMD-SHELL", SCRIPT.format(looks=max(SECONDS // self.pause, 1), pause=self.pause)]
