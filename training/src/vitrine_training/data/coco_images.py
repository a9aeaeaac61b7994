"""Annotated pictures and clip frames out of COCO folders, as `vitrine export --coco` writes them.

A folder holds `annotations/instances_<split>.json` and the files under `images/`. What contradicts itself is clamped or
left out, and each case is told with its file and annotation.
"""

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from ..failures import TrainingFailure
from .coco_problems import CocoProblems

SIDES = ("picture", "clip")
CATEGORY = "clothes"

Boxes = NDArray[np.float32]


class CocoImages:
    """Images by number, and their boxes (x1 y1 x2 y2 in pixels), packed so that worker processes take little memory.

    `sizes` [n, 2] holds height and width, `is_clip` [n] whether an image is a clip frame. `problems` tells what was
    clamped and left out.
    """

    def __init__(self) -> None:
        self.problems = CocoProblems()
        self.sizes = np.zeros((0, 2), np.int32)
        self.is_clip = np.zeros(0, bool)
        self._paths: list[str] = []
        self._boxes = np.zeros((0, 4), np.float32)
        self._starts = np.zeros(1, np.int64)

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def box_count(self) -> int:
        """How many boxes all images have together."""
        return len(self._boxes)

    def path(self, index: int) -> Path:
        """File of an image."""
        return Path(self._paths[index])

    def boxes(self, index: int) -> Boxes:
        """Boxes [n, 4] of an image; a copy."""
        return np.array(self._boxes[self._starts[index] : self._starts[index + 1]])

    def add(self, paths: Sequence[str], sizes: Sequence[tuple[int, int]], clips: Sequence[bool], boxes: Any) -> None:
        """Append images: path, (height, width), whether it is a clip frame, and a list of boxes each."""
        self._paths += paths
        self.sizes = np.concatenate([self.sizes, np.array(sizes, np.int32).reshape(-1, 2)])
        self.is_clip = np.concatenate([self.is_clip, np.array(clips, bool)])
        rows = [np.array(some, np.float32).reshape(-1, 4) for some in boxes]
        self._boxes = np.concatenate([self._boxes, *rows])
        ends = np.cumsum([len(some) for some in rows], dtype=np.int64) + self._starts[-1]
        self._starts = np.concatenate([self._starts, ends])

    def describe(self) -> str:
        """Tell the counts in one line."""
        clips = int(self.is_clip.sum())
        return f"{len(self) - clips} pictures and {clips} clip frames with {self.box_count} boxes"


def read_coco(folders: Sequence[Path], split: str) -> CocoImages:
    """Read the split `train` or `validation` of one or several COCO folders.

    Raises:
        TrainingFailure: a folder lacks the split's file, the file is no COCO JSON, or no image is left.
    """
    images = CocoImages()
    for folder in folders:
        _read_folder(folder, split, images)
    if not len(images):
        where = ", ".join(str(folder) for folder in folders) or "no folder given"
        raise TrainingFailure(f"No image to use in the {split} split of {where}; {images.problems.summary()}")
    return images


def _read_folder(folder: Path, split: str, images: CocoImages) -> None:
    path = folder / "annotations" / f"instances_{split}.json"
    record = _read_json(path)
    problems = images.problems
    known = {one.get("id") for one in _entries(record, "categories", path) if one.get("name") == CATEGORY}
    if not known:
        raise TrainingFailure(f"{path} has no category {CATEGORY!r}; the detector has that one class")
    rows: dict[Any, int] = {}
    paths: list[str] = []
    sizes: list[tuple[int, int]] = []
    clips: list[bool] = []
    for number, one in enumerate(_entries(record, "images", path)):
        name, height, width = one.get("file_name"), one.get("height"), one.get("width")
        where = f"{path}: images[{number}]"
        if "id" not in one or not isinstance(name, str) or not _is_size(height) or not _is_size(width):
            problems.add("images without id, file_name, width or height, skipped", where)
            continue
        if one["id"] in rows:
            problems.add("images whose id another has too, skipped", f"{where} (id {one['id']})")
            continue
        rows[one["id"]] = -1
        if one.get("side", "picture") not in SIDES:
            problems.add("images whose side is neither picture nor clip, skipped", f"{where} (side {one['side']!r})")
        elif not (folder / "images" / name).is_file():
            problems.add("images without their file, skipped", f"{folder / 'images' / name}")
        else:
            rows[one["id"]] = len(paths)
            paths.append(str(folder / "images" / name))
            sizes.append((height, width))
            clips.append(one.get("side") == "clip")
    boxes: list[list[list[float]]] = [[] for _ in paths]
    for number, one in enumerate(_entries(record, "annotations", path)):
        where = f"{path}: annotation {one.get('id', f'number {number}')}"
        row = rows.get(one.get("image_id"))
        if row is None:
            problems.add("boxes of an image that is not listed, skipped", where)
        elif row >= 0:  # Else its image was skipped, which is told already.
            box = _read_box(one, sizes[row], known, problems, f"{where} of {paths[row]}")
            boxes[row] += [box] if box else []
    images.add(paths, sizes, clips, boxes)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise TrainingFailure(f"There is no {path}; `vitrine export <root> --coco <folder>` writes it") from error
    except OSError as error:
        raise TrainingFailure(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # Broken JSON or broken UTF-8.
        raise TrainingFailure(f"{path} is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise TrainingFailure(f"{path} is no COCO file: expected an object with images, annotations and categories")
    return record


def _entries(record: dict[str, Any], key: str, path: Path) -> Iterator[dict[str, Any]]:
    entries = record.get(key)
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise TrainingFailure(f"{path} is no COCO file: expected `{key}` to be a list of objects")
    return iter(entries)


def _is_size(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and value > 0


def _read_box(
    one: dict[str, Any], size: tuple[int, int], known: set[Any], problems: CocoProblems, where: str
) -> list[float] | None:
    """Return the box inside its image, or None where it cannot be used."""
    if one.get("category_id") not in known:
        problems.add("boxes of an unknown category, skipped", f"{where} (category_id {one.get('category_id')!r})")
        return None
    if one.get("iscrowd"):
        problems.add("boxes around a crowd, skipped", where)
        return None
    box = one.get("bbox")
    if not isinstance(box, list) or len(box) != 4 or not all(_is_finite(value) for value in box):
        problems.add("boxes that are not [x, y, width, height], skipped", f"{where} (bbox {box!r})")
        return None
    x, y, width, height = box
    inside = [max(0.0, x), max(0.0, y), min(float(size[1]), x + width), min(float(size[0]), y + height)]
    if inside[2] - inside[0] < 1 or inside[3] - inside[1] < 1:
        fault = "outside of their picture" if width >= 1 and height >= 1 else "without area"
        problems.add(f"boxes {fault}, skipped", f"{where} (bbox {box})")
        return None
    if inside != [x, y, x + width, y + height]:
        problems.add("boxes that reach out of their picture, clamped", f"{where} (bbox {box})")
    return inside


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
