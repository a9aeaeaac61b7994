"""ArcFace: an additive angular margin on the true class's angle (Deng et al., 2019)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

MARGIN_START = 0.3
MARGIN_FULL = 0.7


def margin_at(progress: float, margin: float) -> float:
    """Margin at `progress` in [0, 1]: none for the first 30 % of the training, then rising linearly until 70 %.

    With a margin from the start a small network trained from scratch hardly moves.
    """
    return margin * min(1.0, max(0.0, (progress - MARGIN_START) / (MARGIN_FULL - MARGIN_START)))


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
        """Return (loss, cosines [N, classes]) of `features` [N, F] with `labels` [N]."""
        cosines = functional.normalize(features.float()) @ functional.normalize(self.centres).T
        loss = functional.cross_entropy(arcface_logits(cosines, labels, margin, self.scale), labels)
        return loss, cosines.detach()


def pair_loss(features: Tensor, scale: float) -> Tensor:
    """Cross-entropy of finding each picture's clip among the batch's, and each clip's picture (InfoNCE, both ways).

    `features` [2 n, F] holds n pictures, then their n clips in the same order. It says something from the first
    step on, when 2,500 class centres are still noise.
    """
    pictures, clips = functional.normalize(features.float()).chunk(2)
    logits = scale * (pictures @ clips.T)
    targets = torch.arange(len(logits))
    return 0.5 * (functional.cross_entropy(logits, targets) + functional.cross_entropy(logits.T, targets))
