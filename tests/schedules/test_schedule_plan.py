"""What is planned before anything is touched."""

import pytest

from operation.failure import Failure
from schedules import plan


def test_a_proof_follows_each_backup() -> None:
    """Unless somebody does not want it; times and types are the same either way."""
    jobs = {each.name: each.job for each in plan.backups("", "", "", 600)}
    assert jobs["backup-full"] == ("backup", "--type", "full", "--verify")
    assert jobs["backup-incr"][-1] == "--verify"
    without = plan.backups("", "15 4 * * *", "", 0, verify=False)
    assert [(each.name, each.job) for each in without] == [("backup-diff", ("backup", "--type", "diff"))]


def test_renewals_are_scheduled() -> None:
    """Each night what is due, or at another time; a time that is none is refused."""
    wanted = plan.certificates("", 600)
    assert (wanted.name, wanted.job, wanted.cron) == ("certs-renew", ("certs.renew", "--due"), "40 1 * * *")
    assert plan.certificates("15 4 * * 1", 0).cron == "15 4 * * 1"
    with pytest.raises(Failure):
        plan.certificates("never", 600)
    with pytest.raises(Failure, match="out of range"):
        plan.certificates("", -1)
