"""Trains the detector: the stages of its schedule one after the other, with checkpoints, a log and measurements.

A run that was stopped goes on from its last checkpoint and comes to the same weights as an undisturbed one: each step's
batch and random choices follow from the seed and the step's number.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Sampler
from tqdm import tqdm

from ..data.coco_batches import DetectorBatch, DetectorBatches, StageBatches, Variations
from ..data.coco_epochs import BatchKey
from ..data.coco_images import read_coco
from ..failures import TrainingFailure
from ..nets.detector import Detector, count_parameters
from ..scoring.coco_map import flatten, measure_images, tell
from ..scoring.detect import detect_with_torch
from .average import Average
from .checkpoint import load_checkpoint, save_checkpoint
from .detector_checkpoint import KIND, NAME, load_detector, summarise_run
from .detector_config import DetectorConfig, OptimizerConfig
from .detector_plan import Place, Plan, stages_of
from .detector_start import FROM_NOTHING, start_detector
from .one_thread import calm_worker
from .run_log import RunLog
from .world import World

__all__ = ["DetectorRun", "DetectorTraining", "load_detector", "summarise_run"]

PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class DetectorRun:
    """One training: what it is made of, and where it reads and writes."""

    config: DetectorConfig
    preset: str
    out: Path
    data: Sequence[Path] = ()
    """COCO folders, of which the split `train` is trained on."""
    cutouts: Sequence[Path] = ()
    """Packed cut-outs, without extension, that scenes are composed from."""
    validation: Sequence[Path] = ()
    """COCO folders, whose split `validation` is watched, never trained on."""


def make_optimizer(detector: Detector, config: OptimizerConfig) -> torch.optim.Optimizer:
    """Decay for matrices and kernels, none for biases and normalisations; frozen parameters are left out."""
    moving = [parameter for parameter in detector.parameters() if parameter.requires_grad]
    groups = [
        {"params": [parameter for parameter in moving if parameter.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [parameter for parameter in moving if parameter.ndim <= 1], "weight_decay": 0.0},
    ]
    if config.kind == "adamw":
        return torch.optim.AdamW(groups, lr=0.0)
    return torch.optim.SGD(groups, lr=0.0, momentum=config.momentum)


class Keys(Sampler[BatchKey]):
    """Names the batches to come, from where the run is; asked by the loader ahead of the steps."""

    def __init__(self, training: "DetectorTraining") -> None:
        self._training = training

    def __iter__(self) -> Iterator[BatchKey]:
        training = self._training
        counts = list(training.stage_steps)
        for step in range(training.step, training.plan.total):
            stage = training.plan.place(step, training.used_s).stage
            yield BatchKey(stage, counts[stage])
            counts[stage] += 1


class DetectorTraining:
    """A run in progress: built from what its configuration starts from, or from its own last checkpoint."""

    def __init__(self, run: DetectorRun, world: World) -> None:
        self.run, self.config, self.world = run, run.config, world
        self.plan = Plan(stages_of(self.config), self.config.max_minutes)
        self.checkpoint = run.out / NAME
        self.step, self.images, self.used_s = 0, 0, 0.0
        self.stage_steps = [0] * len(self.plan.stages)
        self.history: list[dict[str, float]] = []
        """The trainings that this one started from, as `summarise_run` tells them."""
        self.train_images = read_coco(run.data, "train") if run.data else None
        self.held_out = read_coco(run.validation, "validation") if run.validation else None
        self.batches = self._make_batches()
        torch.manual_seed(self.config.seed)
        detector = Detector(self.config.model)
        self.identity = {
            "preset": run.preset,
            "model": self.config.model.model_dump(mode="json"),
            "seed": self.config.seed,
            "optimizer": {"kind": self.config.optimizer.kind},
        }
        state = load_checkpoint(self.checkpoint, KIND, self.identity) if self.checkpoint.exists() else None
        if state is None:
            self.beginning = start_detector(detector, self.config.start, self._first_batches)
            self.history = self._start_history()
        else:
            detector.load_state_dict(state["model"])
            self.beginning = f"goes on from step {state['step']} of {self.checkpoint}"
        self.detector: Detector = detector.to(world.device).to(memory_format=torch.channels_last).train()
        self.optimizer = make_optimizer(self.detector, self.config.optimizer)
        self.scaler = torch.amp.GradScaler(world.device.type, enabled=self.config.precision == "fp16")
        decay = self.config.optimizer.ema
        self.average = Average(self.detector, decay) if decay else None
        if state is not None:
            self._restore(state)
        self.shared = world.wrap(self.detector)

    def _make_batches(self) -> DetectorBatches:
        data = self.config.data
        return DetectorBatches(
            [StageBatches(stage.batch, stage.short_side, stage.max_side) for stage in self.plan.stages],
            seed=self.config.seed,
            images=self.train_images,
            cutouts=self.run.cutouts,
            variations=Variations(data.hflip, data.multi_scale, data.photometric, data.composed_share),
            rank=self.world.rank,
            world=self.world.size,
        )

    def _first_batches(self) -> Iterator[DetectorBatch]:
        return (self.batches[BatchKey(0, number)] for number in range(self.plan.stages[0].steps))

    def _start_history(self) -> list[dict[str, float]]:
        kind, _, name = self.config.start.partition(":")
        if kind != "checkpoint":
            return []
        state = load_detector(Path(name))[1]
        return [*state["history"], summarise_run(state)]

    def _restore(self, state: dict[str, Any]) -> None:
        self.optimizer.load_state_dict(state["optimizer"])
        for group, fresh in zip(
            self.optimizer.param_groups, make_optimizer(self.detector, self.config.optimizer).param_groups, strict=True
        ):
            # What may be changed on the way: the checkpoint's values came with it.
            group.update({key: fresh[key] for key in ("weight_decay", "momentum") if key in fresh})
        if state["scaler"]:  # It has none where precision was not float16.
            self.scaler.load_state_dict(state["scaler"])
        if self.average is not None and state["average"] is not None:
            self.average.module.load_state_dict(state["average"])
        self.step, self.images, self.used_s = state["step"], state["images"], state["used_s"]
        self.stage_steps, self.history = list(state["stage_steps"]), state["history"]
        if len(self.stage_steps) != len(self.plan.stages):
            raise TrainingFailure(
                f"{self.checkpoint} comes from a schedule of {len(self.stage_steps)} stages, this configuration has "
                f"{len(self.plan.stages)}; give the same configuration, or another --out"
            )

    def save(self) -> None:
        """Write the checkpoint; only the main process does."""
        if not self.world.is_main:
            return
        state = {
            "config": self.config.model_dump(mode="json"),
            "model": self.detector.state_dict(),
            "average": None if self.average is None else self.average.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "step": self.step,
            "stage_steps": self.stage_steps,
            "images": self.images,
            "used_s": self.used_s,
            "history": self.history,
            "parameters": count_parameters(self.detector),
        }
        save_checkpoint(self.checkpoint, KIND, self.identity, state)

    def describe(self) -> list[str]:
        """Tell what the run has before it, one line a thing."""
        lines = []
        for name, images in (("trains", self.train_images), ("validates", self.held_out)):
            if images is not None:
                lines.append(f"{name} on {images.describe()}")
                lines += [f"  {problem}" for problem in images.problems.lines()]
        if self.run.cutouts:
            lines.append(f"composes scenes from {len(self.run.cutouts)} packs of cut-outs")
        if self.config.model.is_norm_frozen and self.beginning == FROM_NOTHING:
            lines.append(
                "its normalisations are frozen, but it starts from nothing: give --start, or thaw them with "
                "--set model.is_norm_frozen=false"
            )
        size = f"{count_parameters(self.detector):,} parameters"
        return [*lines, f"{size} on {self.world.device}, {self.world.size} processes, {self.beginning}"]

    def loader(self) -> Any:
        """Batches from the next step on."""
        workers = self.config.data.workers
        return DataLoader(
            self.batches,
            batch_size=None,
            sampler=Keys(self),
            num_workers=workers,
            prefetch_factor=4 if workers else None,
            worker_init_fn=calm_worker if workers else None,
            # A forked worker would hang in OpenCV where this process has already used its threads.
            multiprocessing_context="spawn" if workers else None,
            pin_memory=self.world.device.type == "cuda",
        )

    def _batches_to_come(self) -> Iterator[DetectorBatch]:
        try:
            yield from self.loader()
        except TrainingFailure as failure:
            # Out of a worker process it comes with that one's traceback; its last line is the sentence.
            sentence = str(failure).strip().splitlines()[-1].split(f"{TrainingFailure.__name__}: ")[-1]
            raise TrainingFailure(sentence) from failure

    def train_step(self, batch: DetectorBatch, rate: float) -> dict[str, float]:
        """One step of gradient descent; returns the losses of this process."""
        # Both RPN and heads draw their samples: by the step, so that they are the same after a kill.
        torch.manual_seed(((self.config.seed << 40) + (self.step << 12) + self.world.rank) % (1 << 63))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        device = self.world.device
        boxes = [one.to(device, non_blocking=True) for one in batch.boxes]
        precision = PRECISIONS[self.config.precision]
        with torch.autocast(device.type, precision, enabled=precision is not torch.float32):
            losses: dict[str, Tensor] = self.shared(batch.frames.to(device, non_blocking=True), boxes, batch.sizes)
        loss = torch.stack(list(losses.values())).sum()
        self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        if self.config.optimizer.clip:
            self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self.detector.parameters(), self.config.optimizer.clip)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return {"loss": float(loss.detach()), **{name: float(value.detach()) for name, value in losses.items()}}

    def measure(self, *, is_whole: bool) -> dict[str, Any] | None:
        """COCO figures over the held-out images, or evenly spread ones of them; None without any."""
        images, config = self.held_out, self.config.validation
        if images is None or not self.world.is_main:
            return None
        count = len(images) if is_whole else min(config.images, len(images))
        rows = [row * len(images) // count for row in range(count)]
        module: Any = self.detector if self.average is None else self.average.module
        sides = {"picture": config.picture, "clip": config.clip}
        measured = measure_images(detect_with_torch(module), images, rows, short_sides=sides, max_side=config.max_side)
        self.detector.train()
        return measured

    def fit(self) -> dict[str, Any] | None:
        """Train to the end of the schedule; returns the last measurement, over all held-out images.

        Raises:
            TrainingFailure: a loss is not a number, the disk is full, or the data cannot be used.
        """
        out, is_main = self.run.out, self.world.is_main
        title, total, every = f"detector {self.run.preset}", self.plan.total, self.config.log_every
        with RunLog(out, title=title, total=total, done=self.step, every=every, is_main=is_main) as log:
            for line in self.describe():
                log.say(line)
            self._tell_problems(out)
            place = self._steps(log)
            if place.is_end:
                self.save()
                measured = self.measure(is_whole=True)
                if measured is not None:
                    log.note(self.step, flatten(measured))
                return measured
        return None

    def _steps(self, log: RunLog) -> Place:
        began, already = time.monotonic(), self.used_s
        told: set[str] = set()
        for batch in self._batches_to_come():
            place = self.plan.place(self.step, self.used_s)
            stage_step = self.stage_steps[place.stage]
            rate = self.plan.rate(place, stage_step)
            losses = self.train_step(batch, rate)
            self.step += 1
            self.stage_steps[place.stage] += 1
            self.images += len(batch.sizes) * self.world.size
            # All processes go by one clock, so that they end together.
            self.used_s = self.world.mean({"s": already + time.monotonic() - began})["s"]
            if self.average is not None:
                self.average.update(self.detector, self.step)
            for fault in sorted(set(batch.unusable) - told):
                told.add(fault)
                tqdm.write(f"not used: {fault}", file=sys.stderr)  # By whichever process met it.
            log.step(self.step, {**self.world.mean(losses), "lr": rate})
            if self.plan.place(self.step, self.used_s).is_end:
                break
            if self.step % self.config.save_every == 0:
                self.save()
            if self.step % self.config.validation.every == 0:
                measured = self.measure(is_whole=False)
                if measured is not None:
                    log.note(self.step, flatten(measured))
                    log.say(f"step {self.step}: {tell(measured)}")
                self.world.barrier()
        return self.plan.place(self.step, self.used_s)

    def _tell_problems(self, out: Path) -> None:
        for name, images in (("train", self.train_images), ("validation", self.held_out)):
            if images is not None and self.world.is_main:
                images.problems.write(out / f"problems-{name}.txt")
