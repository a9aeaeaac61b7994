"""Trains the compact detector on scenes composed on the fly, within a budget of minutes.

The learning rate follows the share of the budget that is used, so a run ends well whatever the machine's speed. A run
that was stopped goes on from its last checkpoint.
"""

import copy
import json
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, Subset

from ..composites.scene_batches import BATCHES_MAX, SceneBatch, SceneBatches, calm_worker, first_of
from ..nets.detector import Detector, count_parameters
from ..nets.detector_spec import DetectorSpec
from ..scoring.evaluate_detector import detect_with_torch, rank_scenes

VALIDATION_SEED = 99
VALIDATION_BATCHES = 12
LOG_EVERY = 20
"""Steps between two lines of the log."""
SAVE_EVERY_S = 120.0
VALIDATE_EVERY_S = 360.0


@dataclass(frozen=True)
class DetectorRun:
    """One training: where it reads and writes, and how long it may take."""

    config: Path
    cutouts: Sequence[Path]
    """Packed cut-outs to train on, without extension."""
    validation: Path
    """Packed cut-outs of held-out garments: watched, never trained on."""
    out: Path
    minutes: float = 40.0
    start: Path | None = None
    """Checkpoint of an earlier run whose averaged weights this run starts from."""
    lr: float | None = None
    """Peak learning rate in place of the configuration's."""
    scene_seed: int = 1
    shops: Sequence[Path] = ()
    """Packed frames of synthetic shops (`pack-shop`) that are mixed in."""
    shop_share: float = 0.4
    """Share of the batches that come from `shops`."""


def learning_rate(peak: float, step: int, warmup: int, progress: float) -> float:
    """Linear warm-up over `warmup` steps, then a cosine over `progress` (0..1) down to 2 % of `peak`."""
    cosine = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return peak * cosine * min(1.0, (step + 1) / warmup)


