"""COCO folders made on the spot: bright cards on a dark ground."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

SIZES = {"picture": (96, 128), "clip": (160, 90)}


def draw_cards(seed: int, height: int, width: int) -> tuple[np.ndarray, list[list[int]]]:
    """One to three bright cards with a little grain, and their boxes as [x, y, width, height]."""
    source = np.random.default_rng(seed)
    frame = source.integers(0, 24, (height, width, 3))
    boxes = []
    for _ in range(int(source.integers(1, 4))):
        w, h = int(source.integers(20, 60)), int(source.integers(20, 60))
        x, y = int(source.integers(0, width - w)), int(source.integers(0, height - h))
        frame[y : y + h, x : x + w] = source.integers(90, 256, 3)
        boxes.append([x, y, w, h])
    return frame.astype(np.uint8), boxes


def write_coco(folder: Path, count: int = 8, split: str = "train", seed: int = 0) -> Path:
    """Write `count` images, pictures and clip frames in turn, every fifth without a card."""
    images, annotations = [], []
    for index in range(count):
        side = ("picture", "clip")[index % 2]
        height, width = SIZES[side]
        frame, boxes = draw_cards(1000 * seed + index, height, width)
        if index % 5 == 4:
            frame, boxes = frame[:1, :1].repeat(height, 0).repeat(width, 1), []
        name = f"{split}/{side}/{index}.png"
        (folder / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / "images" / name), frame[..., ::-1])
        images.append({"id": index + 1, "file_name": name, "width": width, "height": height, "side": side})
        for box in boxes:
            annotation = {"image_id": index + 1, "category_id": 1, "bbox": box, "iscrowd": 0}
            annotations.append({"id": len(annotations) + 1, **annotation})
    write_record(folder, split, images=images, annotations=annotations)
    return folder


def write_record(folder: Path, split: str, **record: Any) -> Path:
    """Write the annotation file of a split; returns its path."""
    path = folder / "annotations" / f"instances_{split}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"categories": [{"id": 1, "name": "clothes"}], **record}))
    return path


def read_record(folder: Path, split: str = "train") -> dict[str, Any]:
    """Read a split's annotation file back, to plant a fault in it."""
    record: dict[str, Any] = json.loads((folder / "annotations" / f"instances_{split}.json").read_text())
    return record
