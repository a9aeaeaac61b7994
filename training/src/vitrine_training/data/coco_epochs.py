"""Which images share a batch: an epoch's order, grouped by aspect so that little is padded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ASPECTS_AN_OCTAVE = 3
"""How finely images are told apart by height over width: three groups from 1:1 to 2:1."""


@dataclass(frozen=True)
class BatchKey:
    """Names a batch: a stage of the schedule, and the how-manyth of that stage's batches it is."""

    stage: int
    number: int


def epoch_batches(sizes: NDArray[np.int32], seed: Sequence[int], batch: int) -> list[NDArray[np.int64]]:
    """Return an epoch's batches of image numbers, in order: each image once, but for those that fill the last batch.

    Images [n, 2] (height, width) of about one aspect go together; what is left of each group goes together by aspect.
    Everything follows from `seed`.
    """
    rng = np.random.default_rng(list(seed))
    order = rng.permutation(len(sizes))
    aspect = np.log2(sizes[order, 0] / sizes[order, 1])
    group = np.round(aspect * ASPECTS_AN_OCTAVE).astype(np.int64)
    batches, rest = [], []
    for one in np.unique(group):
        members = order[group == one]
        whole = len(members) // batch * batch
        batches += list(members[:whole].reshape(-1, batch))
        rest.append(members[whole:])
    left = np.concatenate(rest)
    left = np.concatenate([left, rng.choice(order, -len(left) % batch)]).astype(np.int64)
    batches += list(left.reshape(-1, batch))
    return [batches[index] for index in rng.permutation(len(batches))]


class EpochOrder:
    """The batches of one stage by number, epoch after epoch; keeps the epoch in hand."""

    def __init__(self, sizes: NDArray[np.int32], seed: int, stage: int, batch: int) -> None:
        self._sizes = sizes
        self._seed = (seed, stage)
        self._batch = batch
        self._epoch = -1
        self._batches: list[NDArray[np.int64]] = []
        self.batches_an_epoch = -(-len(sizes) // batch)

    def __getitem__(self, number: int) -> tuple[int, NDArray[np.int64]]:
        """Give the epoch of batch `number`, and the numbers of its images."""
        epoch, row = divmod(number, self.batches_an_epoch)
        if epoch != self._epoch:
            self._batches = epoch_batches(self._sizes, (*self._seed, epoch), self._batch)
            self._epoch = epoch
        return epoch, self._batches[row]
