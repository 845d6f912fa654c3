"""The network and its training, epoch by epoch: the same however often it is interrupted."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from torch_geometric.nn.models import GCN

from services.training.graph import Graph

HIDDEN = 32
LAYERS = 2
RATE = 0.01
SEED = 20
DROPOUT = 0.5


@dataclass(frozen=True)
class Figures:
    """How an epoch ended.

    Attributes:
        epoch: counted from 1.
        loss: cross entropy on the nodes that are trained on.
        accuracy: share of the held-out nodes that are told right, 0 to 1.
    """

    epoch: int
    loss: float
    accuracy: float


class Training:
    """A network on its way. Deterministic: one thread, a seed, the generator's state in each checkpoint.

    Attributes:
        epoch: how many are done.
        figures: of the last one.
    """

    def __init__(self, graph: Graph) -> None:
        torch.use_deterministic_algorithms(True)  # torch's own
        torch.set_num_threads(1)
        torch.manual_seed(SEED)
        self._data = graph.data
        self._model = GCN(graph.features, HIDDEN, LAYERS, graph.classes, dropout=DROPOUT)
        self._optimiser = torch.optim.Adam(self._model.parameters(), lr=RATE)
        self.epoch = 0
        self.figures = Figures(0, 0.0, 0.0)

    def step(self) -> Figures:
        """One epoch over the whole graph."""
        data = self._data
        self._model.train()
        self._optimiser.zero_grad()
        told = self._model(data.x, data.edge_index)
        loss = cross_entropy(told[data.train_mask], data.y[data.train_mask])
        loss.backward()
        self._optimiser.step()
        self.epoch += 1
        self.figures = Figures(self.epoch, float(loss.item()), self._accuracy())
        return self.figures

    def _accuracy(self) -> float:
        data = self._data
        self._model.eval()
        with torch.no_grad():
            told = self._model(data.x, data.edge_index)[data.test_mask].argmax(dim=1)
        right = told == data.y[data.test_mask]
        return float(right.float().mean().item()) if len(right) else 0.0

    def saved(self) -> bytes:
        """A checkpoint: all that the next epoch depends on."""
        content = {
            "epoch": self.epoch,
            "model": self._model.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "generator": torch.get_rng_state(),
            "figures": [self.figures.loss, self.figures.accuracy],
        }
        return _bytes(content)

    def resume(self, checkpoint: bytes) -> None:
        """Goes on from a checkpoint. It is read as data alone: no code in it is run."""
        content = torch.load(io.BytesIO(checkpoint), weights_only=True)
        self._model.load_state_dict(content["model"])
        self._optimiser.load_state_dict(content["optimiser"])
        torch.set_rng_state(content["generator"])
        self.epoch = int(content["epoch"])
        self.figures = Figures(self.epoch, *content["figures"])

    def artefact(self) -> bytes:
        """The trained network's weights."""
        return _bytes(self._model.state_dict())


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _bytes(content: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()
