"""Pictures that int8's ranges are measured on: a folder of pictures, or one that `vitrine export --coco` wrote."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..data.buckets import bucket_of
from ..failures import TrainingFailure

Pixels = NDArray[np.uint8]
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
_SMALLEST = 4
"""Boxes with a shorter side, in px, are left out."""


def calibration_frames(folder: Path, short_side: int, max_side: int, most: int) -> Iterator[Pixels]:
    """Give up to `most` pictures below `folder`, spread evenly over their names, as a detector sees them [1, H, W, 3].

    Raises:
        TrainingFailure: there is no picture.
    """
    for path in _spread(_pictures(folder), most):
        frame = _read(path)
        if frame is None:
            continue
        height, width = frame.shape[:2]
        scale = min(short_side / min(height, width), max_side / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        yield _resize(frame, size, cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)[None]


def calibration_crops(folder: Path, sizes: Sequence[tuple[int, int]], most: int) -> Iterator[Pixels]:
    """Give up to `most` crops below `folder`, each at the size (width, height) of its aspect's bucket [1, h, w, 3].

    In a folder that holds `annotations/instances_*.json` they are the boxes of its pictures; in any other folder each
    picture is a crop.

    Raises:
        TrainingFailure: there is no picture, or no box.
    """
    files = sorted((folder / "annotations").glob("instances_*.json"))
    places = _boxes(folder, files) if files else [(path, None) for path in _pictures(folder)]
    if not places:
        raise TrainingFailure(f"{files[0]} holds no box to calibrate with")
    for path, box in _spread(places, most):
        frame = _read(path)
        if frame is None:
            continue
        crop = frame if box is None else frame[box[1] : box[3], box[0] : box[2]]
        height, width = crop.shape[:2]
        if min(height, width) < _SMALLEST:
            continue
        yield _resize(crop, sizes[bucket_of(width / height)], cv2.INTER_LINEAR)[None]


def _resize(pixels: Pixels, size: tuple[int, int], how: int) -> Pixels:
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def _pictures(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    if not found:
        raise TrainingFailure(f"There is no picture in {folder} to calibrate with")
    return found


def _spread(values: Sequence[Any], most: int) -> list[Any]:
    """At most `most` of `values`, at even distances: neighbours in a folder look alike."""
    return [values[index * len(values) // most] for index in range(most)] if len(values) > most else list(values)


def _read(path: Path) -> Pixels | None:
    """RGB pixels, or None for a file that cannot be read."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    return None if pixels is None else np.ascontiguousarray(pixels[..., ::-1])


def _boxes(folder: Path, files: Sequence[Path]) -> list[tuple[Path, tuple[int, int, int, int]]]:
    """Every box of COCO files as (picture, (x1, y1, x2, y2))."""
    found = []
    for file in files:
        try:
            record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            paths = {image["id"]: folder / "images" / image["file_name"] for image in record["images"]}
            for annotation in record["annotations"]:
                x, y, width, height = (int(value) for value in annotation["bbox"])
                found.append((paths[annotation["image_id"]], (max(0, x), max(0, y), x + width, y + height)))
        except (ValueError, KeyError, TypeError) as error:
            raise TrainingFailure(f"{file} is no COCO file: {error}") from error
    return found
