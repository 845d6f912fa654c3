"""The pages that a person reads: one for each drill, and one for all of them."""

from collections.abc import Sequence
from pathlib import Path

from drills.document import FOLDER, names
from drills.evidence import INDEX, Evidence, past
from drills.seal import sealed
from drills.turn import settled
from operation.custodian import write_private
from operation.progress import Progress
from operation.stack import Stack


def index_of(stack: Stack) -> Path:
    """Where the page of all drills is."""
    return stack.folder / "evidence" / INDEX


def publish(stack: Stack, drills: Sequence[Evidence]) -> None:
    """Writes the pages of these drills, and the index of all; each file is replaced in one step.

    Raises:
        OSError: when a file cannot be written.
    """
    from drills.pages.drill_page import drill_page  # noqa: PLC0415  # Jinja is needed by pages only
    from drills.pages.index_page import index_page  # noqa: PLC0415
    from drills.pages.testimony import heard  # noqa: PLC0415

    for drill in drills:
        write_private(drill.report, drill_page(drill.journal, heard(drill), sealed(stack, drill)).encode())
    everything = settled(stack, past(stack))
    runbooks = names(stack.root / FOLDER.name)
    write_private(index_of(stack), index_page(stack.name, everything, runbooks).encode())


def try_to_publish(stack: Stack, drill: Evidence, progress: Progress) -> None:
    """Writes a drill's pages at its end; one that cannot be made changes nothing of how it ended."""
    try:
        publish(stack, [drill])
    except Exception as error:  # noqa: BLE001  # the journal is the evidence, and it is closed
        words = f"{type(error).__name__}: {error}".rstrip(": ")
        again = f"`invoke drill.report --name {drill.folder.name}` tries again"
        progress.say(f"! the report could not be written ({words}); {again}.")
