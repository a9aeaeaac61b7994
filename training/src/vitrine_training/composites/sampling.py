"""Which composites a training sees, in which batches: batches of one aspect bucket from a small pool.

A sample is a pair of one garment: a picture-like and a clip-like composite at the size of one bucket. The bucket is
known only once the first is drawn, so pairs wait, by bucket, until a batch is full. The state is the next sample's
number and the numbers of those that wait; both fit in a checkpoint and give the same batches again.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .compose import Composer, Composite
from .cutouts import Image

Pair = tuple[Composite, Composite]


class BatchSampler:
    """Draws batches of `batch` composites of one bucket, pictures first, then the clip of each in the same order.

    Every garment comes once an epoch; which of the two chooses the bucket alternates.
    """

    def __init__(self, composer: Composer, batch: int) -> None:
        self.composer = composer
        self.batch = batch
        self.next_sample = 0
        self._waiting: dict[int, list[tuple[int, Pair]]] = {}
        self._order: tuple[int, NDArray[np.int64]] = (-1, np.empty(0, np.int64))

    def rescale(self, scale: float) -> None:
        """Draw at another scale from now on; composites of the old one that still wait are dropped."""
        if scale != self.composer.scale:
            self.composer = replace(self.composer, scale=scale)
            self._waiting.clear()

    def next_batch(self) -> tuple[Image, NDArray[np.int64]]:
        """Draw until a bucket is full; returns crops [batch, h, w, 3] and identities [batch]."""
        while True:
            sample = self.next_sample
            self.next_sample += 1
            pair = self._draw(sample)
            group = self._waiting.setdefault(pair[0].bucket, [])
            group.append((sample, pair))
            if len(group) == self.batch // 2:
                del self._waiting[pair[0].bucket]
                members = [pair[side] for side in (0, 1) for _, pair in group]
                crops = np.stack([member.crop for member in members])
                return crops, np.array([member.identity for member in members], np.int64)

    def state(self) -> dict[str, object]:
        """Give what `restore` needs, as plain values."""
        waiting = sorted(sample for group in self._waiting.values() for sample, _ in group)
        return {"next_sample": self.next_sample, "waiting": waiting, "scale": self.composer.scale}

    def restore(self, next_sample: int, waiting: list[int], scale: float) -> None:
        """Go on from a state: composites that waited are drawn again, from the numbers alone."""
        self.rescale(scale)
        self._waiting.clear()
        self.next_sample = next_sample
        for sample in waiting:
            pair = self._draw(sample)
            self._waiting.setdefault(pair[0].bucket, []).append((sample, pair))

    def _draw(self, sample: int) -> Pair:
        epoch, position = divmod(sample, len(self.composer.pool))
        if self._order[0] != epoch:
            rng = np.random.default_rng((self.composer.seed, 1_000_003, epoch))
            self._order = (epoch, rng.permutation(len(self.composer.pool)))
        identity = int(self._order[1][position])
        leads = (epoch + identity) % 2 == 1  # whether the clip-like view chooses the bucket
        first = self.composer.draw(sample, identity, is_clip=leads)
        second = self.composer.draw(sample, identity, is_clip=not leads, bucket=first.bucket)
        return (second, first) if leads else (first, second)
