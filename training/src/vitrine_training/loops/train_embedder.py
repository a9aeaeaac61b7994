"""Trains one embedder on composites, in one process on one core; can be stopped and resumed at any checkpoint."""

import json
import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..composites.compose import Composer
from ..composites.cutouts import CutoutPool
from ..composites.sampling import BatchSampler
from ..losses.arcface import ArcFace, margin_at, pair_loss
from ..nets.embedder import FEATURE_LENGTH, Embedder
from .embedder_config import EmbedderConfig

CHECKPOINT = "checkpoint.pt"


class EmbedderTraining:
    """The state of one training: `step` makes one optimiser step; `save` and `resume` keep everything that decides."""

    def __init__(self, config: EmbedderConfig, pool: CutoutPool) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.pool = pool
        self.model = Embedder(config.spec).to(memory_format=torch.channels_last)
        # A small momentum, because each batch holds one bucket and shows one kind of garment more than others.
        for module in self.model.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                module.momentum = 0.03
        self.head = ArcFace(FEATURE_LENGTH, len(pool))
        self.optimiser = self._make_optimiser()
        self.sampler = BatchSampler(
            Composer(pool, config.seed, config.scale * config.small_factor, config.grey, config.blank), config.batch
        )
        self.steps_done = 0
        self.seconds = 0.0

    def _make_optimiser(self) -> torch.optim.AdamW:
        decayed = [value for value in self.model.parameters() if value.requires_grad and value.ndim > 1]
        plain = [value for value in self.model.parameters() if value.requires_grad and value.ndim <= 1]
        groups = [
            {"params": decayed, "weight_decay": self.config.weight_decay},
            {"params": [*plain, self.head.centres], "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=self.config.learning_rate, betas=(0.9, 0.99))

    @property
    def progress(self) -> float:
        """Share of the schedule that is done, in [0, 1]: by steps, or by time when that runs out first."""
        return min(1.0, max(self.steps_done / self.config.steps, self.seconds / (60 * self.config.max_minutes)))

    def learning_rate(self) -> float:
        """Linear warm-up, then a cosine to zero."""
        progress, warm_up = self.progress, self.config.warm_up
        if progress < warm_up:
            return self.config.learning_rate * (progress + 1 / self.config.steps) / (warm_up + 1 / self.config.steps)
        return self.config.learning_rate * 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))

    def step(self) -> dict[str, float]:
        """Draw one batch, make one optimiser step, and return its figures."""
        began = time.perf_counter()
        config, progress = self.config, self.progress
        self.sampler.rescale(config.scale * (config.small_factor if progress < config.small_share else 1.0))
        self.model.train()
        if progress >= 1 - config.frozen_norm_share:
            for module in self.model.modules():
                if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                    module.eval()
        rate, margin = self.learning_rate(), margin_at(progress, config.margin)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        crops, identities = self.sampler.next_batch()
        drawn = time.perf_counter()
        labels = torch.from_numpy(identities)
        features = self.model(torch.from_numpy(crops))
        class_loss, cosines = self.head(features, labels, margin)
        twin_loss = pair_loss(features, config.pair_scale)
        loss = class_loss + config.pair_weight * twin_loss
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        self.steps_done += 1
        ended = time.perf_counter()
        self.seconds += ended - began
        return {
            "loss": class_loss.item(),
            "pair_loss": twin_loss.item(),
            "accuracy": (cosines.argmax(1) == labels).float().mean().item(),
            "margin": margin,
            "learning_rate": rate,
            "draw_ms": 1e3 * (drawn - began) / len(labels),
            "train_ms": 1e3 * (ended - drawn) / len(labels),
        }

    def save(self, path: Path) -> None:
        """Write a checkpoint under a temporary name and rename it."""
        state = {
            "config": asdict(self.config),
            "ids": self.pool.ids,
            "model": self.model.state_dict(),
            "centres": self.head.centres.detach(),
            "optimiser": self.optimiser.state_dict(),
            "sampler": self.sampler.state(),
            "steps_done": self.steps_done,
            "seconds": self.seconds,
        }
        temporary = path.with_suffix(".tmp")
        torch.save(state, temporary)
        temporary.rename(path)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint.

        When garments have joined since, their class centres start at random, the others keep theirs, and the sampler
        starts a fresh pass over all of them.
        """
        state: dict[str, Any] = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.steps_done, self.seconds = state["steps_done"], state["seconds"]
        if state["ids"] == self.pool.ids:
            with torch.no_grad():
                self.head.centres.copy_(state["centres"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.sampler.restore(**state["sampler"])
            return
        new, old = self._shared_rows(state["ids"])
        with torch.no_grad():
            self.head.centres[new] = state["centres"][old]
        self.optimiser.load_state_dict(self._regrown(state["optimiser"], new, old))
        epoch = state["sampler"]["next_sample"] // len(state["ids"]) + 1
        self.sampler.restore(epoch * len(self.pool), [], state["sampler"]["scale"])

    def start_from(self, path: Path) -> int:
        """Take over what fits from another embedder's checkpoint: weights of equal name and shape, and class centres.

        The first layers and the centres are what a small training budget is spent on first. Returns the number of
        tensors taken; the others, the optimiser and the schedule start afresh.
        """
        state: dict[str, Any] = torch.load(path, weights_only=True)
        own = self.model.state_dict()
        fitting = {
            key: value
            for key, value in state["model"].items()
            if key in own and own[key].shape == value.shape and key != "pool.power"
        }
        self.model.load_state_dict(fitting, strict=False)
        new, old = self._shared_rows(state["ids"])
        with torch.no_grad():
            self.head.centres[new] = state["centres"][old]
        return len(fitting)

    def _shared_rows(self, ids: list[str]) -> tuple[Tensor, Tensor]:
        """Match a checkpoint's classes to ours: (our rows, its rows) of the garments that both know."""
        rows = {identity: index for index, identity in enumerate(ids)}
        kept = [(index, rows[identity]) for index, identity in enumerate(self.pool.ids) if identity in rows]
        return torch.tensor([own for own, _ in kept]), torch.tensor([its for _, its in kept])

    def _regrown(self, optimiser: dict[str, Any], new: Tensor, old: Tensor) -> dict[str, Any]:
        """Move the optimiser's moments of the class centres (the last parameter) to their new rows."""
        last = optimiser["param_groups"][-1]["params"][-1]
        for key in ("exp_avg", "exp_avg_sq"):
            grown = torch.zeros_like(self.head.centres)
            grown[new] = optimiser["state"][last][key][old]
            optimiser["state"][last][key] = grown
        return optimiser


