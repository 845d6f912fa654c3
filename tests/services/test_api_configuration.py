import pytest
from psycopg.conninfo import conninfo_to_dict

from services.api.configuration import from_environment
from services.base.postgres import conninfo


def test_the_pool_has_the_size_that_it_is_told() -> None:
    """The environment decides, and there is a default."""
    assert from_environment({"API_POOL_SIZE": "3"}).pool_size == 3
    assert from_environment({}).pool_size == 8


@pytest.mark.parametrize("text", ["", "0", "101", "-1", "three", "²", "1.5"])
def test_a_senseless_size_is_refused(text: str) -> None:
    """The message names the variable and its bounds."""
    with pytest.raises(ValueError, match="API_POOL_SIZE must be a number from 1 to 100"):
        from_environment({"API_POOL_SIZE": text})


def test_authentication_is_required_unless_it_is_switched_off() -> None:
    """By one word; any other is refused, so that a slip opens nothing."""
    assert from_environment({}).authentication
    assert from_environment({"API_AUTHENTICATION": "required"}).authentication
    assert not from_environment({"API_AUTHENTICATION": "off"}).authentication
    for word in ("", "Off", "false", "on"):
        with pytest.raises(ValueError, match="API_AUTHENTICATION must be required or off"):
            from_environment({"API_AUTHENTICATION": word})


def test_the_database_is_verified_and_never_given_a_password() -> None:
    """The connection names its role, its certificate and whom it trusts."""
    words = conninfo_to_dict(conninfo("bem_api", "api"))
    assert (words["user"], words["dbname"], words["host"]) == ("bem_api", "bem", "database")
    assert (words["sslmode"], words["sslrootcert"]) == ("verify-full", "/certs/current/ca.pem")
    assert "password" not in words
