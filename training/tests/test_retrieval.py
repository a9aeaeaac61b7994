"""Retrieval scores against a slow implementation that follows the definitions word for word."""

import numpy as np
import pytest

from vitrine_training.scoring import retrieval
from vitrine_training.scoring.retrieval import score_retrieval

Features = np.ndarray


def unit(rng: np.random.Generator, count: int, length: int = 8) -> Features:
    values = rng.normal(size=(count, length))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def at(*angles: float) -> Features:
    radians = np.radians(angles)
    return np.stack([np.cos(radians), np.sin(radians)], 1).astype(np.float32)


def slow_boxes(query: Features, query_ids: Features, gallery: Features, gallery_ids: Features) -> dict[str, float]:
    recalls: dict[int, list[bool]] = {1: [], 5: [], 10: []}
    precisions = []
    for feature, identity in zip(query, query_ids, strict=True):
        relevant = sum(other == identity for other in gallery_ids)
        if relevant == 0:
            continue
        ranked = sorted(range(len(gallery)), key=lambda index: -float(feature @ gallery[index]))
        for rank, hits in recalls.items():
            hits.append(any(gallery_ids[index] == identity for index in ranked[:rank]))
        total = 0.0
        for place in range(1, relevant + 1):
            if gallery_ids[ranked[place - 1]] == identity:
                total += sum(gallery_ids[index] == identity for index in ranked[:place]) / place
        precisions.append(total / relevant)
    means = {f"recall_at_{rank}": float(np.mean(hits)) for rank, hits in recalls.items()}
    return {**means, "map_at_r": float(np.mean(precisions)), "queries": len(precisions)}


def slow_items(pictures: Features, picture_ids: Features, clips: Features, clip_ids: Features) -> float:
    def mean_of(features: Features, ids: Features, identity: int) -> Features:
        mean = np.mean([feature for feature, one in zip(features, ids, strict=True) if one == identity], axis=0)
        return mean / np.linalg.norm(mean)

    shared = sorted(set(picture_ids.tolist()) & set(clip_ids.tolist()))
    hits = []
    for identity in shared:
        clip = mean_of(clips, clip_ids, identity)
        near = [float(clip @ mean_of(pictures, picture_ids, other)) for other in shared]
        hits.append(shared[int(np.argmax(near))] == identity)
    return float(np.mean(hits))


@pytest.mark.parametrize("seed", range(4))
def test_equal_to_the_slow_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "_CHUNK", 7)
    rng = np.random.default_rng(seed)
    centres = unit(rng, 12)
    query_ids, gallery_ids = rng.integers(0, 11, 40), rng.integers(1, 12, 90)
    query = centres[query_ids] + 0.8 * unit(rng, 40)
    gallery = centres[gallery_ids] + 0.8 * unit(rng, 90)
    query /= np.linalg.norm(query, axis=1, keepdims=True)
    gallery /= np.linalg.norm(gallery, axis=1, keepdims=True)
    scores = score_retrieval(query, query_ids, gallery, gallery_ids).known()
    expected = slow_boxes(query, query_ids, gallery, gallery_ids)
    assert {key: scores[key] for key in expected} == pytest.approx(expected)
    assert scores["item_top1"] == pytest.approx(slow_items(query, query_ids, gallery, gallery_ids))
    assert scores["items"] == len(set(query_ids.tolist()) & set(gallery_ids.tolist()))
    assert 0.05 < expected["map_at_r"] < 0.95


def test_mean_average_precision_at_r_by_hand() -> None:
    """Four are relevant; of the nearest four the first and the third are right: (1/1 + 2/3) / 4."""
    gallery = at(1, 2, 3, 4, 90, 120)
    scores = score_retrieval(at(0), np.array([5]), gallery, np.array([5, 1, 5, 1, 5, 5]))
    assert scores.map_at_r == pytest.approx((1 + 2 / 3) / 4)
    assert scores.recall_at_1 == 1


def test_fewer_than_ten_in_the_gallery() -> None:
    scores = score_retrieval(at(0, 50), np.array([0, 1]), at(40, 10, 60), np.array([0, 1, 2]))
    assert (scores.recall_at_1, scores.recall_at_5, scores.recall_at_10) == (0, 1, 1)


def test_item_top1_takes_means_and_only_shared_garments() -> None:
    pictures, clips = at(0, 80, 170, 121), at(10, 70, 60, 180)
    # The mean clip feature of garment 2 (60 and 180: 120) is nearer to the picture at 80 than to its own at 170; the
    # picture at 121 is of a garment without a clip and does not compete.
    scores = score_retrieval(pictures, np.array([0, 1, 2, 3]), clips, np.array([0, 1, 2, 2]))
    assert scores.item_top1 == pytest.approx(2 / 3)
    assert (scores.items, scores.queries, scores.gallery) == (3, 3, 4)


def test_nothing_to_ask() -> None:
    nothing = score_retrieval(at(0), np.array([0]), at(0), np.array([1]))
    assert nothing.known() == {"items": 0, "queries": 0, "gallery": 1}
    empty = np.zeros((0, 2), np.float32)
    assert score_retrieval(empty, np.zeros(0, np.int64), empty, np.zeros(0, np.int64)).recall_at_1 is None
