"""Graph training: queue a job, look at jobs, make up a graph to try it with."""

from invoke.collection import Collection
from invoke.context import Context
from invoke.tasks import task

STACK = "which stack; else PULUMI_STACK, else local"
JSON = "print JSON"
DRY_RUN = "say what would be done, and touch nothing"


@task(
    positional=["graph"],
    help={
        "graph": "name of a graph in the table graph_nodes",
        "epochs": "how often the whole graph is gone through, 1 to 100000",
        "dry_run": DRY_RUN,
        "stack": STACK,
        "json": JSON,
    },
)
def start(
    _context: Context,
    graph: str,
    epochs: int = 200,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Queue a job that trains on a graph; a trainer takes it within a second.

    Example: invoke train people --epochs 500
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from trainings import console  # noqa: PLC0415

    console.start(stack_named(stack), graph, epochs, dry_run=dry_run, as_json=json)


@task(help={"most": "how many of the newest jobs", "stack": STACK, "json": JSON})
def jobs(_context: Context, most: int = 20, stack: str = "", json: bool = False) -> None:
    """Show jobs: state, epoch, loss, accuracy, the trained network and its hash.

    Example: invoke train.jobs
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from trainings import console  # noqa: PLC0415

    console.jobs(stack_named(stack), most, as_json=json)


@task(
    positional=["graph"],
    help={
        "graph": "its name",
        "nodes": "how many",
        "classes": "how many communities",
        "dry_run": DRY_RUN,
        "stack": STACK,
        "json": JSON,
    },
)
def sample(
    _context: Context,
    graph: str,
    nodes: int = 2000,
    classes: int = 4,
    dry_run: bool = False,
    stack: str = "",
    json: bool = False,
) -> None:
    """Write a made-up graph of communities, in place of one of that name.

    Example: invoke train.sample try --nodes 5000
    """
    from operation.stack import stack_named  # noqa: PLC0415
    from trainings import console  # noqa: PLC0415

    console.sample(stack_named(stack), graph, nodes, classes, dry_run=dry_run, as_json=json)


collection = Collection("train")
collection.add_task(start, default=True)
collection.add_task(jobs)
collection.add_task(sample)
