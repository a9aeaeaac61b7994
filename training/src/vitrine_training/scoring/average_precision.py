"""Average precision of boxes at one IoU, and precision and recall over the score threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]


@dataclass(frozen=True)
class Ranked:
    """All detections by falling score: the scores, whether each is a hit, and how many boxes there are to find."""

    scores: NDArray[np.float64]
    hits: NDArray[np.bool_]
    truths: int

    def average_precision(self) -> float:
        """Area under the precision-recall curve, precision made non-increasing first (every point, not 11 or 101)."""
        if self.truths == 0:
            return float("nan")
        found = np.cumsum(self.hits)
        precision = found / np.arange(1, len(found) + 1)
        precision = np.maximum.accumulate(precision[::-1])[::-1]
        return float(precision[self.hits].sum() / self.truths)

    def at(self, score_min: float) -> tuple[float, float]:
        """Precision and recall of the detections with score > `score_min`; precision is 1 when there are none."""
        hits = self.hits[self.scores > score_min]
        precision = float(hits.mean()) if len(hits) else 1.0
        return precision, float(hits.sum() / max(self.truths, 1))

    def best_score_min(self) -> float:
        """Threshold, a multiple of 0.05 from 0.3 to 0.95, with the highest F1; the lowest of several."""

        def f1(score_min: float) -> float:
            precision, recall = self.at(score_min)
            return 2 * precision * recall / max(precision + recall, 1e-9)

        return max((round(0.05 * step, 2) for step in range(6, 20)), key=f1)


def box_iou(first: Boxes, second: Boxes) -> NDArray[np.float64]:
    """IoU [n, m] of boxes [n, 4] and [m, 4]."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    common = np.clip(high - low, 0, None).astype(np.float64).prod(-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).astype(np.float64).prod(-1) for boxes in (first, second)]
    union = areas[0][:, None] + areas[1][None, :] - common
    return np.asarray(np.where(union > 0, common / np.maximum(union, 1e-9), 0.0))


def rank_detections(
    found: Sequence[tuple[Boxes, NDArray[np.float32]]], truths: Sequence[Boxes], iou_min: float = 0.5
) -> Ranked:
    """Match detections (boxes, scores) a picture to the true boxes, best score first.

    As COCO does: a detection takes the best free truth with IoU >= `iou_min`; a second one on the same truth is a miss.
    """
    scores: list[float] = []
    hits: list[bool] = []
    for (boxes, values), truth in zip(found, truths, strict=True):
        overlaps = box_iou(boxes, truth)
        free = np.ones(len(truth), bool)
        for row in np.argsort(-values, kind="stable"):
            candidates = np.where(free, overlaps[row], -1.0)
            best = int(candidates.argmax()) if len(candidates) else -1
            is_hit = best >= 0 and candidates[best] >= iou_min
            if is_hit:
                free[best] = False
            scores.append(float(values[row]))
            hits.append(bool(is_hit))
    order = np.argsort(-np.array(scores), kind="stable")
    return Ranked(np.array(scores)[order], np.array(hits, bool)[order], sum(len(truth) for truth in truths))
