"""Learned whitening: turns a trained embedder's feature space so that what varies within a garment counts less.

Views of one garment differ along some directions (light, pose, what is cut off) much more than along others. Dividing
by that spread (within-class covariance, as Mikolajczyk and Matas did for descriptors) moves wrong pairs away from right
ones, to where a threshold of 1.12 can tell them apart. The result is again Linear then BatchNorm: the graph keeps its
form.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from ..composites.compose import Composer
from ..composites.cutouts import CutoutPool
from ..data.buckets import COMPACT_SCALE
from ..data.crop_table import CropTable
from ..failures import TrainingFailure
from ..nets.embedder import Embedder
from ..scoring.embed_crops import Image, embed_crops

Features = NDArray[np.float32]


def learn_whitening(
    features: Features, identities: NDArray[np.int64], shrinkage: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (mean [F], matrix [F, F]) such that `(feature - mean) @ matrix.T` has even spread within garments.

    `features` [N, F] are BatchNorm outputs with several rows of each identity; `shrinkage` in (0, 1] mixes the
    covariance with a multiple of the identity matrix: 1 leaves the space as it is but for its mean.
    """
    values = features.astype(np.float64)
    # Only directions count later, so every view has the same say.
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    mean = values.mean(0)
    _, groups = np.unique(identities, return_inverse=True)
    counts = np.bincount(groups)
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, groups, values)
    within = values - (sums / counts[:, None])[groups]
    covariance = within.T @ within / (len(values) - len(counts))
    mixed = (1 - shrinkage) * covariance + shrinkage * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    scales, directions = np.linalg.eigh(mixed)
    return mean, directions @ np.diag(scales**-0.5) @ directions.T


def fold_whitening(embedder: Embedder, mean: NDArray[np.float64], matrix: NDArray[np.float64], length: float) -> None:
    """Put a whitening into the embedder's Linear and BatchNorm, in place.

    `length` is the typical length of a feature: the mean of unit vectors is taken off at that size, because a linear
    map cannot follow each feature's own length.
    """
    norm, project = embedder.norm, embedder.project
    if not isinstance(norm, torch.nn.BatchNorm1d) or norm.running_mean is None or norm.running_var is None:
        raise TrainingFailure("Only an embedder whose last layer is a BatchNorm can take up a whitening")
    with torch.no_grad():
        gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).double()
        offset = norm.bias.double() - gain * norm.running_mean.double()
        turn = torch.from_numpy(matrix)
        weight = turn @ (gain[:, None] * project.weight.double())
        bias = turn @ (offset - length * torch.from_numpy(mean))
        # Back to the size of a BatchNorm's output; the direction is all that counts.
        size = weight.norm(dim=1).mean() / project.weight.norm(dim=1).double().mean()
        project.weight.copy_(weight / size)
        norm.bias.copy_(bias / size)
        norm.weight.fill_(1)
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)


def features_of_views(
    embedder: Embedder,
    pool: CutoutPool,
    garments: int = 1400,
    views: int = 3,
    seed: int = 99,
    factor: float = COMPACT_SCALE,
) -> tuple[Features, NDArray[np.int64]]:
    """Features (at their own length) of `views` composites each of `garments` garments: one picture, then clips.

    They are drawn at SPEC 4's sizes times `factor`, those that the embedder is given crops of.
    """
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(len(pool), min(garments, len(pool)), replace=False))
    composer = Composer(pool, seed, factor / COMPACT_SCALE)
    drawn = [composer.draw(view, int(identity), view > 0) for identity in chosen for view in range(views)]
    features = np.empty((len(drawn), embedder.project.out_features), np.float32)
    for bucket in sorted({composite.bucket for composite in drawn}):
        rows = [index for index, composite in enumerate(drawn) if composite.bucket == bucket]
        for start in range(0, len(rows), 32):
            chunk = rows[start : start + 32]
            crops = torch.from_numpy(np.stack([drawn[index].crop for index in chunk]))
            with torch.no_grad():
                features[chunk] = embedder.embed_at_length(crops).numpy()
    return features, np.array([composite.identity for composite in drawn], np.int64)


def features_of_crops(
    embedder: Embedder, table: CropTable, sizes: Sequence[tuple[int, int]]
) -> tuple[Features, NDArray[np.int64]]:
    """Features (at their own length) of a shop's training crops, and whose they are.

    Raises:
        TrainingFailure: no garment has two crops, so that nothing can be said of what varies within one.
    """

    def embed(crops: Image) -> Features:
        with torch.no_grad():
            return np.asarray(embedder.embed_at_length(torch.from_numpy(crops)).numpy(), dtype=np.float32)

    features, rows = embed_crops(table, sizes, embed)
    identities = table.identities[rows].astype(np.int64)
    if len(np.unique(identities)) == len(identities):
        raise TrainingFailure("No garment has two crops; a whitening is learned from what differs between them")
    return features, identities


def whiten_embedder(
    embedder: Embedder, parts: Sequence[tuple[Features, NDArray[np.int64]]], *, shrinkage: float
) -> None:
    """Learn a whitening from the features and identities of all `parts` and fold it into `embedder`, in place.

    An identity is one within its part: two parts share none.
    """
    features = np.concatenate([part for part, _ in parts])
    firsts = np.cumsum([0, *(int(ids.max()) + 1 for _, ids in parts)])
    identities = np.concatenate([ids + first for (_, ids), first in zip(parts, firsts, strict=False)])
    mean, matrix = learn_whitening(features, identities, shrinkage)
    fold_whitening(embedder, mean, matrix, float(np.linalg.norm(features, axis=1).mean()))
