"""Measures a detector over scenes of held-out garments: AP50, and precision and recall by threshold."""

import time

import numpy as np

from ..composites.scene_batches import CLIP_SIZE, SceneBatches
from .average_precision import Ranked, rank_detections
from .detect import Boxes, Detect, Frames


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
