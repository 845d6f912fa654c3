"""Answers of pgBackRest 2.55 and PostgreSQL 17, as they were given, shortened where nothing is read."""

from typing import Any


def entry(**changes: Any) -> dict[str, Any]:
    """One backup of `info`."""
    return {
        "archive": {"start": "000000010000000000000002", "stop": "000000010000000000000003"},
        "backrest": {"format": 5, "version": "2.55.1"},
        "database": {"id": 1, "repo-key": 1},
        "error": False,
        "info": {
            "delta": 31057110,
            "repository": {"delta": 3948224, "delta-map": 32832, "size-map": 32832},
            "size": 31057110,
        },
        "label": "20261125-031625F",
        "lsn": {"start": "0/2000028", "stop": "0/3000050"},
        "prior": None,
        "reference": None,
        "timestamp": {"start": 1795576585, "stop": 1795576586},
        "type": "full",
        **changes,
    }


def info() -> list[dict[str, Any]]:
    """Two repositories, a backup in each."""
    return [
        {
            "archive": [
                {
                    "database": {"id": 1, "repo-key": key},
                    "id": "17-1",
                    "max": f"00000001000000000000000{key + 4}",
                    "min": "000000010000000000000001",
                }
                for key in (1, 2)
            ],
            "backup": [
                entry(),
                entry(
                    archive={"start": "000000020000000000000005", "stop": "000000020000000000000005"},
                    database={"id": 1, "repo-key": 2},
                    label="20261125-031626F_20261125-031700I",
                    lsn={"start": "0/5000028", "stop": "0/5000120"},
                    timestamp={"start": 1795576586, "stop": 1795576587},
                    type="incr",
                ),
            ],
            "cipher": "aes-256-cbc",
            "db": [
                {"id": 1, "repo-key": key, "system-id": 7711942696027906068, "version": "17"}
                for key in (1, 2)
            ],
            "name": "bem",
            "repo": [
                {"cipher": "aes-256-cbc", "key": key, "status": {"code": 0, "message": "ok"}}
                for key in (1, 2)
            ],
            "status": {"code": 0, "lock": {"backup": {"held": False}}, "message": "ok"},
        }
    ]


def s3_down() -> list[dict[str, Any]]:
    """The second repository does not answer."""
    (stanza,) = info()
    for key in ("archive", "backup"):
        stanza[key] = stanza[key][:1]
    stanza["db"] = stanza["db"][:1]
    stanza["repo"][1]["status"] = {"code": 99, "message": "[HostConnectError] unable to connect"}
    stanza["status"] = {"code": 4, "lock": {"backup": {"held": False}}, "message": "different across repos"}
    return [stanza]


def s3_emptied() -> list[dict[str, Any]]:
    """The second repository answers, and nothing is in it."""
    (stanza,) = s3_down()
    stanza["repo"][1]["status"] = {"code": 1, "message": "missing stanza path"}
    return [stanza]


def fresh() -> list[dict[str, Any]]:
    """A stanza that is not there yet."""
    status = {"code": 1, "message": "missing stanza path"}
    return [
        {
            "backup": [],
            "db": [],
            "name": "bem",
            "repo": [{"cipher": "none", "key": key, "status": status} for key in (1, 2)],
            "status": {"code": 1, "lock": {"backup": {"held": False}}, "message": "missing stanza path"},
        }
    ]


CONTROL = """\
pg_control version number:            1700
Database system identifier:           7711942696027906068
Database cluster state:               shut down
Latest checkpoint location:           0/EA000028
Latest checkpoint's TimeLineID:       2
max_connections setting:              200
max_worker_processes setting:         8
max_wal_senders setting:              10
max_prepared_xacts setting:           0
max_locks_per_xact setting:           64
"""

CONFIGURATION = "max_connections = 100\n# max_worker_processes = 99\nmax_wal_senders = 16\n"
