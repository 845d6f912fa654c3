"""Whether a service runs as it was told to, why not, and what an interrupted run leaves."""

import pytest
from docker.errors import APIError

from tests.toolchain.provider.swarm_stub import OLD, TEMPLATE, Swarm, refusal, task
from toolchain.provider.convergence import Standing, Verdict, Wanted, converge, is_stuck, judge, timeout_of
from toolchain.provider.diagnosis import diagnose, last_check
from toolchain.provider.failure import Cancelled
from toolchain.provider.service_birth import MARK, born, grown
from toolchain.provider.service_change import applied
from toolchain.provider.task import Task, culprit

SPEC = {
    "Name": "app",
    "Labels": {"a": "b"},
    "TaskTemplate": TEMPLATE,
    "Mode": {"Replicated": {"Replicas": 1}},
}
Raw = dict[str, object]


def _wanted(replicas: int = 1, *, announced: bool = False, seconds: float = 0) -> Wanted:
    return Wanted("service1", TEMPLATE, replicas, announced, seconds)


def _standing(*tasks: Raw, update: str = "") -> Standing:
    return Standing.parse({"UpdateStatus": {"State": update, "Message": "why"} if update else None}, tasks)


@pytest.mark.parametrize(
    ("standing", "wanted", "verdict"),
    [
        (_standing(task()), _wanted(), Verdict.CONVERGED),
        (_standing(task(number=1), task(number=2)), _wanted(2), Verdict.CONVERGED),
        (_standing(), _wanted(0), Verdict.CONVERGED),
        (_standing(task(), update="completed"), _wanted(announced=True), Verdict.CONVERGED),
        (_standing(task(), task("shutdown", desired="shutdown", spec=OLD)), _wanted(), Verdict.CONVERGED),
        (_standing(task()), _wanted(announced=True), Verdict.WAITING),
        (_standing(task()), _wanted(2), Verdict.WAITING),
        (_standing(task(number=1), task(number=2)), _wanted(1), Verdict.WAITING),
        (_standing(task("starting")), _wanted(), Verdict.WAITING),
        (_standing(task(), task(spec=OLD, number=2)), _wanted(), Verdict.WAITING),
        (_standing(task(spec=OLD)), _wanted(), Verdict.WAITING),
        (_standing(task(), update="updating"), _wanted(), Verdict.WAITING),
        (_standing(task(), update="paused"), _wanted(), Verdict.GIVEN_UP),
        (_standing(task(spec=OLD), update="rollback_started"), _wanted(), Verdict.GIVEN_UP),
        (_standing(task(spec=OLD), update="rollback_completed"), _wanted(), Verdict.GIVEN_UP),
    ],
)
def test_judgements(standing: Standing, wanted: Wanted, verdict: Verdict) -> None:
    """Only tasks of the wanted specification count, all of them, and Swarm's word against them."""
    assert judge(standing, wanted) is verdict


def test_placement_alone_makes_no_new_tasks() -> None:
    """Swarm leaves tasks alone that still fit, so they count as made from the new specification."""
    moved = {**TEMPLATE, "Placement": {"Constraints": ["node.role==manager"]}, "Runtime": "container"}
    assert Task.parse(task()).made_from(moved)
    assert not Task.parse(task(spec=OLD)).made_from(moved)


@pytest.mark.parametrize(
    ("standing", "stuck"),
    [
        (_standing(task("starting")), False),
        (_standing(task("preparing", desired="ready")), False),
        (_standing(task("failed", desired="shutdown"), update="updating"), False),
        (_standing(task("failed", desired="shutdown")), True),
        (_standing(task("complete")), True),
        (_standing(task(spec=OLD), update="paused"), True),
    ],
)
def test_only_a_stuck_service_is_started_anew(standing: Standing, stuck: bool) -> None:
    """A service that still starts is not disturbed; one whose tasks have ended for good is."""
    assert is_stuck(standing, _wanted()) is stuck


def test_waiting_ends_with_the_service_or_with_the_time() -> None:
    """A running service converges at the first look; one that does not run is still waited for at the end."""
    assert converge(Swarm(SPEC, [task()]).call(), _wanted(seconds=5))[0] is Verdict.CONVERGED
    assert converge(Swarm(SPEC, [task("starting")]).call(), _wanted())[0] is Verdict.WAITING


def test_waiting_ends_with_a_cancellation() -> None:
    """The engine's cancellation is heard within a look."""
    call = Swarm(SPEC, [task("starting")]).call()
    call.stop.set()
    with pytest.raises(Cancelled):
        converge(call, _wanted(seconds=60))


def test_time_to_converge() -> None:
    """Given, the official default, and none when the program does not ask."""
    assert timeout_of({"convergeConfig": {"timeout": "90s"}}) == 90
    assert timeout_of({"convergeConfig": {}}) == 180
    assert timeout_of({}) is None


