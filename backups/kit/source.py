"""The repository that a kit leads to, asked before anything is written."""

from backups.endpoint import reach
from backups.endpoint.coordinates import Coordinates, of_settings
from backups.endpoint.keys import Keys
from backups.kit.kit import SETTINGS, Kit
from backups.kit.lasting import settings_in
from backups.kit.parts import BESIDE
from operation import custodian
from operation.failure import refusal


def source(kit: Kit) -> Coordinates:
    """Where the S3 repository of a kit's stack is; pure.

    Raises:
        Failure: when it was the stack's own store, which was lost with its host, or the kit lacks its keys.
    """
    settings = settings_in(kit.parts[SETTINGS]).object_store
    if not settings.outside:
        raise refusal(
            f"both repositories of stack {kit.stack} were on the host that is lost.",
            "the kit alone brings no data back.",
            "where their volumes are still there, repair that host; else `./ops up` begins anew.",
        )
    access, secret, roots = (
        kit.parts.get(name, b"").decode().strip()
        for name in (
            f"{custodian.FOLDER}/{custodian.OUTSIDE_ACCESS_KEY}",
            f"{custodian.FOLDER}/{custodian.OUTSIDE_SECRET_KEY}",
            f"{BESIDE}{settings.ca_file}",
        )
    )
    if not (access and secret):
        raise refusal(f"the kit has no keys for S3 at {settings.endpoint}.", remedy="give a newer kit.")
    return of_settings(settings, Keys(access, secret), f"{roots}\n" if roots else "")


def asked(kit: Kit) -> Coordinates:
    """The same, once it has answered and holds a repository.

    Raises:
        Failure: when it does not answer, does not take the keys, or holds nothing.
    """
    where = source(kit)
    if not reach.required(where).holds:
        raise refusal(
            f"bucket {where.bucket} at {where.endpoint} holds no repository.",
            remedy="check that the kit is this stack's newest.",
        )
    return where
