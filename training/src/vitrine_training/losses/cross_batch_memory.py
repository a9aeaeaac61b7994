"""Cross-batch memory (Wang et al., 2020): features of the last batches, so that a loss sees more than one batch."""

import torch
from torch import Tensor, nn

EMPTY = -1


class CrossBatchMemory(nn.Module):
    """A ring of the last `size` features and labels, in buffers, so that a checkpoint carries it.

    A batch is to be stored after its loss: what `earlier` gives then comes from earlier batches only. (The reference
    stores first, so that each sample of a batch counts twice.) Size 0 holds nothing.
    """

    features: Tensor
    labels: Tensor
    place: Tensor

    def __init__(self, size: int, length: int) -> None:
        super().__init__()
        self.register_buffer("features", torch.zeros(size, length))
        self.register_buffer("labels", torch.full((size,), EMPTY))
        self.register_buffer("place", torch.zeros((), dtype=torch.long))

    @property
    def size(self) -> int:
        """How many features it can hold."""
        return len(self.labels)

    def earlier(self) -> tuple[Tensor, Tensor]:
        """(features [M, F], labels [M]) of what is stored, without gradient; M is at most `size`."""
        kept = self.labels != EMPTY
        return self.features[kept], self.labels[kept]

    def store(self, features: Tensor, labels: Tensor) -> None:
        """Put a batch in, over the oldest; of a batch larger than the memory its last rows."""
        if not self.size:
            return
        with torch.no_grad():
            features, labels = features.detach()[-self.size :], labels[-self.size :]
            places = (self.place + torch.arange(len(labels), device=labels.device)) % self.size
            self.features[places] = features.to(self.features.dtype)
            self.labels[places] = labels
            self.place.copy_((self.place + len(labels)) % self.size)
