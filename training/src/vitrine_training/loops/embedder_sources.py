"""Where an embedder's batches come from: crops of a shop, or composites of cut-outs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import torch
from torch.utils.data import DataLoader

from ..composites.compose import Composer
from ..composites.cutouts import CutoutPool
from ..composites.sampling import BatchSampler
from ..data.crop_batches import Batch, CropBatches
from ..data.crop_table import CropData, CropReport, require_training
from ..failures import TrainingFailure
from .embedder_config import EmbedderConfig
from .one_thread import calm_worker
from .world import World


class BatchSource(Protocol):
    """Batches for a training, in an order that the seed decides."""

    classes: list[str]
    """Names of the garments; a label is an index into it."""
    steps: int
    """Length of the schedule."""
    steps_between_validations: int
    report: CropReport
    digest: str
    """What a run that goes on must share; empty where garments may join."""

    def next(self, step: int, progress: float) -> Batch:
        """Give the batch of step number `step` (from 0); steps follow one another."""
        ...

    def state(self) -> dict[str, Any]:
        """Give what `restore` needs, as plain values."""
        ...

    def restore(self, state: dict[str, Any], is_same: bool) -> None:
        """Go on from a state; `is_same` is False when garments have joined since."""
        ...


class CropSource:
    """Batches of the training crops of a shop, read and augmented by `train.workers` processes."""

    def __init__(self, config: EmbedderConfig, data: CropData, folders: list[Path], world: World) -> None:
        require_training(data, folders)
        train, crops = config.train, config.crops
        self.classes, self.report, self.digest = data.train.classes, data.report, data.digest
        self.batches = CropBatches(
            data.train,
            batch=train.batch,
            seed=config.seed,
            scale=crops.factor * config.net.scale,
            sets=tuple(crops.sets),
            is_grouped=crops.is_grouped,
            views=crops.views,
            augmentation=config.augment,
            rank=world.rank,
            world=world.size,
        )
        self.steps = self.batches.steps_in(train.epochs)
        # Later than the end is never, without a table of all the epochs until then.
        self.steps_between_validations = self.batches.steps_in(min(train.validate_epochs, train.epochs + 1))
        self._workers = train.workers
        self._step = -1
        self._iterator: Iterator[Batch] = iter(())

    def next(self, step: int, progress: float) -> Batch:
        """Give the batch of `step`; the workers start anew where it does not follow the last one."""
        if step != self._step:
            self._iterator = iter(self._loader(step))
        self._step = step + 1
        try:
            batch = next(self._iterator)
        except TrainingFailure as failure:
            # Out of a worker process it comes with that one's traceback; its last line is the sentence.
            sentence = str(failure).strip().splitlines()[-1].split(f"{TrainingFailure.__name__}: ")[-1]
            raise TrainingFailure(sentence) from failure
        for fault in batch.faults:
            self.report.add("unreadable", fault)
        return batch

    def _loader(self, step: int) -> "DataLoader[Batch]":
        return DataLoader(
            self.batches,
            batch_size=None,
            sampler=range(step, max(self.steps, step + 1)),
            num_workers=self._workers,
            prefetch_factor=4 if self._workers else None,
            worker_init_fn=calm_worker,
            # A forked worker would hang in OpenCV where this process has already used its threads.
            multiprocessing_context="spawn" if self._workers else None,
            pin_memory=torch.cuda.is_available(),
        )

    def state(self) -> dict[str, Any]:
        """Give nothing: a batch is a function of the step."""
        return {}

    def restore(self, state: dict[str, Any], is_same: bool) -> None:
        """Do nothing."""


class CompositeSource:
    """Batches of composites of cut-outs, drawn in this process; garments may join between two runs.

    Raises:
        TrainingFailure: several processes share the training, or there are fewer than two garments.
    """

    digest = ""

    def __init__(self, config: EmbedderConfig, pool: CutoutPool, world: World) -> None:
        if world.size > 1:
            raise TrainingFailure("Composites are drawn in one process: start without torchrun, or give --data")
        if len(pool) < 2:
            raise TrainingFailure(f"The cut-outs hold {len(pool)} garments; two or more are needed to tell apart")
        self.classes, self.report = pool.ids, CropReport()
        self.steps = config.composites.steps
        self.steps_between_validations = max(1, self.steps // 10)
        self._options = config.composites
        self._scale = config.net.scale * config.crops.factor / 0.56
        options = self._options
        composer = Composer(pool, config.seed, self._scale * options.small_factor, options.grey, options.blank)
        self.sampler = BatchSampler(composer, config.train.batch)

    def next(self, step: int, progress: float) -> Batch:
        """Draw a batch: pictures, then a clip-like view of each."""
        options = self._options
        self.sampler.rescale(self._scale * (options.small_factor if progress < options.small_share else 1.0))
        crops, identities = self.sampler.next_batch()
        is_picture = torch.arange(len(identities)) < len(identities) // 2
        return Batch(torch.from_numpy(crops), torch.from_numpy(identities), is_picture)

    def state(self) -> dict[str, Any]:
        """Give the sampler's place."""
        return self.sampler.state()

    def restore(self, state: dict[str, Any], is_same: bool) -> None:
        """Go on; with garments that joined, a fresh pass over all of them begins."""
        if is_same:
            self.sampler.restore(**state)
            return
        epoch = state["next_sample"] // state["classes"] + 1
        self.sampler.restore(epoch * len(self.classes), [], state["scale"])
