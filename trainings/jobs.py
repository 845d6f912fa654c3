"""Training jobs as the database knows them, asked by its superuser over the Unix socket."""

import json
from pathlib import Path
from typing import Any

from operation.containers import container, execute, required
from operation.failure import refusal
from operation.stack import Stack

MOST_EPOCHS = 100_000
MOST_NODES = 1_000_000
FEATURES = 16
NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")

LEAST_CLASSES, NODES_A_CLASS = 2, 10
QUERIES = Path(__file__).parent / "queries"


def jobs(stack: Stack, most: int) -> list[dict[str, Any]]:
    """The newest jobs, the oldest of them first."""
    found: list[dict[str, Any]] = json.loads(_asked(stack, "jobs", most=most))
    return found


def graphs(stack: Stack) -> list[dict[str, Any]]:
    """The graphs that can be trained on."""
    found: list[dict[str, Any]] = json.loads(_asked(stack, "graphs"))
    return found


def start(stack: Stack, graph: str, epochs: int) -> int:
    """Queues a job and gives its number.

    Raises:
        Failure: when there is no such graph, or the number of epochs cannot be meant.
    """
    if not 1 <= epochs <= MOST_EPOCHS:
        raise refusal(f"{epochs} epochs cannot be meant.", remedy=f"use a number from 1 to {MOST_EPOCHS}.")
    known = [each["graph"] for each in graphs(stack)]
    if graph not in known:
        raise refusal(
            f"there is no graph {graph!r}.",
            remedy=f"use one of: {', '.join(known) or 'none yet'}; or train.sample.",
        )
    return int(_asked(stack, "start", graph=graph, epochs=epochs))


def sample(stack: Stack, graph: str, nodes: int, classes: int) -> int:
    """Writes a made-up graph of communities in place of one of that name, and gives its edges.

    Raises:
        Failure: when the numbers or the name cannot be meant.
    """
    if not graph or not NAME_LETTERS.issuperset(graph):
        raise refusal(
            f"{graph!r} cannot be a graph's name.", remedy="use lower-case letters, digits, - and _."
        )
    fits = LEAST_CLASSES <= classes <= FEATURES and classes * NODES_A_CLASS <= nodes <= MOST_NODES
    if not fits:
        raise refusal(
            f"{nodes} nodes of {classes} classes cannot be meant.",
            remedy=f"use 2 to {FEATURES} classes, and from 10 nodes a class to {MOST_NODES}.",
        )
    return int(_asked(stack, "sample", graph=graph, nodes=nodes, classes=classes, features=FEATURES))


def _asked(stack: Stack, query: str, **values: object) -> str:
    """The last line of an answer; values are quoted by psql itself."""
    variables = [word for key, value in values.items() for word in ("-v", f"{key}={value}")]
    argv = ["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", *variables, "-d", "bem", "-f", "-"]
    words = ["sh", "-c", 'printf "%s" "$STATEMENT" | exec "$@"', "ask", *argv]
    statement = (QUERIES / f"{query}.sql").read_text()
    said = execute(container(stack, "database"), words, environment={"STATEMENT": statement})
    answer = required(said, "asking for training jobs", "`invoke migrate` brings the tables.")
    return answer.strip().splitlines()[-1]
