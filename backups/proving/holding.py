"""Which proofs are of backups that a repository still holds: it may be lost, or the backup expired."""

from backups.catalog import Catalog
from backups.engine import REPOSITORIES
from backups.info import parse_backups, read_info, silent_repositories
from backups.proving.proof_chain import Kept
from backups.proving.proofs import newest
from operation.containers import container
from operation.failure import Failure
from operation.stack import Stack


def gone(catalog: Catalog, proof: Kept) -> bool:
    """Whether a repository that answers does not hold the backup that was proven in it."""
    answering = {name for number, name in REPOSITORIES.items() if number not in catalog.silent}
    labels = {each.label for each in catalog.backups if REPOSITORIES[each.repository] == proof.repository}
    return proof.repository in answering and proof.label not in labels


def bare(catalog: Catalog) -> set[str]:
    """Repositories that answer and hold no backup at all: their volume or bucket was lost."""
    holding = {each.repository for each in catalog.backups} | set(catalog.silent)
    return {name for number, name in REPOSITORIES.items() if number not in holding}


def present(stack: Stack) -> tuple[dict[str, Kept], set[str]]:
    """The newest good proofs of backups that are there, and the repositories that hold none.

    Where the database or every repository is silent, nothing is said to be lost, and nothing to be there.
    """
    try:
        catalog = _backups(stack)
    except Failure:
        return {}, set()
    good = newest(stack, good=True)
    return {name: proof for name, proof in good.items() if not gone(catalog, proof)}, bare(catalog)


def _backups(stack: Stack) -> Catalog:
    """Without how far the WAL goes, which takes longest to find out."""
    stanza = stack.settings.backups.stanza
    info = read_info(container(stack, "database"), stanza)
    silent = silent_repositories(info, stanza)
    return Catalog(parse_backups(info, stanza), reaches={}, forks={}, reigns=(), silent=silent)
