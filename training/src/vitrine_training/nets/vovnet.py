"""VoVNetV2 bodies: one-shot aggregation (OSA) with effective squeeze-excitation (eSE), at any width.

After Lee and Park, "CenterMask: Real-Time Anchor-Free Instance Segmentation", 2020 (VoVNetV2): eSE in every block, an
identity path in every block but a stage's first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class StageSpec:
    """One stage: `blocks` OSA blocks of `layers` 3x3 convolutions of `width` channels, fused to `out` channels."""

    width: int
    out: int
    layers: int = 3
    blocks: int = 1


@dataclass(frozen=True)
class VovNetSpec:
    """A body: channels of the stem's convolutions (strides 2, 1, 2; or 2, 2 when only two) and its stages.

    The first stage works at stride 4, each later one halves the size: four stages give strides 4, 8, 16, 32.
    """

    stem: tuple[int, ...]
    stages: tuple[StageSpec, ...]

    @staticmethod
    def parse(stem: Sequence[int], stages: Sequence[Sequence[int]]) -> "VovNetSpec":
        """Read `[24, 32]` and `[[width, out, layers, blocks], ...]` as they stand in a configuration file."""
        if len(stem) not in (2, 3):
            raise ValueError(f"Expected `stem` to hold 2 or 3 channel counts, got {list(stem)}")
        return VovNetSpec(tuple(stem), tuple(StageSpec(*stage) for stage in stages))


def conv_block(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution without bias, BatchNorm, ReLU; padded so that stride 1 keeps the size."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class EffectiveSqueezeExcitation(nn.Module):
    """eSE: one full-width layer on the mean, a hard sigmoid, and no bottleneck that would lose channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gate = nn.Conv2d(channels, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Weigh [N, C, H, W] by channel."""
        mean = features.mean((2, 3), keepdim=True)
        weighed: Tensor = features * torch.clamp(self.gate(mean) + 3.0, 0.0, 6.0) / 6.0
        return weighed


class OsaBlock(nn.Module):
    """A chain of 3x3 convolutions whose outputs are all concatenated once, fused by 1x1 and weighed by eSE."""

    def __init__(self, inputs: int, spec: StageSpec, has_identity: bool) -> None:
        super().__init__()
        self.has_identity = has_identity
        self.layers = nn.ModuleList(
            conv_block(inputs if index == 0 else spec.width, spec.width, 3) for index in range(spec.layers)
        )
        self.fuse = conv_block(inputs + spec.layers * spec.width, spec.out, 1)
        self.weigh = EffectiveSqueezeExcitation(spec.out)

    def forward(self, features: Tensor) -> Tensor:
        """Map [N, inputs, H, W] to [N, out, H, W]."""
        outputs = [features]
        for layer in self.layers:
            outputs.append(layer(outputs[-1]))
        fused: Tensor = self.weigh(self.fuse(torch.cat(outputs, 1)))
        return fused + features if self.has_identity else fused


class VovNet(nn.Module):
    """The body; `forward` gives one feature map a stage, finest first.

    `channels` are the maps' channel counts and `strides` their strides (4, 8, 16, 32 for four stages).
    """

    def __init__(self, spec: VovNetSpec) -> None:
        super().__init__()
        self.channels = [stage.out for stage in spec.stages]
        self.strides = [4 << index for index in range(len(spec.stages))]
        strides = (2, 2) if len(spec.stem) == 2 else (2, 1, 2)
        widths = (3, *spec.stem)
        self.stem = nn.Sequential(
            *(conv_block(widths[index], widths[index + 1], 3, stride) for index, stride in enumerate(strides))
        )
        self.stages = nn.ModuleList()
        inputs = spec.stem[-1]
        for index, stage in enumerate(spec.stages):
            # Padding keeps sizes at ceil(size / 2) without `ceil_mode`, which exporters treat unevenly.
            parts: list[nn.Module] = [nn.MaxPool2d(3, 2, 1)] if index else []
            for block in range(stage.blocks):
                parts.append(OsaBlock(inputs, stage, has_identity=block > 0))
                inputs = stage.out
            self.stages.append(nn.Sequential(*parts))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Map [N, 3, H, W] to one [N, C, H / stride, W / stride] a stage."""
        features = self.stem(images)
        maps = []
        for stage in self.stages:
            features = stage(features)
            maps.append(features)
        return maps
