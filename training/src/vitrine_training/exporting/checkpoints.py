"""From a checkpoint, or a preset, to a network and what its file is to say about it."""

from pathlib import Path
from typing import Any

import torch

from ..config import check_values, list_presets, read_preset
from ..failures import TrainingFailure
from ..loops.checkpoint import read_checkpoint
from ..loops.detector_checkpoint import load_detector
from ..loops.detector_config import DetectorConfig, ValidationConfig
from ..loops.embedder_config import EmbedderConfig, list_members, read_embedder_config
from ..nets.detector import Detector
from ..nets.embedder import Embedder
from .export_embedder import load_embedder
from .model_facts import ModelFacts
from .untrained import random_detector, random_embedder


def load_network(checkpoint: Path) -> tuple[Detector | Embedder, ModelFacts]:
    """Load the detector or the embedder of a checkpoint, in inference mode.

    Raises:
        TrainingFailure: the file is missing, damaged or of another program.
    """
    kind = checkpoint_kind(checkpoint)
    state = read_checkpoint(checkpoint, kind)
    identity: dict[str, Any] = state["identity"]
    preset = str(identity.get("preset", ""))
    weights = f"trained from preset {preset}" if preset else "trained"
    if kind == "detector":
        known = preset in list_presets("detector")
        of_preset = read_preset("detector", preset).get("validation", {}) if known else {}
        # What it was trained with, whatever its preset says.
        sides = state.get("config", {}).get("validation", of_preset)
        facts = _detector_facts(check_values(ValidationConfig, sides, f"of {checkpoint}"), preset, weights)
        return load_detector(checkpoint)[0], facts
    scale = float(identity.get("crops", {}).get("factor", 1.0))
    facts = ModelFacts("embedder", identity.get("member", ""), preset=preset, weights=weights, crop_scale=scale)
    return load_embedder(checkpoint), facts


def random_network(preset: str, member: str | None, seed: int) -> Detector | Embedder:
    """Build the detector of a preset, or with `member` one of its embedders, with random weights.

    Raises:
        TrainingFailure: there is no such preset or member.
    """
    if member is None:
        return random_detector(_detector_config(preset).model, seed)
    return random_embedder(_embedder_config(preset, member).spec, seed)


def random_facts(preset: str, member: str | None, seed: int) -> ModelFacts:
    """Say what the file of `random_network` is.

    Raises:
        TrainingFailure: there is no such preset or member.
    """
    weights = f"random, seed {seed}"
    if member is None:
        return _detector_facts(_detector_config(preset).validation, preset, weights)
    scale = _embedder_config(preset, member).crops.factor
    return ModelFacts("embedder", member, preset=preset, weights=weights, crop_scale=scale)


def _detector_config(preset: str) -> DetectorConfig:
    return check_values(DetectorConfig, read_preset("detector", preset), f"of preset {preset}")


def _embedder_config(preset: str, member: str) -> EmbedderConfig:
    if member not in list_members(preset):
        raise TrainingFailure(f"The preset {preset} has no member {member!r}; it has {', '.join(list_members(preset))}")
    return read_embedder_config(preset, member)


def checkpoint_kind(checkpoint: Path) -> str:
    """Say whether a checkpoint is a `detector`'s or an `embedder`'s.

    Raises:
        TrainingFailure: it is missing or neither.
    """
    if not checkpoint.is_file():
        raise TrainingFailure(f"There is no checkpoint {checkpoint}")
    try:
        # Memory-mapped: only the kind is read here.
        state = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:  # torch raises many kinds for a damaged file.
        raise TrainingFailure(f"{checkpoint} is no checkpoint that can be read; remove it or name another") from error
    kind = state.get("kind") if isinstance(state, dict) else None
    if kind not in ("detector", "embedder"):
        raise TrainingFailure(f"{checkpoint} is a checkpoint of neither a detector nor an embedder")
    return str(kind)


def _detector_facts(sides: ValidationConfig, preset: str, weights: str) -> ModelFacts:
    return ModelFacts(
        "detector",
        preset=preset,
        weights=weights,
        picture_side=sides.picture,
        clip_side=sides.clip,
        max_side=sides.max_side,
    )
