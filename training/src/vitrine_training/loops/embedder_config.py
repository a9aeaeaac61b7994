"""The configuration of one embedder's training, read from YAML; unknown keys are an error that names them."""

from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from ..nets.embedder import EmbedderSpec


@dataclass(frozen=True)
class EmbedderConfig:
    """Everything that decides one training, except where its data lies and where it writes."""

    name: str
    seed: int
    stem: list[int]
    stages: list[list[int]]
    """[width, out, layers, blocks] a stage."""
    scale: float
    """Input scale, relative to the compact crop sizes."""
    steps: int
    max_minutes: float
    """The schedule ends at `steps` or after this time, whichever comes first, always annealed to the end."""
    is_gem_learned: bool = False
    batch: int = 64
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    margin: float = 0.3
    pair_weight: float = 1.0
    """Weight of the pair loss beside ArcFace's."""
    pair_scale: float = 16.0
    warm_up: float = 0.04
    """Share of the schedule in which the learning rate rises."""
    small_share: float = 0.55
    """Share of the schedule that runs on smaller crops, which is faster."""
    small_factor: float = 0.72
    frozen_norm_share: float = 0.12
    """Share at the end in which BatchNorm uses its running statistics: batches of one bucket are not the whole."""
    grey: float = 0.0
    blank: float = 0.0

    @property
    def spec(self) -> EmbedderSpec:
        """The embedder that this configuration trains."""
        return EmbedderSpec(self.stem, self.stages, self.scale, self.is_gem_learned)


def read_config(path: Path) -> EmbedderConfig:
    """Read and check a configuration file.

    Raises:
        ValueError: a key is unknown or a needed one is missing.
    """
    values = yaml.safe_load(path.read_text())
    known = {field.name for field in fields(EmbedderConfig)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"Unknown keys in {path}: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    try:
        return EmbedderConfig(**values)
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from error
