"""What a person is told before clients notice a deployment."""

import pytest

from operation.gap import LOAD_BALANCER, announcement


@pytest.mark.parametrize("operation", ["update", "create-replacement"])
def test_a_replaced_load_balancer_is_announced(operation: str) -> None:
    """Its port has one owner."""
    assert "clients are not answered" in announcement(LOAD_BALANCER, operation)


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        (LOAD_BALANCER, "create"),
        (LOAD_BALANCER, "same"),
        ("load-balancer-configuration", "update"),
        ("service-api", "update"),
    ],
)
def test_other_steps_cost_clients_nothing(name: str, operation: str) -> None:
    """A first deployment has no clients; a configuration is reloaded; replicas change over one by one."""
    assert announcement(name, operation) == ""