class Average:
    """Exponential moving average of a module's weights and buffers; the average is what is exported."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.module = copy.deepcopy(module).eval()
        self.decay = decay

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Move towards `module`; early steps move faster, so that the random start is soon forgotten."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for mine, theirs in zip(self.module.state_dict().values(), module.state_dict().values(), strict=True):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)


def weight_groups(module: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Decay for matrices and kernels, none for biases and BatchNorm."""
    kernels = [parameter for parameter in module.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in module.parameters() if parameter.ndim <= 1]
    return [{"params": kernels, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


def load_detector(checkpoint: Path) -> tuple[Detector, dict[str, Any]]:
    """Load the averaged detector of a checkpoint, in test mode, and what else the checkpoint holds."""
    state: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
    detector = Detector(DetectorSpec.parse(state["config"]["model"]))
    detector.load_state_dict(state["average"])
    return detector.eval(), state


def summarise_run(state: dict[str, Any]) -> dict[str, float]:
    """Tell a checkpoint's run in numbers: steps, scenes a step, and minutes."""
    batch = state["config"]["train"]["batch"]
    return {"steps": state["step"], "batch": batch, "minutes": round(state["used_s"] / 60, 1)}


def train_step(detector: Detector, optimizer: torch.optim.Optimizer, batch: SceneBatch) -> dict[str, float]:
    """One step of gradient descent; returns the losses."""
    losses: dict[str, Tensor] = detector(batch.frames, batch.boxes)
    optimizer.zero_grad(set_to_none=True)
    torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(detector.parameters(), 5.0)
    optimizer.step()
    return {name: float(loss.detach()) for name, loss in losses.items()}


class DetectorTraining:
    """A run in progress: built from scratch, from another run's weights, or from its own last checkpoint."""

    def __init__(self, run: DetectorRun) -> None:
        self.run = run
        run.out.mkdir(parents=True, exist_ok=True)
        self.checkpoint = run.out / "last.pt"
        self.config = yaml.safe_load(run.config.read_text())
        self.recipe = self.config["train"]
        self.peak = run.lr or self.recipe["lr"]
        torch.manual_seed(self.recipe["seed"])
        detector = Detector(DetectorSpec.parse(self.config["model"]))
        self.detector: Detector = detector.to(memory_format=torch.channels_last).train()
        self.optimizer = torch.optim.AdamW(weight_groups(self.detector, self.recipe["weight_decay"]), lr=self.peak)
        self.step = 0
        self.used_s = 0.0
        self.history: list[dict[str, float]] = []
        """The trainings that this one started from, as `summarise_run` tells them."""
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
            self.detector.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.used_s, self.history = state["step"], state["used_s"], state.get("history", [])
        elif run.start is not None:
            state = torch.load(run.start, map_location="cpu", weights_only=True)
            self.detector.load_state_dict(state["average"])
            self.history = [*state.get("history", []), summarise_run(state)]
        else:
            state = None
        self.average = Average(self.detector, self.recipe["ema"])
        if state is not None:
            self.average.module.load_state_dict(state["average"])
        self.log_path = run.out / "log.jsonl"

    def save(self) -> None:
        """Write the checkpoint under a temporary name, then rename: a killed run leaves the last whole one."""
        state = {
            "config": self.config,
            "model": self.detector.state_dict(),
            "average": self.average.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "used_s": self.used_s,
            "history": self.history,
            "parameters": count_parameters(self.detector),
        }
        temporary = self.checkpoint.with_suffix(".tmp")
        torch.save(state, temporary)
        os.replace(temporary, self.checkpoint)

    def log(self, **values: Any) -> None:
        """Append one JSON line."""
        with self.log_path.open("a") as file:
            file.write(json.dumps({"step": self.step, **values}) + "\n")

    def batches(self) -> Dataset[SceneBatch]:
        """Return the scenes to train on, from the next step's on."""
        scenes = SceneBatches(
            self.run.cutouts,
            seed=self.run.scene_seed,
            batch=self.recipe["batch"],
            shops=self.run.shops,
            shop_share=self.run.shop_share,
        )
        return Subset(scenes, range(self.step, BATCHES_MAX))

    def validate(self) -> None:
        """Log AP50 of the averaged weights over held-out scenes."""
        held_out = SceneBatches([self.run.validation], seed=VALIDATION_SEED, batch=8, count=VALIDATION_BATCHES)
        detector = self.average.module
        assert isinstance(detector, Detector)
        ranked = rank_scenes(detect_with_torch(detector), held_out)
        precision, recall = ranked.at(0.5)
        self.log(ap50=ranked.average_precision(), precision=precision, recall=recall)

    def fit(self) -> None:
        """Train until the budget is used; checkpoints and validates now and then and at the end."""
        loader: Any = DataLoader(
            self.batches(),
            batch_size=1,
            collate_fn=first_of,
            num_workers=1,
            prefetch_factor=6,
            worker_init_fn=calm_worker,
            # A forked worker would hang in OpenCV where this process has already used its threads.
            multiprocessing_context="spawn",
        )
        began, already = time.monotonic(), self.used_s
        saved_s = validated_s = already
        sums: dict[str, float] = {}
        for batch in loader:
            self.used_s = already + time.monotonic() - began
            progress = self.used_s / (self.run.minutes * 60)
            rate = learning_rate(self.peak, self.step, self.recipe["warmup_steps"], progress)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            for name, loss in train_step(self.detector, self.optimizer, batch).items():
                sums[name] = sums.get(name, 0.0) + loss / LOG_EVERY
            self.step += 1
            self.average.update(self.detector, self.step)
            if self.step % LOG_EVERY == 0:
                self.log(used_s=round(self.used_s), lr=rate, **{name: round(loss, 4) for name, loss in sums.items()})
                sums = {}
            is_done = progress >= 1
            if is_done or self.used_s - saved_s > SAVE_EVERY_S:
                self.save()
                saved_s = self.used_s
            if is_done or self.used_s - validated_s > VALIDATE_EVERY_S:
                self.validate()
                validated_s = self.used_s
            if is_done:
                return
