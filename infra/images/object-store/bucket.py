"""The bucket: versioned, and locked so that nobody can delete what was written within the lock's days."""

import http.client
import re
import socket
import ssl
from datetime import UTC, datetime
from http import HTTPStatus

from signature import Keys, Request, signed
from surroundings import CERTIFICATES, NAME, PORT, Surroundings

PATIENCE = 4
"""Seconds for one request."""

LOCK = """<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\
<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode>\
<Days>{days}</Days></DefaultRetention></Rule></ObjectLockConfiguration>"""

VERSIONING = b"""<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\
<Status>Enabled</Status></VersioningConfiguration>"""

POLICY = """{{"Version":"2012-10-17","Statement":[{{"Sid":"NothingExpiresByItself",\
"Effect":"Deny","Principal":"*","Action":["s3:PutLifecycleConfiguration"],\
"Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/*"]}}]}}"""
"""Whoever may write objects may tell SeaweedFS to expire them as well, unless a policy forbids it."""


PROBE = "health/probe"
"""An object for the health check: after a start the bucket answers seconds before its objects can be read."""

PROBE_CONTENT = b"this object shows that objects can be read\n"


class Wrong(Exception):  # noqa: N818  # the adjective that the health check prints
    """The bucket is not as it should be; the message says how."""


class Bucket:
    """The bucket as seen through its own TLS port, with its certificate verified.

    Attributes:
        models: name of a second bucket that has no lock; empty when there is none.
    """

    def __init__(self, around: Surroundings, keys: Keys) -> None:
        self._around = around
        self._keys = keys
        self._path = f"/{around.bucket}"
        self.models = around.models

    def prepare(self) -> None:
        """Makes the bucket and its probe if they are missing, and its lock if that is not as it should be.

        Raises:
            Wrong: when the server refuses.
            OSError: when it does not answer.
        """
        if self._ask("HEAD")[0] == HTTPStatus.NOT_FOUND:
            self._demand("PUT", headers={"x-amz-bucket-object-lock-enabled": "true"})
        if self._fault():
            self._demand("PUT", "object-lock", LOCK.format(days=self._around.lock_days).encode())
            self._demand("PUT", "policy", POLICY.format(bucket=self._around.bucket).encode())
        if self._ask("GET", key=PROBE)[0] == HTTPStatus.NOT_FOUND:
            self._demand("PUT", body=PROBE_CONTENT, key=PROBE)

    def provide(self, name: str) -> None:
        """Makes a bucket without a lock if it is missing, and lets it keep versions.

        Raises:
            Wrong: when the server refuses.
            OSError: when it does not answer.
        """
        status, answer = self._ask("HEAD", bucket=name)
        if status == HTTPStatus.NOT_FOUND:
            status, answer = self._ask("PUT", bucket=name)
        if status != HTTPStatus.OK:
            raise Wrong(f"bucket {name} was answered {status}: {answer[:200]}")
        status, answer = self._ask("PUT", "versioning", VERSIONING, bucket=name)
        if status != HTTPStatus.OK:
            raise Wrong(f"bucket {name} was answered {status} to versioning: {answer[:200]}")

    def reach(self) -> None:
        """Raises `Wrong` unless whoever asks can read an object of the bucket."""
        status, answer = self._ask("GET", key=PROBE)
        if (status, answer) != (HTTPStatus.OK, PROBE_CONTENT.decode()):
            raise Wrong(f"GET {PROBE} was answered {status}: {answer[:200]}")

    def check(self) -> None:
        """Raises `Wrong` unless the bucket is as it should be, and the other one is there."""
        fault = self._fault()
        if fault:
            raise Wrong(fault)
        if self.models and self._ask("HEAD", bucket=self.models)[0] != HTTPStatus.OK:
            raise Wrong(f"bucket {self.models} is not there")

    def _fault(self) -> str:
        lock = self._demand_or_empty("object-lock")
        if _values(lock, "Mode") != ["COMPLIANCE"]:
            return "the bucket has no default retention in mode COMPLIANCE"
        if _values(lock, "Days") != [str(self._around.lock_days)]:
            return f"the bucket locks for {_values(lock, 'Days')} days, not {self._around.lock_days}"
        if _values(self._demand_or_empty("versioning"), "Status") != ["Enabled"]:
            return "the bucket keeps no versions"
        if "NothingExpiresByItself" not in self._demand_or_empty("policy"):
            return "the bucket's policy does not forbid that objects expire by themselves"
        return ""

    def _demand_or_empty(self, subresource: str) -> str:
        status, answer = self._ask("GET", subresource)
        if status not in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
            raise Wrong(f"GET {subresource} was answered {status}: {answer[:200]}")
        return answer if status == HTTPStatus.OK else ""

    def _demand(
        self,
        method: str,
        subresource: str = "",
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        key: str = "",
    ) -> None:
        status, answer = self._ask(method, subresource, body, headers, key)
        if status not in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}:
            raise Wrong(f"{method} {self._path} {subresource}{key} was answered {status}: {answer[:200]}")

    def _ask(
        self,
        method: str,
        subresource: str = "",
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        key: str = "",
        bucket: str = "",
    ) -> tuple[int, str]:
        path = f"/{bucket}" if bucket else self._path
        query = {subresource: ""} if subresource else {}
        fields = {"host": f"{NAME}:{PORT}", **(headers or {})}
        request = Request(method, f"{path}/{key}" if key else path, query, fields, body)
        target = f"{request.path}?{request.query_string}" if query else request.path
        connection = http.client.HTTPSConnection(NAME, PORT, timeout=PATIENCE)
        connection.sock = _channel()
        try:
            connection.request(method, target, body, signed(request, self._keys, datetime.now(UTC)))
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except http.client.HTTPException as error:
            raise Wrong(f"no answer: {error!r}") from error
        finally:
            connection.close()


def _channel() -> ssl.SSLSocket:
    """A verified connection to this container itself, under the name that others use."""
    context = ssl.create_default_context(cafile=str(CERTIFICATES / "ca.pem"))
    plain = socket.create_connection(("127.0.0.1", PORT), PATIENCE)
    return context.wrap_socket(plain, server_hostname=NAME)


def _values(document: str, element: str) -> list[str]:
    return re.findall(rf"<{element}>([^<]*)</{element}>", document)
