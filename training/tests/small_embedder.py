"""The scratch preset with a network of a few weights, so that a step takes milliseconds."""

from collections.abc import Sequence
from pathlib import Path

import torch

from vitrine_training.data.crop_table import read_crops
from vitrine_training.loops.embedder_config import EmbedderConfig, read_embedder_config
from vitrine_training.loops.embedder_sources import CropSource
from vitrine_training.loops.train_embedder import EmbedderTraining
from vitrine_training.loops.world import World

SMALL = (
    "net.body.stem=[4, 4]",
    "net.body.stages=[[4, 8, 1, 1]]",
    "net.scale=0.3",
    "train.batch=4",
    "train.epochs=2",
    "train.workers=0",
    "train.validate_epochs=1",
    "composites={steps: 6, small_share: 0.5}",
    "loss.memory=6",
)
ALONE = World(0, 1, torch.device("cpu"))


def small_config(*more: str, member: str = "a") -> EmbedderConfig:
    """Read the small configuration with `more` laid over it."""
    return read_embedder_config("scratch", member, None, [*SMALL, *more])


def train_on(folder: Path, *more: str, steps: int | None = None) -> EmbedderTraining:
    """Train a fresh small embedder on the crops of `folder`, to the end of its schedule or for `steps`."""
    training = training_on(folder, more)
    training.begin()
    while training.progress < 1 and training.steps_done != steps:
        training.step()
    return training


def training_on(folder: Path, more: Sequence[str] = ()) -> EmbedderTraining:
    """Prepare a training of a small embedder on the crops of `folder`."""
    config = small_config(*more)
    return EmbedderTraining(config, CropSource(config, read_crops([folder]), [folder], ALONE), ALONE)
