"""A client that comes twice, the second time with the session of the first; standard library only.

`python3 -I -c "<this file>"` with `SHAKE` (source of `certs.endpoints.handshake`) and `WORDS` (its arguments
as JSON) in its environment prints, by protocol, how each time went: `anew`, `resumed`, or why not.
"""

import json
import os
import ssl
import sys
from typing import Any

VERSIONS = {"TLS 1.3": ssl.TLSVersion.TLSv1_3, "TLS 1.2": ssl.TLSVersion.TLSv1_2}


def twice(shake: dict[str, Any], words: dict[str, Any], version: ssl.TLSVersion) -> list[str]:
    """How both times went."""
    import socket  # noqa: PLC0415  # alone in a container

    side: ssl.SSLContext = shake["context"](words["ca"], words["certificate"], words["key"], verify=True)
    side.minimum_version = side.maximum_version = version
    session, went = None, []
    for _ in range(2):
        try:
            plain = socket.create_connection((words["host"], words["port"]), timeout=words["seconds"])
            if words["starttls"]:
                shake["upgrade"](plain)
            with side.wrap_socket(plain, server_hostname=words["server_name"], session=session) as secured:
                refused = shake["refusal_of"](secured, words["starttls"])
                session = secured.session
                went.append(refused or ("resumed" if secured.session_reused else "anew"))
        except OSError as error:
            went.append(shake["reason_of"](error))
    return went


def main() -> None:
    """Comes twice by each protocol."""
    shake: dict[str, Any] = {"__name__": "handshake"}
    exec(os.environ["SHAKE"], shake)  # noqa: S102  # our own source, where there is no package
    words = json.loads(os.environ["WORDS"])
    json.dump({name: twice(shake, words, version) for name, version in VERSIONS.items()}, sys.stdout)


if __name__ == "__main__":
    main()
