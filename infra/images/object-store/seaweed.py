"""SeaweedFS: what it is told, and which of its doors stay shut.

All of it stays on the loopback; beyond it only the front listens. SeaweedFS has doors without any
authentication: a DELETE at the filer removes a locked version, and the gRPC port of S3 (its port plus 10,000,
on the same address) takes new identities from anybody.
"""

import json
from pathlib import Path

from signature import Keys
from surroundings import Surroundings

DATA = Path("/data")
RUNTIME = Path("/run/object-store")
"""In memory: identities, configuration and sockets."""

TEMPORARY = Path("/tmp")  # noqa: S108  # where SeaweedFS puts sockets that have no option

BEHIND = 8334
"""Port on the loopback where S3 is spoken without TLS; the front's configuration names it, too."""

VOLUME_MEGABYTES = 1024
"""Size of one SeaweedFS volume; as many as the disk has room for."""

MASTER = """[master.maintenance]
scripts = \"\"\"
  lock
  fs.log.purge -daysAgo=7
  s3.clean.uploads -timeAgo=24h
  unlock
\"\"\"
sleep_minutes = 60
[master.volume_growth]
copy_1 = 2
"""
"""Two volumes at a time where the default of seven would refuse every write on a small disk; and none of the
maintenance that is made for many servers."""


def write_configuration(around: Surroundings) -> None:
    """Writes everything that SeaweedFS reads at its start, readable by this user alone."""
    RUNTIME.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in (*RUNTIME.glob("*.sock*"), *TEMPORARY.glob("seaweedfs-*.sock*")):
        left.unlink()
    files = {"identities.json": identities(around), "master.toml": MASTER}
    for name, content in files.items():
        path = RUNTIME / name
        path.touch(mode=0o600)
        path.write_text(content)


def identities(around: Surroundings) -> str:
    """Who may ask: one for the buckets themselves, one for each bucket's content."""
    of_bucket = [f"{action}:{around.bucket}" for action in ("Read", "Write", "List")]
    people = [
        _identity("admin", around.admin, ["Admin"]),
        _identity("pgbackrest", around.client, of_bucket),
    ]
    if around.trainer:
        of_models = [f"{action}:{around.models}" for action in ("Read", "Write", "List")]
        people.append(_identity("training", around.trainer, of_models))
    return json.dumps({"identities": people})


def _identity(name: str, keys: Keys, actions: list[str]) -> dict[str, object]:
    credentials = [{"accessKey": keys.access, "secretKey": keys.secret}]
    return {"name": name, "credentials": credentials, "actions": actions}


def command() -> list[str]:
    """The whole command line of `weed`."""
    return [
        "weed",
        "-logtostderr=true",
        f"-config_dir={RUNTIME}",
        "server",
        f"-dir={DATA}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        "-master.electionTimeout=1s",
        "-master.heartbeatInterval=250ms",
        f"-master.volumeSizeLimitMB={VOLUME_MEGABYTES}",
        "-volume.max=0",
        "-volume.preStopSeconds=0",
        f"-filer.localSocket={RUNTIME}/filer.sock",
        "-filer.exposeDirectoryData=false",
        "-s3",
        "-s3.ip.bind=127.0.0.1",
        f"-s3.port={BEHIND}",
        f"-s3.localSocket={RUNTIME}/s3.sock",
        f"-s3.config={RUNTIME}/identities.json",
        "-s3.iam=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-s3.autoCreateBucket=false",
        "-s3.allowDeleteBucketNotEmpty=false",
    ]
