"""VoVNetV2 bodies: one-shot aggregation (OSA) with effective squeeze-excitation (eSE), by name or at any width.

After Lee and Park, "CenterMask: Real-Time Anchor-Free Instance Segmentation", 2020 (VoVNetV2): eSE in every block, an
identity path in every block but a stage's first (which changes the width), as the authors' vovnet-detectron2 has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

Pooling = Literal["centred", "from_corner"]


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

    The first stage works at stride 4, each later one halves the size: four stages give strides 4, 8, 16, 32. The 3x3
    maximum between stages is `centred` on every second position, or starts `from_corner` at the first, without padding
    on the left and above, as the published weights expect it. On even sizes both give half the size.
    """

    stem: tuple[int, ...]
    stages: tuple[StageSpec, ...]
    pooling: Pooling = "centred"

    @staticmethod
    def parse(stem: Sequence[int], stages: Sequence[Any], pooling: Pooling = "centred") -> "VovNetSpec":
        """Read `[24, 32]` and `[[width, out, layers, blocks], ...]` as they stand in a configuration file.

        A stage may also be a mapping with those four keys.

        Raises:
            ValueError: the stem has neither 2 nor 3 convolutions, or a stage is not of that form.
        """
        if len(stem) not in (2, 3):
            raise ValueError(f"Expected `stem` to hold 2 or 3 channel counts, got {list(stem)}")
        if pooling not in ("centred", "from_corner"):
            raise ValueError(f"Expected `pooling` to be centred or from_corner, got {pooling!r}")
        return VovNetSpec(tuple(stem), tuple(_parse_stage(stage) for stage in stages), pooling)


def _parse_stage(stage: Any) -> StageSpec:
    try:
        spec = StageSpec(**stage) if isinstance(stage, Mapping) else StageSpec(*stage)
    except TypeError as error:
        raise ValueError(f"Expected a stage to be [width, out, layers, blocks], got {stage!r}") from error
    if not all(isinstance(value, int) and value > 0 for value in vars(spec).values()):
        raise ValueError(f"Expected a stage to hold whole numbers above 0, got {stage!r}")
    return spec


def _published(layers: int, blocks: Sequence[int], *, is_slim: bool = False) -> VovNetSpec:
    widths = (64, 80, 96, 112) if is_slim else (128, 160, 192, 224)
    outs = (112, 256, 384, 512) if is_slim else (256, 512, 768, 1024)
    stages = zip(widths, outs, blocks, strict=True)
    return VovNetSpec(
        (64, 64, 128), tuple(StageSpec(width, out, layers, count) for width, out, count in stages), "from_corner"
    )


BODIES = {
    "nano": VovNetSpec.parse([24, 24, 48], [[32, 64], [48, 128], [64, 192], [80, 256]]),
    "vovnet19_slim": _published(3, (1, 1, 1, 1), is_slim=True),
    "vovnet19": _published(3, (1, 1, 1, 1)),
    "vovnet39": _published(5, (1, 1, 2, 2)),
    "vovnet57": _published(5, (1, 1, 4, 3)),
    "vovnet99": _published(5, (1, 3, 9, 3)),
}
"""The authors' bodies V-19-slim to V-99 with eSE, and `nano`, the body of the compact models."""


def parse_body(value: Any) -> VovNetSpec:
    """Read a body as it stands in a configuration: a name of `BODIES`, or a mapping with `stem` and `stages`.

    Raises:
        ValueError: it is neither; the message lists the names.
    """
    if isinstance(value, VovNetSpec):
        return value
    if isinstance(value, str):
        if value not in BODIES:
            raise ValueError(f"No body {value!r}; there are {', '.join(BODIES)}, or a mapping with `stem` and `stages`")
        return BODIES[value]
    if isinstance(value, Mapping) and {"stem", "stages"} <= set(value) <= {"stem", "stages", "pooling"}:
        return VovNetSpec.parse(**value)
    raise ValueError(f"Expected a body's name, or a mapping with `stem` and `stages`, got {value!r}")


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


def _pool(pooling: Pooling) -> nn.Module:
    # On even sizes, the only ones that padded frames bring, both keep clear of borders that exporters treat unevenly.
    return nn.MaxPool2d(3, 2, 1) if pooling == "centred" else nn.MaxPool2d(3, 2, ceil_mode=True)


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
            parts: list[nn.Module] = [_pool(spec.pooling)] if index else []
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
