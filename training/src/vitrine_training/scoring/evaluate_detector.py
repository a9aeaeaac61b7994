"""Measures a detector over scenes of held-out garments: AP50, and precision and recall by threshold."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray

from ..composites.scene_batches import CLIP_SIZE, SceneBatches
from ..composites.shop_scenes import ShopScenes
from ..nets.detector import Detector
from .average_precision import Ranked, rank_detections

Boxes = NDArray[np.float32]
Frames = NDArray[np.uint8]
Detect = Callable[[Frames], list[tuple[Boxes, Boxes]]]
"""Frames [N, H, W, 3] to (boxes [n, 4], scores [n]) a frame."""


def detect_with_torch(detector: Detector) -> Detect:
    """Run the trained module as it stands, in test mode."""

    def detect(frames: Frames) -> list[tuple[Boxes, Boxes]]:
        with torch.no_grad():
            found = detector.eval()(torch.from_numpy(frames))
        return [(one["boxes"].numpy(), one["scores"].numpy()) for one in found]

    return detect


def detect_with_onnx(path: Path) -> Detect:
    """Run the exported graph in onnxruntime, one thread."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def detect(frames: Frames) -> list[tuple[Boxes, Boxes]]:
        boxes, scores, owner = session.run(None, {"frames": frames})
        return [(boxes[owner == index], scores[owner == index]) for index in range(len(frames))]

    return detect


def rank_scenes(detect: Detect, batches: SceneBatches, *, clips: bool | None = None) -> Ranked:
    """Run over all batches; `clips` limits it to clip frames (True) or pictures (False)."""
    found: list[tuple[Boxes, Boxes]] = []
    truths: list[Boxes] = []
    for index in range(len(batches)):
        scenes = batches.scenes(index)
        if clips is not None and clips != (scenes[0].image.shape[:2] == CLIP_SIZE):
            continue
        found += detect(np.stack([scene.image for scene in scenes]))
        truths += [scene.boxes for scene in scenes]
    return rank_detections(found, truths)


def rank_shop(detect: Detect, shop: ShopScenes, *, clips: bool) -> Ranked:
    """Run over a packed shop's clip frames, or its pictures."""
    found: list[tuple[Boxes, Boxes]] = []
    truths: list[Boxes] = []
    for row in np.flatnonzero(shop.is_clip == clips):
        scene = shop[int(row)]
        found += detect(np.ascontiguousarray(scene.image[None]))
        truths.append(scene.boxes)
    return rank_detections(found, truths)


def summarise(ranked: Ranked, score_min: float) -> dict[str, float | int]:
    """AP50, and precision and recall at `score_min`, as they stand on the card."""
    precision, recall = ranked.at(score_min)
    return {
        "boxes": ranked.truths,
        "ap50": round(ranked.average_precision(), 4),
        "scoreMin": score_min,
        "precision": round(precision, 4),
        "recall": round(recall, 4),
    }


def time_frames(detect: Detect, frames: Frames, repeats: int = 20) -> float:
    """Median milliseconds of one call on `frames`, after three calls of warm-up."""
    for _ in range(3):
        detect(frames)
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        detect(frames)
        times.append(time.perf_counter() - began)
    return 1000 * float(np.median(times))


def best_threshold(ranked: Ranked) -> float:
    """Choose the threshold, a multiple of 0.05 from 0.3 to 0.95, with the highest F1."""
    steps = [round(0.05 * step, 2) for step in range(6, 20)]

    def f1(step: float) -> float:
        precision, recall = ranked.at(step)
        return 2 * precision * recall / max(precision + recall, 1e-9)

    return max(steps, key=f1)
