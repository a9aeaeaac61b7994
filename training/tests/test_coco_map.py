"""COCO figures of known detections, and of one detector in its two forms."""

from pathlib import Path

import numpy as np
import pytest
import torch

from coco_folder import write_coco
from vitrine_training.data.coco_images import CocoImages, read_coco
from vitrine_training.exporting.export_detector import export_detector
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.checkpoint import save_checkpoint
from vitrine_training.nets.detector import Detector
from vitrine_training.nets.detector_spec import DetectorSpec
from vitrine_training.scoring.coco_map import evaluate_detector, measure_images
from vitrine_training.scoring.detect import Boxes, Frames

SIDES = {"picture": 48, "clip": 90}


@pytest.fixture
def images(tmp_path: Path) -> CocoImages:
    return read_coco([write_coco(tmp_path / "coco", 6, "validation")], "validation")


class Oracle:
    """Says the true boxes of one image after the other, at the size it is asked at, with a shift."""

    def __init__(self, images: CocoImages, shift: float = 0.0) -> None:
        self.images, self.shift, self.row = images, shift, 0
        self.seen: list[tuple[int, int]] = []

    def __call__(self, frames: Frames) -> list[tuple[Boxes, Boxes]]:
        height, width = frames.shape[1:3]
        self.seen.append((height, width))
        scale = np.array([width, height] * 2) / self.images.sizes[self.row][[1, 0, 1, 0]]
        boxes = ((self.images.boxes(self.row) + self.shift) * scale).astype(np.float32)
        self.row += 1
        return [(boxes, np.linspace(0.9, 0.6, len(boxes), dtype=np.float32))]


def test_the_true_boxes_score_1_and_go_in_at_their_sides_size(images: CocoImages) -> None:
    oracle = Oracle(images)
    measured = measure_images(oracle, images, range(6), short_sides=SIDES, max_side=120)
    assert oracle.seen == [(48, 64), (120, 68)] * 3
    for part in ("all", "picture", "clip"):
        assert measured[part]["ap"] == measured[part]["ap50"] == measured[part]["ap75"] == 1.0
    assert measured["all"]["boxes"] == images.box_count
    assert (measured["picture"]["images"], measured["clip"]["images"]) == (3, 3)
    assert (measured["clip"]["precision"], measured["clip"]["recall"]) == (1.0, 1.0)
    assert 0.3 <= measured["clip"]["scoreMin"] < 0.6
    assert measured["skipped"] == 0


def test_shifted_boxes_count_at_low_overlap_only(images: CocoImages) -> None:
    measured = measure_images(Oracle(images, 5.0), images, range(6), short_sides=SIDES, max_side=120)
    assert measured["all"]["ap50"] > measured["all"]["ap"] > 0
    assert measured["all"]["ap75"] < measured["all"]["ap50"]


def test_no_detection_scores_0_and_no_truth_scores_nothing(images: CocoImages) -> None:
    def nothing(frames: Frames) -> list[tuple[Boxes, Boxes]]:
        return [(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))]

    assert measure_images(nothing, images, range(6), short_sides=SIDES, max_side=120)["all"]["ap"] == 0.0
    empty = next(row for row in range(6) if not len(images.boxes(row)))
    assert measure_images(nothing, images, [empty], short_sides=SIDES, max_side=120)["all"]["ap50"] is None


def test_unreadable_images_are_counted(images: CocoImages) -> None:
    images.path(0).write_bytes(b"")

    def nothing(frames: Frames) -> list[tuple[Boxes, Boxes]]:
        return [(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))]

    assert measure_images(nothing, images, range(6), short_sides=SIDES, max_side=120)["skipped"] == 1
    with pytest.raises(TrainingFailure, match="None of the images"):
        measure_images(nothing, images, [0], short_sides=SIDES, max_side=120)
    with pytest.raises(TrainingFailure, match="a short side for each of picture, clip"):
        measure_images(nothing, images, [1], short_sides={"clip": 48}, max_side=120)


def test_a_checkpoint_and_its_graph_measure_alike(images: CocoImages, tmp_path: Path) -> None:
    torch.manual_seed(0)
    body = {"stem": [4, 8], "stages": [[4, 8, 1]] * 4}
    spec = DetectorSpec(body=body, fpn_channels=8, hidden=8, rpn_pre_nms=30, rpn_post_nms=20, score_min=0.01)
    detector = Detector(spec).eval()
    export_detector(detector, tmp_path / "detector.onnx", is_halved=False)
    identity = {"preset": "tiny", "model": spec.model_dump(mode="json")}
    state = {"model": detector.state_dict(), "average": None}
    save_checkpoint(tmp_path / "checkpoint.pt", "detector", identity, state)
    ways = {"split": "validation", "short_sides": SIDES, "max_side": 120}
    first = evaluate_detector(tmp_path / "checkpoint.pt", [tmp_path / "coco"], **ways)
    second = evaluate_detector(tmp_path / "detector.onnx", [tmp_path / "coco"], **ways)
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    assert first["shortSides"] == SIDES
    with pytest.raises(TrainingFailure, match="There is no model"):
        evaluate_detector(tmp_path / "absent.onnx", [tmp_path / "coco"], **ways)
