"""Trains one embedder; a run that was stopped goes on from its checkpoint as if it had not been."""

import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..failures import TrainingFailure
from ..losses.arcface import margin_at
from ..losses.embedder_loss import EmbedderLoss
from ..nets.embedder import Embedder
from .checkpoint import load_checkpoint, read_checkpoint, save_checkpoint
from .embedder_config import EmbedderConfig
from .embedder_sources import BatchSource
from .embedder_start import measure_statistics, norms_of, start_embedder
from .schedule import warm_up_constant, warm_up_cosine
from .world import World

CHECKPOINT = "checkpoint.pt"
KIND = "embedder"
_STATISTICS_BATCHES = 8


class EmbedderTraining:
    """The state of one training: `step` makes one optimiser step; `save` and `resume` keep everything that decides."""

    def __init__(self, config: EmbedderConfig, source: BatchSource, world: World) -> None:
        torch.manual_seed(config.seed)
        self.config, self.source, self.world = config, source, world
        self.embedder = Embedder(config.spec)
        for norm in norms_of(self.embedder):
            norm.momentum = config.train.norm_momentum if config.train.norm_momentum is not None else norm.momentum
        loss = config.loss
        self.losses = EmbedderLoss(
            self.embedder,
            len(source.classes),
            scale=loss.scale,
            memory=loss.memory,
            pair_weight=loss.pair_weight,
            pair_scale=loss.pair_scale,
        ).to(world.device)
        self.embedder.to(memory_format=torch.channels_last)
        self.optimiser = self._make_optimiser()
        self.is_mixed = config.train.is_mixed and world.device.type == "cuda"
        self.scaler = torch.amp.GradScaler(world.device.type, enabled=self.is_mixed)
        self.shared: nn.Module = self.losses
        self.steps_done = 0
        self.seconds = 0.0

    def _make_optimiser(self) -> torch.optim.Optimizer:
        train, head = self.config.train, self.losses.head.centres
        weights = [value for value in self.embedder.parameters() if value.requires_grad]
        groups = [
            {"params": [value for value in weights if value.ndim > 1], "weight_decay": train.weight_decay},
            {"params": [*(value for value in weights if value.ndim <= 1), head], "weight_decay": 0.0},
        ]
        if train.optimiser == "adam":
            return torch.optim.Adam(groups, lr=train.rate)
        return torch.optim.AdamW(groups, lr=train.rate, betas=(0.9, 0.99))

    @property
    def progress(self) -> float:
        """Share of the schedule that is done, in [0, 1]: by steps, or by time when that runs out first."""
        minutes = self.config.train.max_minutes
        by_time = self.seconds / (60 * minutes) if minutes else 0.0
        return min(1.0, max(self.steps_done / self.source.steps, by_time))

    def learning_rate(self) -> float:
        """Rate of the next step, at the middle of its share of the schedule: never 0."""
        train = self.config.train
        middle = self.progress + 0.5 / self.source.steps
        shape = warm_up_cosine if train.decay == "cosine" else warm_up_constant
        return train.rate * shape(middle, train.warm_up)

    def share(self) -> None:
        """Share the gradient with the other processes, once the weights to start from are in place."""
        self.shared = self.world.wrap(self.losses)

    def step(self) -> dict[str, float]:
        """Draw one batch, make one optimiser step, and return its figures."""
        began = time.perf_counter()
        train, progress = self.config.train, self.progress
        self.shared.train()
        if progress >= 1 - train.frozen_norm_share:
            for norm in norms_of(self.embedder):
                norm.eval()
        loss = self.config.loss
        rate, margin = self.learning_rate(), margin_at(progress, loss.margin, loss.margin_start, loss.margin_full)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        batch = self.source.next(self.steps_done, progress)
        drawn = time.perf_counter()
        device = self.world.device
        crops, labels = batch.crops.to(device, non_blocking=True), batch.labels.to(device, non_blocking=True)
        with torch.autocast(device.type, enabled=self.is_mixed):
            losses = self.shared(crops, labels, batch.is_picture.to(device), margin)
        self.optimiser.zero_grad(set_to_none=True)
        self.scaler.scale(losses.total).backward()
        if train.clip is not None:
            self.scaler.unscale_(self.optimiser)
            nn.utils.clip_grad_norm_(self.embedder.parameters(), train.clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.losses.remember(losses.features, labels)
        figures = {"loss": losses.total.item(), "arcface_loss": losses.arcface.item()}
        if loss.pair_weight:
            figures["pair_loss"] = losses.pair.item()
        self.steps_done += 1
        ended = time.perf_counter()
        self.seconds = self.world.mean({"seconds": self.seconds + ended - began})["seconds"]
        return figures | {
            "accuracy": losses.accuracy.item(),
            "margin": margin,
            "learning_rate": rate,
            "draw_ms": 1e3 * (drawn - began) / len(labels),
            "train_ms": 1e3 * (ended - drawn) / len(labels),
        }

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all."""
        state = {
            "config": self.config.model_dump(mode="json"),
            "classes": self.source.classes,
            "digest": self.source.digest,
            "model": self.embedder.state_dict(),
            "centres": self.losses.head.centres.detach(),
            "memory": self.losses.memory.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "source": {**self.source.state(), "classes": len(self.source.classes)},
            "steps": self.source.steps,
            "world": self.world.size,
            "batch": self.config.train.batch,
            "steps_done": self.steps_done,
            "seconds": self.seconds,
        }
        save_checkpoint(path, KIND, self.config.identity(), state)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint.

        When garments have joined since, which only composites allow, their class centres start at random, the others
        keep theirs, and a fresh pass over all of them begins.

        Raises:
            TrainingFailure: it comes from another configuration or other crops, or from batches of another size, in
                which its number of steps means something else.
        """
        state = load_checkpoint(path, KIND, self.config.identity())
        self._require_same_steps(state, path)
        if state["digest"] != self.source.digest:
            raise TrainingFailure(
                f"{path} was trained on other crops than those of --data: give the same, or another --out"
            )
        self.embedder.load_state_dict(state["model"])
        self.steps_done, self.seconds = state["steps_done"], state["seconds"]
        if state["scaler"]:  # It has none where precision was not mixed, as on a CPU.
            self.scaler.load_state_dict(state["scaler"])
        is_same = state["classes"] == self.source.classes
        if is_same:
            self.losses.memory.load_state_dict(state["memory"])
            self._set_centres(slice(None), state["centres"])
            self.optimiser.load_state_dict(state["optimiser"])
        else:
            new, old = self._shared_rows(state["classes"])
            self._set_centres(new, state["centres"][old])
            self.optimiser.load_state_dict(self._regrown(state["optimiser"], new, old))
        self.optimiser.param_groups[0]["weight_decay"] = self.config.train.weight_decay  # It may have been changed.
        restored = {key: value for key, value in state["source"].items() if key != "classes" or not is_same}
        self.source.restore(restored, is_same)

    def _require_same_steps(self, state: dict[str, Any], path: Path) -> None:
        """Refuse what would set the schedule to another place, or the optimiser to a state of another one."""
        train = self.config.train
        optimiser = state["config"]["train"]["optimiser"]
        if optimiser != train.optimiser:
            raise TrainingFailure(
                f"{path} was trained with {optimiser}, this run has {train.optimiser}; give the same, or another --out "
                "with --start of this checkpoint"
            )
        if not self.source.digest:
            return  # Composites are drawn in one process, and have as many steps whatever a batch holds.
        for name, what, ours in (("world", "processes", self.world.size), ("batch", "crops a batch", train.batch)):
            if state.get(name, ours) != ours:
                raise TrainingFailure(
                    f"{path} was trained with {state[name]} {what}, this run has {ours}: its schedule would be at "
                    "another place; give the same, or another --out with --start of this checkpoint"
                )

    def begin(self) -> None:
        """Give a fresh run what its configuration starts from; of composites also the class centres of a checkpoint."""
        state = start_embedder(self.embedder, self.config.start)
        if self.config.start.startswith("onnx:"):
            place = self.source.state()
            batches = [self.source.next(step, 0.0).crops for step in range(_STATISTICS_BATCHES)]
            measure_statistics(self.embedder, [crops.to(self.world.device) for crops in batches])
            self.source.restore(place, True)
        if state is not None and not self.source.digest and not state["digest"]:
            new, old = self._shared_rows(state["classes"])
            self._set_centres(new, state["centres"][old])

    def _set_centres(self, rows: Tensor | slice, values: Tensor) -> None:
        with torch.no_grad():
            self.losses.head.centres[rows] = values.to(self.world.device)

    def _shared_rows(self, classes: list[str]) -> tuple[Tensor, Tensor]:
        """Match a checkpoint's classes to ours: (our rows, its rows) of the garments that both know."""
        rows = {identity: index for index, identity in enumerate(classes)}
        kept = [(index, rows[one]) for index, one in enumerate(self.source.classes) if one in rows]
        own, its = [pair[0] for pair in kept], [pair[1] for pair in kept]
        return torch.tensor(own, dtype=torch.long), torch.tensor(its, dtype=torch.long)

    def _regrown(self, optimiser: dict[str, Any], new: Tensor, old: Tensor) -> dict[str, Any]:
        """Move the optimiser's moments of the class centres (the last parameter) to their new rows."""
        last = optimiser["param_groups"][-1]["params"][-1]
        for key in ("exp_avg", "exp_avg_sq"):
            grown = torch.zeros(self.losses.head.centres.shape)
            grown[new] = optimiser["state"][last][key][old]
            optimiser["state"][last][key] = grown
        return optimiser


def load_trained(path: Path) -> tuple[Embedder, EmbedderConfig]:
    """Build the embedder of a training's checkpoint with its weights, in evaluation mode, and its configuration.

    Raises:
        TrainingFailure: the file is no checkpoint of an embedder.
    """
    return trained_embedder(read_checkpoint(path, KIND))


def trained_embedder(state: dict[str, Any]) -> tuple[Embedder, EmbedderConfig]:
    """Build the embedder of a checkpoint that has been read; see `load_trained`."""
    config = EmbedderConfig.model_validate(state["config"])
    embedder = Embedder(config.spec)
    embedder.load_state_dict(state["model"])
    return embedder.eval(), config
