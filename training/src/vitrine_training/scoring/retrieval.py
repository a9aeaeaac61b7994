"""Scores of retrieval: how well features of pictures find those of clips, and the other way about."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]
Ids = NDArray[np.int64]
RANKS = (1, 5, 10)
_CHUNK = 512


class RetrievalScores(NamedTuple):
    """Scores in [0, 1]; `None` where there was nothing to ask."""

    item_top1: float | None
    """Share of garments whose mean clip feature is nearest to its own mean picture feature, of those that both show."""
    recall_at_1: float | None
    """Share of pictures' boxes with a right clip box among the nearest 1; of those that have one at all."""
    recall_at_5: float | None
    recall_at_10: float | None
    map_at_r: float | None
    """Mean average precision at R (Musgrave, Belongie and Lim, "A Metric Learning Reality Check", 2020)."""
    items: int
    queries: int
    gallery: int

    def known(self) -> dict[str, float]:
        """Scores and counts that there are, by name."""
        return {key: value for key, value in self._asdict().items() if value is not None}


def score_retrieval(query: Features, query_ids: Ids, gallery: Features, gallery_ids: Ids) -> RetrievalScores:
    """Score unit vectors `query` [Q, F] (pictures) against `gallery` [G, F] (clips), with their garments' numbers.

    Equal distances go to the lower row.
    """
    counts = np.array([np.count_nonzero(gallery_ids == one) for one in query_ids], np.int64)
    asked = counts > 0
    recalls, precision = _box_scores(query[asked], query_ids[asked], counts[asked], gallery, gallery_ids)
    item_top1, items = score_items(query, query_ids, gallery, gallery_ids)
    first, fifth, tenth = recalls
    return RetrievalScores(item_top1, first, fifth, tenth, precision, items, int(asked.sum()), len(gallery))


def score_items(pictures: Features, picture_ids: Ids, clips: Features, clip_ids: Ids) -> tuple[float | None, int]:
    """Top-1 of mean clip features against mean picture features, and of how many garments (SPEC 9)."""
    shared = np.intersect1d(picture_ids, clip_ids)
    if not len(shared):
        return None, 0
    similarity = _means(clips, clip_ids, shared) @ _means(pictures, picture_ids, shared).T
    return float((similarity.argmax(1) == np.arange(len(shared))).mean()), len(shared)


def _means(features: Features, ids: Ids, shared: Ids) -> Features:
    """Mean feature of each garment, brought back to unit length."""
    kept = np.isin(ids, shared)
    sums = np.zeros((len(shared), features.shape[1]), np.float64)
    np.add.at(sums, np.searchsorted(shared, ids[kept]), features[kept])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.maximum(lengths, 1e-12), dtype=np.float32)


def _box_scores(
    query: Features, query_ids: Ids, counts: Ids, gallery: Features, gallery_ids: Ids
) -> tuple[list[float | None], float | None]:
    if not len(query):
        return [None] * len(RANKS), None
    depth = min(len(gallery), max(*RANKS, int(counts.max())))
    hits = np.zeros(len(RANKS))
    precision = 0.0
    for start in range(0, len(query), _CHUNK):
        part = slice(start, start + _CHUNK)
        nearest = _nearest(query[part] @ gallery.T, depth)
        is_right = gallery_ids[nearest] == query_ids[part, None]
        hits += [is_right[:, :rank].any(1).sum() for rank in RANKS]
        places = np.arange(1, depth + 1)
        within = is_right & (places <= counts[part, None])
        precision += float(((within * is_right.cumsum(1) / places).sum(1) / counts[part]).sum())
    return [float(one) for one in hits / len(query)], precision / len(query)


def _nearest(similarity: Features, depth: int) -> Ids:
    """Columns of the `depth` largest of each row, the largest first."""
    if depth < similarity.shape[1]:
        chosen = np.sort(np.argpartition(-similarity, depth - 1, axis=1)[:, :depth], axis=1)
    else:
        chosen = np.broadcast_to(np.arange(depth), similarity.shape)
    order = np.argsort(-np.take_along_axis(similarity, chosen, 1), axis=1, kind="stable")
    return np.take_along_axis(chosen, order, 1)
