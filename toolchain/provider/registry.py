"""A registry by its own protocol, for what Docker's API cannot: to look at a tag, and to delete it."""

from typing import Final
from urllib.parse import urlsplit

import requests
import urllib3
from requests.auth import AuthBase, HTTPBasicAuth
from requests.exceptions import RequestException

from toolchain.provider.failure import ProviderFailure
from toolchain.provider.image_name import ImageName, host_of
from toolchain.provider.login import Login
from toolchain.provider.registry_address import bases, is_here, trusted
from toolchain.provider.registry_refusal import refused, unreachable, untrusted
from toolchain.provider.registry_user import Bearer, Nobody

_SECONDS: Final = 30
_MANIFESTS: Final = (
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json"
)
_NOT_BY_TAG: Final = frozenset({400, 404, 405})
"""What registries say that delete by digest only; 2.8 of Docker's own says 400."""


class Registry:
    """One registry.

    Args:
        address: host and port, with a scheme or without.
        login: who we are.
        verify: whether its certificate must be good.
    """

    def __init__(self, address: str, login: Login, *, verify: bool = True) -> None:
        self.host = host_of(address)
        self._bases = bases(address, self.host)
        self._login = login
        self._verify = verify

    def digest(self, name: ImageName) -> str | None:
        """The digest of what the name means there; None when it means nothing."""
        answer = self._ask("HEAD", name, name.reference)
        if answer.status_code == requests.codes.not_found:
            return None
        self._must_be_good(answer, f"look at {name.place}:{name.reference}")
        found = answer.headers.get("Docker-Content-Digest", "")
        if not found:
            raise ProviderFailure(f"Registry {self.host} does not tell the digest of {name.place}.")
        return found

    def delete(self, name: ImageName, digest: str) -> None:
        """Take a tag away, with its image where the registry cannot take away a tag alone."""
        answer = self._ask("DELETE", name, name.tag)
        if answer.status_code in _NOT_BY_TAG:
            answer = self._ask("DELETE", name, digest)
        if answer.status_code == requests.codes.not_found:
            return
        if answer.status_code == requests.codes.method_not_allowed:
            raise ProviderFailure(
                f"Registry {self.host} does not delete images, so {name.place}:{name.tag} is still there. "
                "Set keep_remotely=True, or let the registry delete (Docker's own: "
                "REGISTRY_STORAGE_DELETE_ENABLED=true), then run the command again."
            )
        self._must_be_good(answer, f"delete {name.place}:{name.tag}")

    def _ask(self, method: str, name: ImageName, reference: str) -> requests.Response:
        path = f"/v2/{name.repository}/manifests/{reference}"
        first: RequestException | None = None
        for base in self._bases:
            try:
                return self._authorised(
                    method, f"{base}{path}", f"repository:{name.repository}:pull,push,delete"
                )
            except RequestException as error:
                first = first or error
                if untrusted(error):
                    break
        raise ProviderFailure(unreachable(self.host, first))

    def _authorised(self, method: str, url: str, scope: str) -> requests.Response:
        basic = HTTPBasicAuth(self._login.username, self._login.password) if self._login.username else None
        answer = self._send(method, url, basic)
        challenge = answer.headers.get("Www-Authenticate", "")
        kind, _, words = challenge.partition(" ")
        if answer.status_code != requests.codes.unauthorized or kind.lower() != "bearer":
            return answer
        return self._send(method, url, Bearer(self._token(words, scope, basic)))

    def _token(self, words: str, scope: str, basic: HTTPBasicAuth | None) -> str:
        """The token that a registry of the second kind sends us for; the password goes there by TLS only."""
        challenge = requests.utils.parse_dict_header(words)
        realm = challenge.get("realm") or ""
        if basic and urlsplit(realm).scheme != "https" and not is_here(urlsplit(realm).netloc):
            raise ProviderFailure(
                f"Registry {self.host} wants the password in the clear at {realm}: refused."
            )
        wanted = {"service": challenge.get("service") or "", "scope": challenge.get("scope") or scope}
        answer = self._send("GET", realm, basic, wanted)
        self._must_be_good(answer, "give a token")
        given = answer.json()
        return str(given.get("token") or given.get("access_token") or "")

    def _send(
        self,
        method: str,
        url: str,
        auth: AuthBase | None,
        params: dict[str, str] | None = None,
    ) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = not is_here(urlsplit(url).netloc)  # no proxy leads to this host
            if not self._verify:
                urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
            return session.request(
                method,
                url,
                params=params,
                auth=auth or Nobody(),
                headers={"Accept": _MANIFESTS if params is None else "application/json"},
                timeout=_SECONDS,
                verify=trusted(self.host) if self._verify else False,
            )

    def _must_be_good(self, answer: requests.Response, what: str) -> None:
        if answer.ok:
            return
        if answer.status_code in {requests.codes.unauthorized, requests.codes.forbidden}:
            raise ProviderFailure(refused(self.host, f"HTTP {answer.status_code}, asked to {what}"))
        raise ProviderFailure(
            f"Registry {self.host} was asked to {what} and answered {answer.status_code}: "
            f"{answer.text.strip()[:200]}"
        )
