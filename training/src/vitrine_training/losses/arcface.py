"""ArcFace: an additive angular margin on the true class's angle (Deng et al., 2019)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


def margin_at(progress: float, margin: float, start: float = 0.3, full: float = 0.7) -> float:
    """Margin at `progress` in [0, 1]: none before `start`, then rising linearly until `full`.

    With a margin from the start a small network trained from scratch hardly moves; a pretrained one needs no such
    patience (`start` and `full` 0).
    """
    if progress >= full:
        return margin
    return margin * max(0.0, (progress - start) / (full - start))


def arcface_logits(cosines: Tensor, labels: Tensor, margin: float, scale: float) -> Tensor:
    """Logits [N, classes] = scale x cos(angle + margin) for the true class, scale x cos(angle) for the others.

    Runs in float32 and clamps, because the gradient of acos is infinite at 1. Where angle + margin would pass pi, the
    true class gets the line that goes on from there, so that the logit keeps falling with the angle.
    """
    cosines = cosines.float().clamp(-1 + 1e-6, 1 - 1e-6)
    true = cosines.gather(1, labels[:, None])
    shifted = torch.cos(torch.acos(true) + margin)
    beyond = true - math.sin(math.pi - margin) * margin
    with_margin = torch.where(true > math.cos(math.pi - margin), shifted, beyond)
    return scale * cosines.scatter(1, labels[:, None], with_margin)


class ArcFace(nn.Module):
    """Class centres [classes, features]; `forward` gives the mean cross-entropy and the cosines."""

    def __init__(self, features: int, classes: int, scale: float = 30.0) -> None:
        super().__init__()
        self.scale = scale
        self.centres = nn.Parameter(torch.empty(classes, features))
        nn.init.normal_(self.centres, std=0.05)

    def forward(self, features: Tensor, labels: Tensor, margin: float) -> tuple[Tensor, Tensor]:
        """Return (loss, cosines [N, classes]) of `features` [N, F] with `labels` [N], in float32 whatever comes in."""
        with torch.autocast(features.device.type, enabled=False):
            cosines = functional.normalize(features.float()) @ functional.normalize(self.centres.float()).T
            loss = functional.cross_entropy(arcface_logits(cosines, labels, margin, self.scale), labels)
        return loss, cosines.detach()
