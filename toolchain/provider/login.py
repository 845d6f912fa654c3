"""Who a registry takes us for: the program's own words, else those that `docker login` has kept."""

from dataclasses import dataclass, field
from typing import Any, Self

from toolchain.provider.call import Call
from toolchain.provider.image_name import HUB
from toolchain.provider.property_value import Value


@dataclass(frozen=True)
class Login:
    """A user of a registry; nobody when all is empty.

    Attributes:
        username: the user.
        password: never shown.
        token: what some registries give in place of a password; never shown.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @classmethod
    def given(cls, value: Value) -> Self | None:
        """The program's own; None unless it gives both user and password."""
        words = value if isinstance(value, dict) else {}
        username, password = words.get("username"), words.get("password")
        return cls(str(username), str(password)) if username and password else None

    def for_engine(self) -> dict[str, str]:
        """As Docker's API takes it, in a header; some engines want one even for nobody."""
        if self.token:
            return {"identitytoken": self.token}
        return {"username": self.username, "password": self.password}


def of_host(call: Call, registry: str) -> Login:
    """What `docker login` has kept on this host for a registry; nobody when it has kept nothing."""
    kept: Any = call.api._auth_configs.resolve_authconfig(registry if registry != HUB else None)  # noqa: SLF001  # the SDK has no other way
    words = {str(name).lower(): str(text or "") for name, text in (kept or {}).items()}
    return Login(words.get("username", ""), words.get("password", ""), words.get("identitytoken", ""))
