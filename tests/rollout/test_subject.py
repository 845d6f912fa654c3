import pytest

from operation.failure import Failure
from operation.stack import Stack
from rollout.subject import chosen

ALL = Stack("try", given={})
SMALL = Stack("try", given={"bem:realtime": {"enabled": False}, "bem:pulse": {"enabled": False}})


def test_no_name_means_every_service_without_state() -> None:
    """In the order in which they change; those that the stack does not have are not there."""
    assert [party.role for party in chosen(ALL, "").parties] == ["api", "realtime", "pulse"]
    assert [party.role for party in chosen(SMALL, "").parties] == ["api"]


@pytest.mark.parametrize("name", ["database", "load-balancer", "apy", "migrations"])
def test_what_cannot_be_rolled_out_is_refused(name: str) -> None:
    """Services with state change by `up`; the message names those that can be meant."""
    with pytest.raises(Failure) as refused:
        chosen(ALL, name)
    assert refused.value.exit_code == 2
    assert "api, realtime, pulse" in refused.value.remedy


def test_an_image_needs_its_service() -> None:
    """One image for all services is never meant."""
    with pytest.raises(Failure) as refused:
        chosen(ALL, "", "bem-api:try")
    assert refused.value.exit_code == 2
    assert chosen(ALL, "api", "bem-api:try").image == "bem-api:try"
