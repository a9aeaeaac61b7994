"""COCO average precision of a detector, over all images and by side (pictures, clip frames)."""

import contextlib
import io
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from ..data.coco_batches import usable_pixels
from ..data.coco_images import SIDES, CocoImages, read_coco
from ..data.coco_pixels import resize_pixels, size_at
from ..failures import TrainingFailure
from .average_precision import rank_detections
from .detect import Boxes, Detect, detect_with_onnx, detect_with_torch

FIGURES = ("ap", "ap50", "ap75", "apSmall", "apMedium", "apLarge")
"""COCO's first six: AP over IoU 0.50 to 0.95, at 0.50 and 0.75, and by area (below 32^2, to 96^2, above)."""


def evaluate_detector(
    model: Path,
    data: Sequence[Path],
    *,
    split: str = "validation",
    short_sides: Mapping[str, int],
    max_side: int,
    score_mins: Mapping[str, float] | None = None,
    device: str = "cpu",
) -> dict[str, Any]:
    """Measure a detector over COCO folders (`vitrine export --coco`), each image at its own size.

    `model` is an exported `.onnx` (run by onnxruntime on the CPU) or a training's checkpoint (run by PyTorch on
    `device`). `short_sides` gives the short side in pixels of `picture` and of `clip`, `max_side` bounds the long one:
    the numbers of a manifest.

    Returns `{"all": {...}, "picture": {...}, "clip": {...}, "shortSides", "maxSide", "skipped", "seconds"}`; each part
    has `images`, `boxes` and the figures `ap`, `ap50`, `ap75`, `apSmall`, `apMedium`, `apLarge` (0 to 1, None where
    there is no box to find). A side also has `scoreMin`, the threshold with the best F1 at IoU 0.5 (or that of
    `score_mins`), and `precision` and `recall` above it; a side without images is left out. `skipped` counts images
    that could not be read.

    Raises:
        TrainingFailure: the model or the data cannot be read, or there is no image.
    """
    images = read_coco(data, split)
    if model.suffix == ".onnx":
        if not model.is_file():
            raise TrainingFailure(f"There is no model {model}")
        detect = detect_with_onnx(model)
    else:
        from ..loops.detector_checkpoint import load_detector

        detect = detect_with_torch(load_detector(model)[0].to(device))
    rows = range(len(images))
    return measure_images(detect, images, rows, short_sides=short_sides, max_side=max_side, score_mins=score_mins or {})


def measure_images(
    detect: Detect,
    images: CocoImages,
    rows: Iterable[int],
    *,
    short_sides: Mapping[str, int],
    max_side: int,
    score_mins: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Measure `detect` over the images with the numbers `rows`; returns what `evaluate_detector` does."""
    if set(short_sides) != set(SIDES):
        raise TrainingFailure(f"Expected a short side for each of {', '.join(SIDES)}, got {dict(short_sides)}")
    began = time.monotonic()
    sides: dict[str, list[int]] = {side: [] for side in SIDES}
    found: dict[int, tuple[Boxes, Boxes]] = {}
    skipped = 0
    for row in rows:
        pixels, _fault = usable_pixels(images, row)
        if pixels is None:
            skipped += 1
            continue
        side = SIDES[int(images.is_clip[row])]
        height, width = pixels.shape[:2]
        size = size_at(height, width, short_sides[side], max_side)
        boxes, scores = detect(resize_pixels(pixels, size)[None])[0]
        scale_x, scale_y = width / size[1], height / size[0]
        found[row] = (boxes * np.array([scale_x, scale_y, scale_x, scale_y], np.float32), scores)
        sides[side].append(row)
    if not found:
        raise TrainingFailure("None of the images to measure over could be read")
    parts = {"all": sorted(found), **{side: rows for side, rows in sides.items() if rows}}
    measured = {name: average_precisions(images, part, found) for name, part in parts.items()}
    for side in SIDES:
        if side in measured:
            measured[side] |= at_threshold(images, sides[side], found, (score_mins or {}).get(side))
    seconds = round(time.monotonic() - began, 1)
    ways = {"shortSides": dict(short_sides), "maxSide": max_side, "skipped": skipped, "seconds": seconds}
    return {**measured, **ways}


def at_threshold(
    images: CocoImages, rows: Sequence[int], found: Mapping[int, tuple[Boxes, Boxes]], score_min: float | None
) -> dict[str, float]:
    """Precision and recall at IoU 0.5 above `score_min`, or above the best threshold."""
    ranked = rank_detections([found[row] for row in rows], [images.boxes(row) for row in rows])
    threshold = ranked.best_score_min() if score_min is None else score_min
    precision, recall = ranked.at(threshold)
    return {"scoreMin": threshold, "precision": round(precision, 4), "recall": round(recall, 4)}


def average_precisions(
    images: CocoImages, rows: Sequence[int], found: Mapping[int, tuple[Boxes, Boxes]]
) -> dict[str, Any]:
    """COCO's figures for detections (boxes, scores) by image number, over the images `rows`."""
    annotations: list[dict[str, Any]] = []
    for row in rows:
        for x1, y1, x2, y2 in images.boxes(row).tolist():
            box = [x1, y1, x2 - x1, y2 - y1]
            area = box[2] * box[3]
            one = {"id": len(annotations) + 1, "image_id": row, "category_id": 1, "bbox": box, "area": area}
            annotations.append({**one, "iscrowd": 0})
    sizes = {row: images.sizes[row].tolist() for row in rows}
    results = [
        {"image_id": row, "category_id": 1, "bbox": [x1, y1, x2 - x1, y2 - y1], "score": score}
        for row in rows
        for (x1, y1, x2, y2), score in zip(found[row][0].tolist(), found[row][1].tolist(), strict=True)
    ]
    counts = {"images": len(rows), "boxes": len(annotations)}
    if not annotations:
        return {**counts, **dict.fromkeys(FIGURES)}
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints as it goes.
        truth = COCO()
        truth.dataset = {
            "images": [{"id": row, "height": height, "width": width} for row, (height, width) in sizes.items()],
            "annotations": annotations,
            "categories": [{"id": 1, "name": "clothes"}],
        }
        truth.createIndex()
        if not results:
            return {**counts, **{name: 0.0 for name in FIGURES}}
        judged = COCOeval(truth, truth.loadRes(results), "bbox")
        judged.evaluate()
        judged.accumulate()
        judged.summarize()
    figures = [float(value) for value in judged.stats[: len(FIGURES)]]
    return {**counts, **{name: round(v, 4) if v >= 0 else None for name, v in zip(FIGURES, figures, strict=True)}}


def flatten(measured: dict[str, Any]) -> dict[str, float]:
    """Figures of a measurement as `clip/ap50`, for the log."""
    parts = {name: part for name, part in measured.items() if isinstance(part, dict) and "ap" in part}
    return {
        f"{name}/{figure}": value
        for name, part in parts.items()
        for figure, value in part.items()
        if figure.startswith("ap") and value is not None
    }


def tell(measured: dict[str, Any]) -> str:
    """AP50 and AP of each side in one line."""
    parts = {name: part for name, part in measured.items() if isinstance(part, dict) and "ap" in part}
    return ", ".join(f"{name} AP50 {part['ap50']} AP {part['ap']}" for name, part in parts.items())
