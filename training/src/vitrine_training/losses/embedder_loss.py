"""The network and its losses as one module, so that several processes can share its gradient."""

from typing import NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor, nn

from ..nets.embedder import FEATURE_LENGTH, Embedder
from .arcface import ArcFace
from .cross_batch_memory import CrossBatchMemory
from .pair_loss import pair_loss


class Losses(NamedTuple):
    """What one batch gives."""

    total: Tensor
    arcface: Tensor
    pair: Tensor
    accuracy: Tensor
    """Share of the batch that is nearest to its own class centre."""
    features: Tensor


class EmbedderLoss(nn.Module):
    """ArcFace over the batch and the memory's earlier features, plus `pair_weight` times the pair loss of the batch."""

    def __init__(
        self, embedder: Embedder, classes: int, *, scale: float, memory: int, pair_weight: float, pair_scale: float
    ) -> None:
        super().__init__()
        self.embedder = embedder
        self.head = ArcFace(FEATURE_LENGTH, classes, scale)
        self.memory = CrossBatchMemory(memory, FEATURE_LENGTH)
        self.pair_weight, self.pair_scale = pair_weight, pair_scale

    def forward(self, crops: Tensor, labels: Tensor, is_picture: Tensor, margin: float) -> Losses:
        """Embed a batch and judge it; `remember` is to be called with its features after the step."""
        features: Tensor = self.embedder(crops)
        earlier, earlier_labels = self.memory.earlier()
        seen = torch.cat([features.float(), earlier])
        class_loss, cosines = self.head(seen, torch.cat([labels, earlier_labels]), margin)
        twin_loss = features.new_zeros((), dtype=torch.float32)
        if self.pair_weight:
            twin_loss = pair_loss(features, labels, is_picture, self.pair_scale)
        accuracy = (cosines[: len(labels)].argmax(1) == labels).float().mean()
        total = class_loss + self.pair_weight * twin_loss
        return Losses(total, class_loss.detach(), twin_loss.detach(), accuracy, features.detach().float())

    def remember(self, features: Tensor, labels: Tensor) -> None:
        """Store a batch, and those of the other processes, so that every process keeps the same memory."""
        if not self.memory.size:
            return
        if dist.is_available() and dist.is_initialized():
            features, labels = _gathered(features), _gathered(labels)
        self.memory.store(features, labels)


def _gathered(rows: Tensor) -> Tensor:
    """Rows of all processes in order of rank; each may have another number of them."""
    counts = [torch.zeros((), dtype=torch.long, device=rows.device) for _ in range(dist.get_world_size())]
    dist.all_gather(counts, torch.tensor(len(rows), device=rows.device))
    longest = max(int(count) for count in counts)
    padded = torch.cat([rows, rows.new_zeros((longest - len(rows), *rows.shape[1:]))])
    parts = [torch.empty_like(padded) for _ in counts]
    dist.all_gather(parts, padded)
    return torch.cat([part[: int(count)] for part, count in zip(parts, counts, strict=True)])
