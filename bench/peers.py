"""Other ways to back a PostgreSQL 17 up, each as it is typed: full, incremental where it has that, and back.

The commands run in a container of the database's own image with Debian's Barman, over the socket. In each,
`$1` is the peer's own folder and `$2` the number of the backup, 1 for the full one. WAL-G is in no package
index that can be had here.
"""

from dataclasses import dataclass

FOLDER = "/peers"
DATA = "/cluster/pgdata"
BACK = "restored"
"""Where a peer restores to, in its folder; also the name of the database that `pg_restore` fills."""


@dataclass(frozen=True)
class Peer:
    """A way to back up, as scripts of bash.

    Attributes:
        key: name of its folder.
        name: what a person calls it, with what it compresses by.
        full: a full backup.
        kept: its part of the folder whose size counts; all of it when empty.
        begin: what it needs before; not measured.
        incremental: a backup of what changed since the one before; empty where it has none.
        restore: brings files or rows back, of the newest backup.
        end: what has to stop afterwards; not measured.
        stopped: whether the server has to be stopped for it.
    """

    key: str
    name: str
    full: str
    kept: str = ""
    begin: str = ""
    incremental: str = ""
    restore: str = ""
    end: str = ""
    stopped: bool = False


COPY = Peer(
    "cp",
    "`cp -a` and sync of a stopped copy",
    full=f"cp -a {DATA} $1/$2; sync -f $1/$2",
    restore=f"cp -a $1/1 $1/{BACK}; sync -f $1/{BACK}",
    stopped=True,
)

_BASE = "pg_basebackup --checkpoint=fast --no-password"
TAR = Peer(
    "tar",
    "`pg_basebackup`, tar, zstd 1 with 2 workers",
    full=f"{_BASE} --pgdata=$1/$2 --format=tar --wal-method=fetch --compress=client-zstd:level=1,workers=2",
    restore=(
        f"mkdir $1/{BACK}; zstd -dcq $1/1/base.tar.zst | tar --extract --directory=$1/{BACK}; "
        f"sync -f $1/{BACK}"
    ),
)
PLAIN = Peer(
    "plain",
    "`pg_basebackup`, plain and `--incremental`",
    full=f"{_BASE} --pgdata=$1/$2",
    incremental=f"{_BASE} --pgdata=$1/$2 --incremental=$1/$(($2 - 1))/backup_manifest",
    restore=f"pg_combinebackup $(seq -f $1/%g $2) --output=$1/{BACK}",
)

_DUMP = "pg_dump --dbname=bem --compress=zstd:1"
CUSTOM = Peer("custom", "`pg_dump -Fc`, zstd 1", full=f"{_DUMP} --format=custom --file=$1/$2")
DIRECTORY = Peer(
    "directory",
    "`pg_dump -Fd -j2`, zstd 1",
    full=f"{_DUMP} --format=directory --jobs=2 --file=$1/$2",
    restore=f"createdb --template=template0 {BACK}; pg_restore --dbname={BACK} --jobs=2 $1/1",
    end=f"dropdb --if-exists --force {BACK}",
)


def barman(key: str, name: str, compression: str = "") -> Peer:
    """Barman by `pg_basebackup` and streamed WAL; it has no incremental backups where it compresses.

    Its backup waits for its WAL, as pgBackRest's does.
    """
    words = "host=/run/postgresql user=postgres dbname=postgres"
    configuration = f"""[barman]
barman_user = postgres
barman_home = $1
log_file = $1/log
log_level = WARNING
[main]
description = main
conninfo = {words}
streaming_conninfo = {words}
backup_method = postgres
streaming_archiver = on
slot_name = barman_{key}
immediate_checkpoint = true
local_staging_path = $1/staging
recovery_staging_path = $1/staging
path_prefix = /usr/lib/postgresql/17/bin
{compression}"""
    run = "barman -q -c $1/conf"
    slots = "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
    drop = f"timeout 30 bash -c 'until psql -qtAc \"{slots}\"; do sleep 0.1; done' || true"
    active = "select bool_or(active) from pg_replication_slots"
    begin = f"""mkdir -p $1/staging; cat >$1/conf <<CONF
{configuration}
CONF
{run} receive-wal --create-slot main
for try in 1 2 3; do
  setsid {run} receive-wal main >>$1/receive.log 2>&1 </dev/null &
  if timeout 20 bash -c 'until psql -qtAc "{active}" | grep -q t; do sleep 0.1; done'; then break; fi
done
{run} switch-wal --force --archive --archive-timeout 60 main || {{ cat $1/receive.log $1/log >&2; false; }}
{run} check main || {{ barman -c $1/conf check main; false; }}"""
    return Peer(
        key,
        name,
        full=f"{run} backup --wait main",
        kept="main/base",
        begin=begin,
        incremental="" if compression else f"{run} backup --wait --incremental latest main",
        restore=f"{run} recover main latest $1/{BACK}; sync -f $1/{BACK}",
        end=f"{run} receive-wal --stop main || true; {drop}",
    )


PEERS = (
    COPY,
    TAR,
    CUSTOM,
    DIRECTORY,
    barman(
        "barman_zstd",
        "Barman, zstd 1 with 2 workers",
        "backup_compression = zstd\nbackup_compression_level = 1\nbackup_compression_workers = 2\n"
        "backup_compression_location = client\nbackup_compression_format = tar",
    ),
    PLAIN,
    barman("barman", "Barman, plain and `--incremental`"),
)
"""Those that only take full backups first: they change nothing in the database."""


def named(text: str) -> tuple[Peer, ...]:
    """Peers by their keys, for argparse: `cp,plain`.

    Raises:
        ValueError: when one is none.
    """
    known = {each.key: each for each in PEERS}
    if unknown := set(text.split(",")) - set(known):
        raise ValueError(unknown)
    return tuple(known[key] for key in text.split(","))
