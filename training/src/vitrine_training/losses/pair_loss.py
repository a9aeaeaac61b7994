"""A loss between the crops of a batch: each is to find those of its garment on the other side."""

import torch
from torch import Tensor
from torch.nn import functional


def pair_loss(features: Tensor, labels: Tensor, is_picture: Tensor, scale: float) -> Tensor:
    """Cross-entropy of finding each picture's clips among the batch's, and each clip's pictures (InfoNCE, both ways).

    `features` [N, F] with `labels` [N]. A crop whose garment the batch does not show on the other side asks nothing; 0
    when that holds for all. It says something from the first step on, when thousands of class centres are still noise.
    """
    with torch.autocast(features.device.type, enabled=False):
        unit = functional.normalize(features.float())
        logits = scale * (unit[is_picture] @ unit[~is_picture].T)
        is_same = labels[is_picture][:, None] == labels[~is_picture][None]
        if not bool(is_same.any()):
            return features.float().sum() * 0.0
        return 0.5 * (_one_way(logits, is_same) + _one_way(logits.T, is_same.T))


def _one_way(logits: Tensor, is_same: Tensor) -> Tensor:
    """Mean over the rows that have a match of the mean cross-entropy of their matches."""
    counts = is_same.sum(1)
    asked = counts > 0
    likelihood = functional.log_softmax(logits[asked], 1)
    return -(torch.where(is_same[asked], likelihood, 0.0).sum(1) / counts[asked]).mean()
