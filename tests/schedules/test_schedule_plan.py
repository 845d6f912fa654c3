"""What is planned before anything is touched."""

import pytest

from operation.failure import Failure
from schedules import plan


def test_renewals_are_scheduled() -> None:
    """Each night what is due, or at another time; a time that is none is refused."""
    wanted = plan.certificates("", 600)
    assert (wanted.name, wanted.job, wanted.cron) == ("certs-renew", ("certs.renew", "--due"), "40 1 * * *")
    assert plan.certificates("15 4 * * 1", 0).cron == "15 4 * * 1"
    with pytest.raises(Failure):
        plan.certificates("never", 600)
    with pytest.raises(Failure, match="out of range"):
        plan.certificates("", -1)