def train_embedder(
    config: EmbedderConfig, pool: CutoutPool, out: Path, checkpoint_minutes: float = 3.0, start: Path | None = None
) -> None:
    """Train to the end of the schedule, from `out`/checkpoint.pt when there is one; also writes `out`/log.jsonl.

    `start` is another embedder's checkpoint that a fresh run begins with, see `EmbedderTraining.start_from`.
    """
    out.mkdir(parents=True, exist_ok=True)
    training = EmbedderTraining(config, pool)
    checkpoint = out / CHECKPOINT
    if checkpoint.is_file():
        training.resume(checkpoint)
    elif start is not None:
        training.start_from(start)
    saved = training.seconds
    sums: dict[str, float] = {}
    with (out / "log.jsonl").open("a") as log:
        while training.progress < 1:
            for key, value in training.step().items():
                sums[key] = sums.get(key, 0.0) + value
            if training.steps_done % 25 == 0 or training.progress >= 1:
                count = training.steps_done % 25 or 25
                means = {key: round(value / count, 5) for key, value in sums.items()}
                line = {"step": training.steps_done, "minutes": round(training.seconds / 60, 2), **means}
                log.write(json.dumps({**line, "progress": round(training.progress, 4)}) + "\n")
                log.flush()
                sums = {}
            if training.seconds - saved > 60 * checkpoint_minutes or training.progress >= 1:
                training.save(checkpoint)
                saved = training.seconds
