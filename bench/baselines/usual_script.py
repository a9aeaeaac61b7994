"""Baseline (b): the usual script. `python usual_script.py ROOT OUT MODELS FIRST:LAST:STEP` writes OUT/result.json.

OpenCV reads each clip in a loop, onnxruntime runs the models with its own threads, a clip or an item is a batch, NumPy
finds the nearest boxes. It computes what `vitrine match` computes, with the sizes and thresholds of the manifest.
Needs numpy, onnxruntime, opencv-python-headless and pillow.
"""

import argparse
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # It reports to Microsoft otherwise, from its import on.
import onnxruntime as ort

Array = npt.NDArray[Any]
ASPECTS = np.array([0.25, 0.335, 0.415, 0.5, 0.5721925, 0.66857143, 0.8, 1, 1.25, 1.4957264, 1.74766355, 2])
PICTURES = {".jpg", ".jpeg", ".png"}


@dataclass
class Box:
    """A detected garment: whose it is, where, and what it looks like."""

    owner: str
    frame: str
    index: int
    corners: tuple[int, int, int, int]
    score: float
    feature: Array


class Models:
    """The detector and the embedders of a model folder."""

    def __init__(self, folder: Path) -> None:
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.detector = self.open(folder / self.manifest["detector"]["file"])
        files = [self.manifest["bundle"]] if "bundle" in self.manifest else self.manifest["embedders"]
        self.embedders = [self.open(folder / file["file"]) for file in files]

    @staticmethod
    def open(path: Path) -> ort.InferenceSession:
        """Open a session on all cores."""
        return ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def detect(self, frames: list[Array], side: str) -> list[list[tuple[tuple[int, int, int, int], float]]]:
        """Find the garments of frames of one size, by falling score."""
        height, width = frames[0].shape[:2]
        rules = self.manifest["detector"]
        scale = min(rules[side]["shortSide"] / min(width, height), rules["maxSide"] / max(width, height))
        size = (max(1, int(width * scale + 0.5)), max(1, int(height * scale + 0.5)))
        resized = [np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BILINEAR)) for frame in frames]
        outputs = self.detector.run(["boxes", "scores", "frame"], {"frames": np.stack(resized)})
        boxes, scores, places = (np.asarray(output) for output in outputs)
        ratio = np.array([width, height, width, height]) / np.array([*size, *size])
        corners = np.clip(boxes.astype(np.float64) * ratio, 0, [width, height, width, height]).astype(int)
        found: list[list[tuple[tuple[int, int, int, int], float]]] = [[] for _ in frames]
        for row in np.argsort(-scores, kind="stable"):
            x1, y1, x2, y2 = (int(corner) for corner in corners[row])
            if scores[row] > rules[side]["scoreMin"] and x2 > x1 and y2 > y1:
                found[int(places[row])].append(((x1, y1, x2, y2), float(scores[row])))
        return found

    def embed(self, crops: list[Array]) -> Array:
        """Turn crops of one size into unit vectors."""
        batch = np.stack(crops)
        feature = np.concatenate([np.asarray(e.run(["features"], {"crops": batch})[0]) for e in self.embedders], axis=1)
        norms = np.linalg.norm(feature.astype(np.float64), axis=1, keepdims=True)
        return (feature / np.where(norms > 0, norms, 1)).astype(np.float32)

    def boxes_of(self, owner: str, frames: list[tuple[str, Array]], side: str) -> list[Box]:
        """Find and embed the garments of one clip or item."""
        by_size: dict[tuple[int, ...], list[tuple[str, Array]]] = defaultdict(list)
        for name, frame in frames:
            by_size[frame.shape].append((name, frame))
        boxes: list[Box] = []
        crops: dict[int, list[tuple[int, Array]]] = defaultdict(list)
        for group in by_size.values():
            detected = self.detect([frame for _, frame in group], side)
            for (name, frame), detections in zip(group, detected, strict=True):
                for index, (corners, score) in enumerate(detections):
                    x1, y1, x2, y2 = corners
                    bucket = int(np.argmin(np.abs(ASPECTS - (x2 - x1) / (y2 - y1))))
                    crop = cv2.resize(frame[y1:y2, x1:x2], self.manifest["crops"]["sizes"][bucket])
                    crops[bucket].append((len(boxes), crop))
                    boxes.append(Box(owner, name, index, corners, score, np.empty(0)))
        for bucket_crops in crops.values():
            features = self.embed([crop for _, crop in bucket_crops])
            for (place, _), feature in zip(bucket_crops, features, strict=True):
                boxes[place].feature = feature
        return boxes


