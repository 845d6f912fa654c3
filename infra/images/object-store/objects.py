"""A bucket with all versions of its objects, asked for on the loopback with the admin's keys."""

import hashlib
import http.client
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote

from bucket import Wrong
from history import Entry, History, Page, page
from listing import histories
from seaweed import BEHIND
from signature import Request, signed
from surroundings import Surroundings

PREFIX = "pgbackrest/"
"""Where pgBackRest's repository is in the bucket."""

PAGE = 1000
"""Versions in one answer; S3 gives no more."""

PATIENCE = 300
"""Seconds for one request: the copy of a large object is one."""

PIECE = 1024 * 1024
"""Bytes that are read at once of an object that is hashed."""

HOST = f"127.0.0.1:{BEHIND}"
RETENTION = """<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>COMPLIANCE</Mode>\
<RetainUntilDate>{until}</RetainUntilDate></Retention>"""


class Objects:
    """Requests for single versions; threads may share it, each has a connection of its own.

    Args:
        around: says the keys.
        bucket: its name; the backups' when left out.
        prefix: what all keys of interest begin with.
    """

    def __init__(self, around: Surroundings, bucket: str = "", prefix: str = PREFIX) -> None:
        self._bucket = bucket or around.bucket
        self._prefix = prefix
        self._keys = around.admin
        self._local = threading.local()

    def histories(self, prefix: str = "") -> Iterator[History]:
        """Each key under the prefix with its history; never more than a page and a folder of keys in memory.

        Args:
            prefix: a longer one than the bucket's own.

        Raises:
            Wrong: when the server refuses.
        """
        return histories(self._page, prefix or self._prefix)

    def current(self, key: str) -> tuple[str, tuple[str, int]]:
        """Name and content of the version that a reader gets now."""
        fields = self._demand("HEAD", key)[0]
        content = (fields.get("etag", ""), int(fields.get("content-length", 0)))
        return fields.get("x-amz-version-id", ""), content

    def locked_until(self, entry: Entry) -> datetime | None:
        """Until when nobody can delete a version; None when somebody can."""
        fields = self._demand("HEAD", entry.key, {"versionId": entry.version})[0]
        until = fields.get("x-amz-object-lock-retain-until-date", "")
        if fields.get("x-amz-object-lock-mode") != "COMPLIANCE" or not until:
            return None
        return datetime.fromisoformat(until)

    def lock(self, key: str, version: str, until: datetime) -> None:
        """Locks a version in mode COMPLIANCE; the server refuses to make a lock shorter."""
        body = RETENTION.format(until=until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")).encode()
        self._demand("PUT", key, {"retention": "", "versionId": version}, body)

    def remove_marker(self, entry: Entry) -> None:
        """Removes a delete marker, which no lock protects."""
        self._demand("DELETE", entry.key, {"versionId": entry.version})

    def write_again(self, entry: Entry) -> str:
        """Makes a new version with an earlier one's content, inside of the server; its name.

        The server gives the copy the lock of the earlier one, which may have ended: lock it.
        """
        source = f"{_path(self._bucket, entry.key)}?versionId={entry.version}"
        return self._demand("PUT", entry.key, fields={"x-amz-copy-source": source})[0]["x-amz-version-id"]

    def delete(self, key: str) -> None:
        """Lays a delete marker on a key; its versions stay."""
        self._demand("DELETE", key)

    def remove(self, entry: Entry) -> None:
        """Removes a version for good; the server refuses one that is locked."""
        self._demand("DELETE", entry.key, {"versionId": entry.version})

    def digest(self, entry: Entry) -> str:
        """SHA-256 of a version's content, read piece by piece."""
        query = {"versionId": quote(entry.version, safe="")}
        request = Request("GET", _path(self._bucket, entry.key), query, {"host": HOST})
        connection = http.client.HTTPConnection(HOST, timeout=PATIENCE)
        try:
            headers = signed(request, self._keys, datetime.now(UTC))
            connection.request("GET", f"{request.path}?{request.query_string}", headers=headers)
            answer = connection.getresponse()
            if answer.status != HTTPStatus.OK:
                raise Wrong(f"GET {entry.key} was answered {answer.status}: {answer.read(200)!r}")
            found = hashlib.sha256()
            while piece := answer.read(PIECE):
                found.update(piece)
            return found.hexdigest()
        finally:
            connection.close()

    def _page(self, prefix: str, *, parted: bool = False, after: tuple[str, str] = ("", "")) -> Page:
        query = {"versions": "", "prefix": prefix, "max-keys": str(PAGE)}
        if parted:
            query["delimiter"] = "/"
        query |= dict(zip(("key-marker", "version-id-marker"), after, strict=True)) if after[0] else {}
        return page(self._demand("GET", "", query)[1])

    def _demand(
        self,
        method: str,
        key: str,
        query: Mapping[str, str] | None = None,
        body: bytes = b"",
        fields: Mapping[str, str] | None = None,
    ) -> tuple[dict[str, str], str]:
        asked = {name: quote(text, safe="") for name, text in (query or {}).items()}
        request = Request(method, _path(self._bucket, key), asked, {"host": HOST, **(fields or {})}, body)
        try:
            status, found, answer = self._answer(request)
        except (http.client.HTTPException, OSError):
            self._local.connection = None  # the server may close one that was idle
            status, found, answer = self._answer(request)
        if status not in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}:
            raise Wrong(f"{method} {key} {dict(query or {})} was answered {status}: {answer[:200]}")
        return found, answer

    def _answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(HOST, timeout=PATIENCE)
            self._local.connection = connection
        target = f"{request.path}?{request.query_string}" if request.query else request.path
        headers = signed(request, self._keys, datetime.now(UTC))
        connection.request(request.method, target, request.body, headers)
        answer = connection.getresponse()
        content = answer.read().decode(errors="replace")
        return answer.status, {name.lower(): text for name, text in answer.getheaders()}, content


def _path(bucket: str, key: str) -> str:
    return f"/{bucket}/{quote(key, safe='/~')}" if key else f"/{bucket}"
