"""Average precision against cases worked out by hand."""

import numpy as np
import pytest

from vitrine_training.scoring.average_precision import box_iou, rank_detections


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def scores(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_iou_of_shifted_nested_and_apart_boxes() -> None:
    overlaps = box_iou(boxes((0, 0, 10, 10)), boxes((5, 0, 15, 10), (0, 0, 5, 5), (20, 20, 30, 30), (0, 0, 10, 10)))
    assert overlaps[0] == pytest.approx([1 / 3, 0.25, 0, 1])


def test_average_precision_by_hand() -> None:
    # By falling score: hit (0.9), miss (0.8), hit (0.7), a second one on a taken truth (0.6); one truth is never found.
    found = [
        (boxes((0, 0, 10, 10), (50, 50, 60, 60)), scores(0.9, 0.8)),
        (boxes((0, 0, 11, 10), (0, 0, 10, 9)), scores(0.7, 0.6)),
    ]
    truths = [boxes((0, 0, 10, 10)), boxes((0, 0, 10, 10), (30, 30, 40, 40))]
    ranked = rank_detections(found, truths)
    assert ranked.hits.tolist() == [True, False, True, False]
    assert ranked.average_precision() == pytest.approx((1 + 2 / 3) / 3)
    assert ranked.at(0.65) == pytest.approx((2 / 3, 2 / 3))
    assert ranked.at(0.7) == pytest.approx((0.5, 1 / 3)), "the threshold itself is not above the threshold"


def test_precision_is_made_non_increasing() -> None:
    found = [(boxes((90, 90, 99, 99), (0, 0, 10, 10), (20, 0, 30, 10)), scores(0.9, 0.8, 0.7))]
    ranked = rank_detections(found, [boxes((0, 0, 10, 10), (20, 0, 30, 10))])
    assert ranked.average_precision() == pytest.approx(2 / 3), "the later 2/3 lifts the earlier 1/2"


def test_nothing_found_and_nothing_to_find() -> None:
    nothing = (boxes(), scores())
    assert rank_detections([nothing], [boxes((0, 0, 1, 1))]).average_precision() == 0
    assert np.isnan(rank_detections([nothing], [boxes()]).average_precision())
    assert rank_detections([nothing], [boxes()]).at(0.5) == (1.0, 0.0)
