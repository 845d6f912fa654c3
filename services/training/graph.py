"""A graph as Postgres keeps it, and as PyTorch Geometric wants it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
import torch
from torch_geometric.data import Data

NODES = b"SELECT node, features, label FROM public.graph_nodes WHERE graph = %s ORDER BY node"
EDGES = b"SELECT source, target FROM public.graph_edges WHERE graph = %s ORDER BY source, target"
HELD_OUT = 5
"""Every fifth node with a label is not trained on; accuracy is measured on those."""


class Unfit(Exception):  # noqa: N818  # the adjective that the job's reason carries
    """The graph cannot be trained on; the message says why."""


@dataclass(frozen=True)
class Graph:
    """A graph in memory.

    Attributes:
        data: `x` of shape (nodes, features), `edge_index` of shape (2, edges), `y` of shape (nodes,).
        features: how many each node has.
        classes: how many labels there are.
    """

    data: Any
    features: int
    classes: int


def read(connection: "psycopg.Connection[Any]", name: str) -> Graph:
    """Reads a graph; the same rows give the same tensors.

    Raises:
        Unfit: when it has no nodes, no labels, or nodes of different widths.
    """
    nodes = connection.execute(NODES, (name,)).fetchall()
    edges = connection.execute(EDGES, (name,)).fetchall()
    return assembled(name, nodes, edges)


def assembled(name: str, nodes: list[tuple[Any, ...]], edges: list[tuple[Any, ...]]) -> Graph:
    """Tensors of the rows.

    Raises:
        Unfit: see `read`.
    """
    widths = {len(features) for _, features, _ in nodes}
    labels = [-1 if label is None else int(label) for _, _, label in nodes]
    if len(widths) != 1:
        raise Unfit(f"graph {name!r} has no nodes" if not widths else f"nodes of {name!r} differ in width")
    if max(labels) < 1:
        raise Unfit(f"graph {name!r} needs labels of two classes or more, numbered from 0 on")
    place = {node: index for index, (node, _, _) in enumerate(nodes)}
    pairs = [(place[source], place[target]) for source, target in edges]
    y = torch.tensor(labels)
    known = torch.arange(len(nodes)) % HELD_OUT != 0
    data = Data(
        x=torch.from_numpy(np.asarray([features for _, features, _ in nodes], dtype=np.float32)),
        edge_index=torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).t().contiguous(),
        y=y,
        train_mask=known & (y >= 0),
        test_mask=~known & (y >= 0),
    )
    return Graph(data, widths.pop(), max(labels) + 1)