def read_clip(path: Path, wanted: range) -> list[tuple[str, Array]]:
    """Read the wanted frames in one pass."""
    capture = cv2.VideoCapture(str(path))
    frames = []
    for index in range(wanted[-1] + 1):
        if not capture.grab():
            break
        if index in wanted:
            read, frame = capture.retrieve()
            if read:
                frames.append((str(index), cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)))
    capture.release()
    return frames


def read_item(folder: Path) -> list[tuple[str, Array]]:
    """Read the pictures of an item."""
    pictures = []
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES):
        picture = cv2.imread(str(path))
        if picture is None:
            raise OSError(f"cannot read {path}")
        pictures.append((path.stem, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)))
    return pictures


def match(queries: list[Box], gallery: list[Box]) -> dict[str, Any]:
    """Give each clip its item."""
    gallery.sort(key=lambda box: (box.owner, int(box.frame), -box.score, box.index))
    distances = 2 - 2 * np.stack([q.feature for q in queries]) @ np.stack([g.feature for g in gallery]).T
    distances = np.maximum(distances, 0)
    nearest = np.argmin(distances, axis=1)
    by_item: dict[str, list[int]] = defaultdict(list)
    for row in sorted(range(len(queries)), key=lambda row: (queries[row].frame, queries[row].index)):
        by_item[queries[row].owner].append(row)

    winners: dict[str, tuple[float, str, Box, Box]] = {}
    for item, rows in by_item.items():
        found = np.array([distances[row, nearest[row]] for row in rows], dtype=np.float64)
        kept = np.flatnonzero(found < np.quantile(found, 0.28))
        if len(kept) == 0:
            kept = np.array([np.argmin(found)])
        votes: dict[str, list[int]] = defaultdict(list)
        for place in kept:
            votes[gallery[nearest[rows[place]]].owner].append(int(place))
        least = round(0.5 * len(kept))
        candidates = [
            (float(np.mean(found[places])), float(np.min(found[places])), clip)
            for clip, places in votes.items()
            if len(places) >= least
        ]
        if not candidates:
            continue
        mean, _, clip = min(candidates)
        voters = [rows[place] for place in votes[clip]]
        query = max((queries[row] for row in voters), key=lambda box: box.score)
        hit = gallery[min((int(nearest[row]) for row in voters), key=lambda place: (-gallery[place].score, place))]
        if clip not in winners or (mean, item) < winners[clip][:2]:
            winners[clip] = (mean, item, query, hit)
    return {
        clip: {
            "item_id": item,
            "frame_index": int(hit.frame),
            "result": [{"img_name": query.frame, "item_box": query.corners, "frame_box": hit.corners}],
        }
        for clip, (mean, item, query, hit) in sorted(winners.items())
        if mean < 1.12
    }


def main() -> None:
    """Match a shop."""
    parser = argparse.ArgumentParser(description="Match the clips of a shop to its items.")
    for name in ("root", "out", "models"):
        parser.add_argument(name, type=Path)
    parser.add_argument("frames", help="first:last:step")
    arguments = parser.parse_args()
    first, last, step = (int(number) for number in arguments.frames.split(":"))
    wanted = range(first, last + 1, step)
    models = Models(arguments.models)
    queries: list[Box] = []
    for folder in sorted(path for path in (arguments.root / "image").iterdir() if path.is_dir()):
        queries += models.boxes_of(folder.name, read_item(folder), "pictures")
    gallery: list[Box] = []
    for path in sorted((arguments.root / "video").glob("*.mp4")):
        gallery += models.boxes_of(path.stem, read_clip(path, wanted), "clips")
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "result.json").write_text(json.dumps(match(queries, gallery), indent=1))


if __name__ == "__main__":
    main()
