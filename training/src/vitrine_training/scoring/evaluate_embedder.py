"""Measures embedders on held-out garments: how often a clip-like composite is told from 199 others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..composites.compose import Composer, Composite
from ..composites.cutouts import CutoutPool
from ..data.buckets import COMPACT_SCALE
from ..exporting.model_facts import read_facts
from ..exporting.onnx_file import read_onnx
from ..failures import TrainingFailure
from .embed_crops import EmbedBatch, embed_with_onnx
from .retrieval import score_items

Features = NDArray[np.float32]
_PERCENTILES = (1, 5, 25, 50, 75, 95, 99)


def draw_views(
    pool: CutoutPool, views: int, is_clip: bool, seed: int = 7, factor: float = COMPACT_SCALE
) -> list[Composite]:
    """Draw `views` composites of every garment, in order of garment, at SPEC 4's sizes times `factor`."""
    composer = Composer(pool, seed, factor / COMPACT_SCALE)
    return [composer.draw(view, identity, is_clip) for identity in range(len(pool)) for view in range(views)]


def embed_views(model: Path, views: Sequence[Composite]) -> Features:
    """Run an exported embedder on one core over `views`; returns unit vectors [len(views), 512] in their order."""
    return embed_composites(embed_with_onnx(model), views)


def embed_composites(embed: EmbedBatch, views: Sequence[Composite]) -> Features:
    """Features [len(views), F] of composites, bucket by bucket, in their order."""
    order: list[int] = []
    parts: list[Features] = []
    for bucket in sorted({view.bucket for view in views}):
        rows = [index for index, view in enumerate(views) if view.bucket == bucket]
        for start in range(0, len(rows), 16):
            chunk = rows[start : start + 16]
            parts.append(embed(np.stack([views[index].crop for index in chunk])))
            order += chunk
    return np.asarray(np.concatenate(parts)[np.argsort(order)], dtype=np.float32)


def join_features(parts: Sequence[Features]) -> Features:
    """Concatenate unit vectors of several embedders and bring them back to unit length (SPEC 5)."""
    joined = np.concatenate(parts, 1)
    return np.asarray(joined / np.linalg.norm(joined, axis=1, keepdims=True), dtype=np.float32)


def score_features(
    pictures: Features, picture_ids: NDArray[np.int64], clips: Features, clip_ids: NDArray[np.int64]
) -> dict[str, Any]:
    """Score queries (pictures) against the gallery (clips); distances are squared, of unit vectors.

    - boxRecallAt1: share of pictures whose nearest clip box shows the same garment;
    - itemRecallAt1: share of garments whose mean clip vector is nearest to its own mean picture vector;
    - trueNearest / falseNearest: percentiles of a picture's distance to its nearest right / wrong clip box.
    """
    distances = 2 - 2 * pictures @ clips.T
    is_true = picture_ids[:, None] == clip_ids[None]
    nearest_true = np.where(is_true, distances, np.inf).min(1)
    nearest_false = np.where(is_true, np.inf, distances).min(1)
    item_top1, _ = score_items(pictures, picture_ids, clips, clip_ids)
    assert item_top1 is not None, "pictures and clips are of the same garments"
    return {
        "boxRecallAt1": round(float((nearest_true < nearest_false).mean()), 4),
        "itemRecallAt1": round(item_top1, 4),
        "trueNearest": _percentiles(nearest_true),
        "falseNearest": _percentiles(nearest_false),
        "truePairs": _percentiles(distances[is_true]),
        "falsePairs": _percentiles(distances[~is_true]),
    }


def _percentiles(values: NDArray[np.float32]) -> dict[str, float]:
    cuts = np.percentile(values, _PERCENTILES)
    return {f"p{share}": round(float(cut), 3) for share, cut in zip(_PERCENTILES, cuts, strict=True)}


def evaluate_embedders(models: dict[str, Path], pool: CutoutPool, views: int = 4) -> dict[str, Any]:
    """Score each of `models` (name -> ONNX file) and their ensemble over all garments of `pool`.

    Raises:
        TrainingFailure: they are of crops of different sizes.
    """
    factors = {read_facts(read_onnx(model), "embedder").crop_scale or COMPACT_SCALE for model in models.values()}
    if len(factors) > 1:
        sizes = ", ".join(f"{factor:g}" for factor in sorted(factors))
        raise TrainingFailure(f"The members of a set get the same crops, and these want SPEC's sizes times {sizes}")
    factor = factors.pop()
    pictures, clips = (draw_views(pool, views, is_clip, factor=factor) for is_clip in (False, True))
    picture_ids = np.array([view.identity for view in pictures], np.int64)
    clip_ids = np.array([view.identity for view in clips], np.int64)
    result: dict[str, Any] = {}
    parts: list[tuple[Features, Features]] = []
    for name, model in models.items():
        parts.append((embed_views(model, pictures), embed_views(model, clips)))
        result[name] = score_features(parts[-1][0], picture_ids, parts[-1][1], clip_ids)
    joined = [join_features([part[side] for part in parts]) for side in (0, 1)]
    result["ensemble"] = {"views": views, **score_features(joined[0], picture_ids, joined[1], clip_ids)}
    return result
