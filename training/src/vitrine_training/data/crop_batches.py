"""Which crops share a batch, at which size: a function of (seed, step), so that a run can go on at any step.

A bucket's crops form an endless stream, one permutation after the other, that is cut into batches; what is left at the
end of an epoch opens the bucket's first batch of the next. So every batch is full and every crop comes equally often.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from ..failures import TrainingFailure
from .augment import Augmentation, augment
from .buckets import SQUARE, scaled_sizes
from .crop_table import CropTable

Image = NDArray[np.uint8]
MIN_BATCH = 4
"""A bucket with fewer crops repeats them: BatchNorm needs some rows."""


@dataclass(frozen=True)
class Batch:
    """Crops uint8 [N, h, w, 3] RGB of one size with their identities [N] and sides [N]."""

    crops: Tensor
    labels: Tensor
    is_picture: Tensor
    faults: tuple[str, ...] = ()
    """What could not be read, with its place; another crop of the batch stands in for it."""


@dataclass(frozen=True)
class BatchPlan:
    """What a batch will hold: rows of the table, their size set and bucket, and each row's own seed."""

    rows: NDArray[np.int64]
    size_set: str
    bucket: int
    seeds: tuple[tuple[int, ...], ...]


class CropBatches(Dataset[Batch]):
    """Batch number `step` of one process, for any step.

    `sets` are the size sets of which each batch draws one, `scale` multiplies their sizes. With `is_grouped` a batch
    holds crops of one aspect bucket; without, any crops, each brought to the square size. `views` crops of one identity
    come one after the other, as far as its bucket has them, sides in turn. Process `rank` of `world` takes every
    `world`-th batch of an epoch.
    """

    def __init__(
        self,
        table: CropTable,
        *,
        batch: int,
        seed: int,
        scale: float = 1.0,
        sets: tuple[str, ...] = ("S", "SM", "M"),
        is_grouped: bool = True,
        views: int = 1,
        augmentation: Augmentation | None = None,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.table, self.batch, self.seed, self.scale = table, batch, seed, scale
        self.sets, self.is_grouped, self.views, self.augmentation = sets, is_grouped, views, augmentation
        self.rank, self.world = rank, world
        keys = table.buckets if is_grouped else np.full(len(table), SQUARE)
        self.groups = {int(bucket): np.flatnonzero(keys == bucket) for bucket in np.unique(keys)}
        self._epoch_starts = [0]
        self._orders: dict[tuple[int, int], NDArray[np.int64]] = {}

    def steps_in(self, epochs: float) -> int:
        """Count the steps of one process in so many epochs."""
        whole = int(epochs)
        part = round((epochs - whole) * (self._start(whole + 1) - self._start(whole)))
        return max(1, self._start(whole) + part)

    def epoch_of(self, step: int) -> int:
        """Epoch, from 0, that `step` belongs to."""
        epoch = int(np.searchsorted(self._epoch_starts, step, side="right")) - 1
        while self._start(epoch + 1) <= step:
            epoch += 1
        return epoch

    def __len__(self) -> int:
        return self._start(1)

    def plan(self, step: int) -> BatchPlan:
        """Say what batch number `step` holds."""
        epoch = self.epoch_of(step)
        cuts = [(bucket, index) for bucket in self.groups for index in range(*self._batches(bucket, epoch))]
        rng = np.random.default_rng((self.seed, 11, epoch))
        order = rng.permutation(len(cuts))
        # The last step's share is filled from the epoch's first batches, so that every process has one.
        place = ((step - self._start(epoch)) * self.world + self.rank) % len(cuts)
        bucket, index = cuts[int(order[place])]
        size = self._size(bucket)
        positions = np.arange(index * size, (index + 1) * size)
        rows = np.array([self._row(bucket, int(position)) for position in positions], np.int64)
        draw = np.random.default_rng((self.seed, 12, epoch, place))
        size_set = self.sets[int(draw.integers(len(self.sets)))]
        seeds = tuple((self.seed, 13, int(row), int(position)) for row, position in zip(rows, positions, strict=True))
        return BatchPlan(rows, size_set, bucket, seeds)

    def __getitem__(self, step: int) -> Batch:
        """Read, resize and augment the crops of batch number `step`.

        Raises:
            TrainingFailure: none of them can be read.
        """
        plan = self.plan(step)
        size = scaled_sizes(self.scale, plan.size_set)[plan.bucket]
        crops, rows, faults = [], [], []
        for row, seed in zip(plan.rows.tolist(), plan.seeds, strict=True):
            image = read_crop(self.table, row, size)
            if image is None:
                faults.append(f"{self.table.places[row]}: {self.table.paths[row]} cannot be read; left out")
                continue
            if self.augmentation is not None:
                image = augment(image, self.augmentation, np.random.default_rng(seed))
            crops.append(image)
            rows.append(row)
        if not crops:
            raise TrainingFailure(f"None of the crops of a batch can be read; {faults[0]}")
        for index in range(len(faults)):
            crops.append(crops[index])
            rows.append(rows[index])
        return Batch(
            torch.from_numpy(np.stack(crops)),
            torch.from_numpy(self.table.identities[rows]),
            torch.from_numpy(self.table.is_picture[rows]),
            tuple(faults),
        )

    def _size(self, bucket: int) -> int:
        return min(self.batch, max(MIN_BATCH, len(self.groups[bucket])))

    def _batches(self, bucket: int, epoch: int) -> tuple[int, int]:
        """(first, end) of the batches that the bucket's stream completes in `epoch`."""
        count, size = len(self.groups[bucket]), self._size(bucket)
        return epoch * count // size, (epoch + 1) * count // size

    def _start(self, epoch: int) -> int:
        while len(self._epoch_starts) <= epoch:
            known = len(self._epoch_starts) - 1
            count = sum(end - first for first, end in (self._batches(bucket, known) for bucket in self.groups))
            self._epoch_starts.append(self._epoch_starts[-1] + -(-count // self.world))
        return self._epoch_starts[epoch]

    def _row(self, bucket: int, position: int) -> int:
        rows = self.groups[bucket]
        pass_number, place = divmod(position, len(rows))
        key = (bucket, pass_number)
        if key not in self._orders:
            if len(self._orders) > 4 * len(self.groups):
                self._orders.clear()
            rng = np.random.default_rng((self.seed, 10, bucket, pass_number))
            self._orders[key] = self._shuffled(rows, rng)
        return int(self._orders[key][place])

    def _shuffled(self, rows: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        shuffled = rows[rng.permutation(len(rows))]
        if self.views < 2:
            return shuffled
        by_identity: dict[int, tuple[list[int], list[int]]] = {}
        for row in shuffled.tolist():
            sides = by_identity.setdefault(int(self.table.identities[row]), ([], []))
            sides[int(self.table.is_picture[row])].append(row)
        chunks = []
        for clips, pictures in by_identity.values():
            turns = _alternate(pictures, clips)
            chunks += [turns[start : start + self.views] for start in range(0, len(turns), self.views)]
        return np.array([row for index in rng.permutation(len(chunks)) for row in chunks[index]], np.int64)


def _alternate(first: list[int], second: list[int]) -> list[int]:
    """Take from both in turn; what is left of the longer comes last."""
    shared = min(len(first), len(second))
    turns = [row for pair in zip(first, second, strict=False) for row in pair]
    return turns + first[shared:] + second[shared:]


def read_crop(table: CropTable, row: int, size: tuple[int, int]) -> Image | None:
    """Read crop number `row` as RGB uint8 [h, w, 3] at `size` (width, height), resized as the main job does.

    Returns None for a file that is no picture.
    """
    pixels = cv2.imread(str(table.paths[row]), cv2.IMREAD_COLOR)
    if pixels is None:
        return None
    resized = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(resized, cv2.COLOR_BGR2RGB), dtype=np.uint8)