def test_diagnosis_of_a_crash() -> None:
    """The newest failed task's own error, exit code and last lines."""
    tasks = [
        task("failed", error="older", number=1),
        task("failed", error="task: non-zero exit (7)", code=7, number=2),
        task("failed", error="not ours", spec=OLD, number=3),
    ]
    swarm = Swarm(SPEC, tasks)
    standing = Standing.parse(swarm.inspect_service(""), tasks)
    assert diagnose(swarm.call(), "app", Verdict.WAITING, standing, _wanted(seconds=4)) == (
        "Service app did not converge within 4 s: 0 of 1 tasks run as specified.\n"
        "  task app.2 is failed: task: non-zero exit (7) (exit code 7)\n"
        "  last log lines:\n"
        "    | first line\n"
        "    | last line"
    )


def test_diagnosis_of_a_failing_health_check() -> None:
    """What the check itself said last; passed checks say nothing."""
    swarm = Swarm(SPEC, [task("starting")], update="paused")
    swarm.health = [{"ExitCode": 3, "Output": "cold\n"}, {"ExitCode": 0, "Output": "warm"}]
    standing = Standing.parse(swarm.inspect_service(""), swarm.task_list)
    said = diagnose(swarm.call(), "app", Verdict.GIVEN_UP, standing, _wanted())
    assert said.startswith("Service app: Swarm's update is paused (by Swarm); 0 of 1 tasks run as specified.")
    assert "task app.1 is starting: no error, not healthy yet" in said
    assert "    | exit code 3\n    | cold" in said
    assert last_check({"Health": {"Log": [{"ExitCode": 0, "Output": "warm"}]}}) == []


def test_diagnosis_without_the_container() -> None:
    """A container that is gone or runs elsewhere: the service's log; no task at all: a hint."""
    swarm = Swarm(SPEC, [task("failed", error="no suitable node")])
    swarm.containers_gone = True
    standing = Standing.parse(swarm.inspect_service(""), swarm.task_list)
    assert "from another host" in diagnose(swarm.call(), "app", Verdict.WAITING, standing, _wanted())
    assert "no task of this specification" in diagnose(
        swarm.call(), "app", Verdict.WAITING, _standing(), _wanted()
    )


def test_culprit_is_the_newest_with_an_error() -> None:
    """Errors come first, then whatever does not run; running tasks are nobody's fault."""
    tasks = [Task.parse(task("failed", error="x", number=1)), Task.parse(task("starting", number=2))]
    assert culprit(tasks, TEMPLATE) == tasks[0]
    assert culprit(tasks[1:], TEMPLATE) == tasks[1]
    assert culprit([Task.parse(task())], TEMPLATE) is None


def test_a_new_service_is_marked_until_it_runs() -> None:
    """The label with the URN is there from the start, and goes without another change."""
    swarm = Swarm(None, [])
    identity = born(swarm.call(), SPEC)
    assert swarm.sent[0]["labels"] == {"a": "b", MARK: "urn:mine"}
    grown(swarm.call(), identity, dict(SPEC))
    assert swarm.sent[1]["labels"] == {"a": "b"}
    assert swarm.sent[1]["task_template"] == swarm.sent[0]["task_template"]


def test_a_half_made_service_is_taken_up_again() -> None:
    """By the resource that began it; the person is told."""
    swarm = Swarm({**SPEC, "Name": "app", "Labels": {MARK: "urn:mine"}}, [])
    assert born(swarm.call(), SPEC) == "service1"
    assert swarm.sent[0]["labels"] == {"a": "b", MARK: "urn:mine"}
    assert "half-made" in swarm.said[0]


@pytest.mark.parametrize("labels", [{}, {MARK: "urn:another"}, {"a": "b"}])
def test_another_owners_service_is_never_taken(labels: dict[str, str]) -> None:
    """Neither a finished one nor another resource's half-made one."""
    swarm = Swarm({**SPEC, "Labels": labels}, [])
    with pytest.raises(APIError, match="conflicts"):
        born(swarm.call(), SPEC)
    assert swarm.sent == []


def test_a_version_that_moved_on_is_looked_at_again() -> None:
    """Swarm writes into a service while it updates it; another refusal is not tried again."""
    swarm = Swarm(dict(SPEC), [])
    swarm.refusals = [refusal(500, "rpc error: update out of sequence")]
    before, after, spec = applied(swarm.call(), "service1", lambda _: {**SPEC, "Labels": {}})
    assert (before["Spec"]["Labels"], after["Spec"]["Labels"], spec["Labels"]) == ({"a": "b"}, {}, {})
    swarm.refusals = [refusal(400, "invalid")]
    with pytest.raises(APIError, match="invalid"):
        applied(swarm.call(), "service1", lambda _: dict(SPEC))
