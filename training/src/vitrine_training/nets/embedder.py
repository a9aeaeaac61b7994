"""Embedders: a body, GeM pooling, Linear(512), BatchNorm (SPEC 5)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .efficientnet import EfficientNetBody
from .gem import GemPool, MeanPool
from .vovnet import VovNet, VovNetSpec

FEATURE_LENGTH = 512
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class EmbedderSpec:
    """What makes one embedder: its body, its input scale, and how features are pooled and normalised.

    The body is timm's `efficientnet` when that is given, else a VoVNet of `stem` and `stages`.
    """

    stem: Sequence[int] = ()
    stages: Sequence[Sequence[int]] = ()
    scale: float = 1.0
    """The graph resizes its crops by this factor before the body."""
    is_gem_learned: bool = False
    efficientnet: str | None = None
    """timm's name, such as `tf_efficientnet_b5`."""
    gem_power: float = 3.0
    has_gem: bool = True
    """Without, the mean over space."""
    has_neck: bool = True
    """Without, the feature is the Linear's output."""


class Embedder(nn.Module):
    """Maps uint8 RGB crops to features; `forward` gives the BatchNorm's output, `embed` the unit vector."""

    mean: Tensor
    std: Tensor

    def __init__(self, spec: EmbedderSpec) -> None:
        super().__init__()
        self.spec = spec
        self.body: VovNet | EfficientNetBody
        if spec.efficientnet is not None:
            self.body = EfficientNetBody(spec.efficientnet)
        else:
            self.body = VovNet(VovNetSpec.parse(spec.stem, spec.stages))
        self.pool = GemPool(spec.is_gem_learned, spec.gem_power) if spec.has_gem else MeanPool()
        self.project = nn.Linear(self.body.channels[-1], FEATURE_LENGTH, bias=False)
        self.norm = nn.BatchNorm1d(FEATURE_LENGTH) if spec.has_neck else nn.Identity()
        self.register_buffer("mean", 255 * torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", 255 * torch.tensor(STD).view(1, 3, 1, 1))

    def forward(self, crops: Tensor) -> Tensor:
        """Map crops uint8 [N, h, w, 3], already at this embedder's own scale, to features [N, 512]."""
        return self._features(crops.permute(0, 3, 1, 2).float())

    def embed(self, crops: Tensor) -> Tensor:
        """Map crops uint8 [N, h, w, 3] of the set's common size to unit vectors [N, 512]: what the ONNX graph does."""
        return functional.normalize(self.embed_at_length(crops))

    def embed_at_length(self, crops: Tensor) -> Tensor:
        """Like `embed`, before the features are brought to unit length."""
        pixels = crops.permute(0, 3, 1, 2).float()
        if self.spec.scale != 1:
            pixels = functional.interpolate(
                pixels, scale_factor=self.spec.scale, mode="bilinear", recompute_scale_factor=False
            )
        return self._features(pixels)

    def _features(self, pixels: Tensor) -> Tensor:
        normalised = (pixels - self.mean) / self.std
        maps = self.body(normalised.contiguous(memory_format=torch.channels_last))
        features: Tensor = self.norm(self.project(self.pool(maps[-1])))
        return features
