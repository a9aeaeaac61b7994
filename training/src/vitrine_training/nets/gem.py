"""Pooling over space: generalised mean (GeM), or the plain mean."""

import torch
from torch import Tensor, nn


class GemPool(nn.Module):
    """Generalised mean over space, (mean of x^p)^(1/p) with x at least eps: p = 1 is the mean, large p the maximum.

    Runs in float32: in half precision x^3 loses small values and overflows large ones.
    """

    def __init__(self, is_learned: bool, power: float = 3.0, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.power = nn.Parameter(torch.tensor([power]), requires_grad=is_learned)

    def forward(self, features: Tensor) -> Tensor:
        """Map [N, C, H, W] to [N, C]."""
        with torch.autocast(features.device.type, enabled=False):
            values = features.float().clamp(min=self.eps)
            pooled: Tensor = values.pow(self.power).mean((2, 3)).pow(1.0 / self.power)
        return pooled


class MeanPool(nn.Module):
    """Mean over space."""

    def forward(self, features: Tensor) -> Tensor:
        """Map [N, C, H, W] to [N, C]."""
        return features.mean((2, 3))
