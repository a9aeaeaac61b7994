"""A folder of crops as `vitrine export --crops` writes it, drawn on the spot."""

import csv
from pathlib import Path

import cv2
import numpy as np

from vitrine_training.data.buckets import bucket_of

# fmt: off
HEADER = [
    "label", "path", "split", "is_query", "is_gallery", "category",
    "aspect_bucket", "side", "instance_id", "owner", "frame", "root",
]
# fmt: on
SHAPES = ((60, 60), (44, 66))
"""(width, height) of crops: two buckets."""


def write_crops(folder: Path, train: int, validation: int = 0, each: int = 2, shapes: int = 2, seed: int = 0) -> Path:
    """Write `each` pictures and `each` clip crops of `train` + `validation` garments: a colour and its noise each."""
    rows = []
    for label in range(train + validation):
        colour = np.random.default_rng((seed, label)).integers(40, 216, 3)
        for side in ("picture", "clip"):
            for number in range(each):
                rng = np.random.default_rng((seed, label, number, side == "clip"))
                width, height = SHAPES[number % shapes]
                noise = rng.integers(-30, 31, (height, width, 3))
                path = f"crops/{label}-{side}-{number}.jpg"
                (folder / "crops").mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(folder / path), (colour + noise).clip(0, 255).astype(np.uint8))
                is_judged = label >= train
                roles = [str(side == "picture"), str(side == "clip")] if is_judged else ["", ""]
                split = "validation" if is_judged else "train"
                frame = 80 if side == "clip" else ""
                bucket = bucket_of(width / height)
                rows.append([label, path, split, *roles, "短裤", bucket, side, 2000001 + label, label, frame, "shop"])
    write_rows(folder, rows)
    return folder


def write_rows(folder: Path, rows: list[list[object]], header: list[str] = HEADER) -> None:
    """Write `crops.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "crops.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def read_rows(folder: Path) -> list[list[object]]:
    """Read the rows of `crops.csv`, without its header."""
    with (folder / "crops.csv").open(newline="", encoding="utf-8") as file:
        return [list(row) for row in csv.reader(file)][1:]
