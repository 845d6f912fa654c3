"""Zero loss as it is measured: rows from figures, and a standby in the receiver's place."""

from copy import deepcopy
from typing import Any

import pytest

from bench import commits, zero_loss
from bench.command import Ran
from bench.standby import standby_spec
from operation.failure import Failure
from operation.stack import Stack

SPEC: dict[str, Any] = {
    "TaskTemplate": {
        "ContainerSpec": {
            "Image": "sha256:abc",
            "Args": ["receive"],
            "Env": ["PGUSER=bem_receiver"],
            "Labels": {"bem.stack": "here", "bem.role": "wal-receiver"},
            "Mounts": [
                {"Type": "volume", "Source": "here_wal-receiver", "Target": "/wal"},
                {"Type": "volume", "Source": "here_certs-wal-receiver", "Target": "/certs", "ReadOnly": True},
            ],
        },
        "Networks": [{"Target": "n1", "Aliases": ["wal-receiver"]}],
    }
}


def test_each_number_of_clients_stands_beside_both_peers() -> None:
    """In milliseconds; a ratio above one is the price."""
    found = {(whom, count): [1.0] for whom in zero_loss.ORDER for count in zero_loss.CLIENTS}
    found[zero_loss.RECEIVER, 8] = [2.0, 4.0, 3.0]
    rows = list(zero_loss.rows(found))
    assert [(row.what, row.peer) for row in rows] == [
        ("commit with zero loss, 1 client", "without"),
        ("commit with zero loss, 1 client", "synchronous standby"),
        ("commit with zero loss, 8 clients", "without"),
        ("commit with zero loss, 8 clients", "synchronous standby"),
    ]
    assert [row.ratio for row in rows] == [1, 1, 3, 3]
    assert rows[0].measured.unit == "ms"


def test_standby_is_the_receiver_with_a_volume_of_its_own() -> None:
    """Its certificate and its role; neither its volume nor its name in the network."""
    before = deepcopy(SPEC)
    made = standby_spec(SPEC, Stack("here"), "here_standby")
    inner = made["task_template"]["ContainerSpec"]
    assert {each["Source"] for each in inner["Mounts"]} == {"here_certs-wal-receiver", "here_standby"}
    assert inner["Env"] == ["PGUSER=bem_receiver"]
    assert inner["Labels"]["bem.role"] == "standby"
    assert made["task_template"]["Networks"] == [{"Target": "n1"}]
    assert before == SPEC


@pytest.mark.parametrize(("said", "figure"), [("latency average = 0.951 ms\n", 0.951), ("nothing", None)])
def test_latency_is_what_pgbench_says(
    said: str, figure: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that says nothing was not measured."""
    monkeypatch.setattr(commits, "timed", lambda *_: Ran(1.0, 0, said, ""))
    target = type("Target", (), {"id": "x"})()
    if figure is None:
        with pytest.raises(Failure, match="did not say"):
            commits.latency(target, 8, 1)
    else:
        assert commits.latency(target, 8, 1) == figure
