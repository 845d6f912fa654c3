"""What to do when a registry does not take us, or does not answer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from requests.exceptions import RequestException

from toolchain.provider.registry_address import CERTIFICATES


def refused(host: str, words: str) -> str:
    """What to do when a registry does not take us."""
    return (
        f"Registry {host} refuses the user or the password ({words}). Nothing runs differently now: correct "
        f"username and password in the program's auth_config or registry, or run docker login {host}; "
        "then run the command again."
    )


def silent(host: str, words: str) -> str:
    """What to do when a registry does not answer."""
    return (
        f"Registry {host} does not answer ({words}). Nothing runs differently now: start it, or correct its "
        "name or port in the image's name, then run the command again."
    )


def unreachable(host: str, error: "RequestException | None") -> str:
    """Why no address of a registry answers."""
    words = str(error).rpartition(": ")[2].rstrip("')\"")
    if untrusted(error):
        return (
            f"Registry {host} has a certificate that this host does not trust ({words}): put its CA into "
            f"{CERTIFICATES / host / 'ca.crt'}, or set insecure_skip_verify=True."
        )
    return silent(host, words)


def untrusted(error: "RequestException | None") -> bool:
    """Whether somebody answered with TLS, and is not who they should be: then there is no second try."""
    from requests.exceptions import SSLError  # noqa: PLC0415  # 0.04 s

    return isinstance(error, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)
