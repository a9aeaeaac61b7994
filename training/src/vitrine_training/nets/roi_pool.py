"""Pools regions from the pyramid level of their size."""

import math

import torch
from torch import Tensor, nn
from torchvision.ops import roi_align

from .detector_spec import DetectorSpec


def level_of_regions(regions: Tensor, spec: DetectorSpec) -> Tensor:
    """Level [R] (0 is the finest) that each of the regions [R, 4] is pooled from.

    A region of side `roi_base` belongs to stride 16, one of half that side to the next finer level, and so on.
    """
    side = torch.sqrt((regions[:, 2] - regions[:, 0]) * (regions[:, 3] - regions[:, 1]))
    middle = math.log2(16 / spec.finest_stride)
    level = torch.floor(middle + torch.log2(side / spec.roi_base) + 1e-6)
    return torch.clamp(level, 0, len(spec.roi_strides) - 1)


class LevelRoiPool(nn.Module):
    """RoIAlign on the level of each region; stands in for torchvision's `MultiScaleRoIAlign`.

    That one guesses the strides from sizes, which is wrong for small padded frames, and it has neither Detectron2's
    half pixel nor its adaptive samples.
    """

    def __init__(self, spec: DetectorSpec) -> None:
        super().__init__()
        self.spec = spec

    def forward(self, maps: dict[str, Tensor], regions: list[Tensor], _sizes: list[tuple[int, int]]) -> Tensor:
        """From maps by level and one [n, 4] of regions a frame to [R, C, s, s], in the order of the regions."""
        spec = self.spec
        levels = list(maps.values())
        flat = torch.cat(regions)
        owners = torch.cat([torch.full_like(some[:, :1], index) for index, some in enumerate(regions)])
        indexed = torch.cat([owners, flat], 1)
        level = level_of_regions(flat, spec)
        pooled = flat.new_zeros((len(flat), levels[0].shape[1], spec.roi_size, spec.roi_size))
        for index, stride in enumerate(spec.roi_strides):
            rows = torch.nonzero(level == index)[:, 0]
            pooled[rows] = roi_align(
                # Under autocast a level is half precision: pixels deserve better than that.
                levels[index].float(),
                indexed[rows],
                spec.roi_size,
                1.0 / stride,
                spec.roi_samples or -1,
                spec.is_roi_aligned,
            )
        return pooled
