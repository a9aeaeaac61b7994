"""Garment cut-outs: which photos there are, which are held out, and their pixels as small RGBA arrays.

The layout is `<root>/photos/<kind>/<id>.jpg` beside `<root>/masks/<kind>/<id>.png` (1-bit). Drawn garments come in the
same layout, so one loader serves both.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

VALIDATION_COUNT = 200
MAX_SIDE = 224


@dataclass(frozen=True)
class Photo:
    """One garment photo and its mask; the file's name is the garment's identity."""

    kind: str
    id: str
    photo_path: Path
    mask_path: Path


def list_photos(root: Path) -> list[Photo]:
    """List every photo under `root` that has a mask, in order of id.

    Raises:
        FileNotFoundError: there is no photo with a mask under `root`.
    """
    found = []
    for path in root.glob("photos/*/*.jpg"):
        mask = root / "masks" / path.parent.name / f"{path.stem}.png"
        if mask.is_file():
            found.append(Photo(path.parent.name, path.stem, path, mask))
    if not found:
        raise FileNotFoundError(
            f"No photo with a mask under {root}: expected photos/<kind>/<id>.jpg and masks/<kind>/<id>.png"
        )
    return sorted(found, key=lambda photo: (photo.id, photo.kind))


def split_photos(photos: Sequence[Photo], count: int = VALIDATION_COUNT) -> tuple[list[Photo], list[Photo]]:
    """Split into (train, validation): the `count` photos whose SHA-1 of `<id>.jpg` sorts first are held out."""
    ranked = sorted(photos, key=lambda photo: hashlib.sha1(f"{photo.id}.jpg".encode()).hexdigest())
    held_out = {photo.photo_path for photo in ranked[:count]}
    train = [photo for photo in photos if photo.photo_path not in held_out]
    return train, [photo for photo in photos if photo.photo_path in held_out]


def read_cutout(photo: Photo, max_side: int = MAX_SIDE) -> Image | None:
    """Read one garment as RGBA uint8 [h, w, 4], cut to its mask's tight box, long side at most `max_side` px.

    Specks of the mask (parts below 4 % of the largest one) are dropped. Returns None when nothing of use is left.

    Raises:
        OSError: the photo or its mask cannot be read.
    """
    bgr = cv2.imread(str(photo.photo_path), cv2.IMREAD_COLOR)
    mask = cv2.imread(str(photo.mask_path), cv2.IMREAD_GRAYSCALE)
    if bgr is None or mask is None:
        raise OSError(f"Cannot read {photo.photo_path} or {photo.mask_path}")
    if mask.shape != bgr.shape[:2]:
        size = (bgr.shape[1], bgr.shape[0])
        mask = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    solid = _without_specks(np.asarray(mask, dtype=np.uint8))
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    if len(rows) < 16 or len(columns) < 16:
        return None
    rgba = np.dstack([bgr[..., ::-1], solid])[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = min(1.0, max_side / max(rgba.shape[:2]))
    if scale < 1:
        size = (max(1, round(rgba.shape[1] * scale)), max(1, round(rgba.shape[0] * scale)))
        rgba = cv2.resize(np.ascontiguousarray(rgba), size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(rgba, dtype=np.uint8)


def _without_specks(mask: Image) -> Image:
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 127).astype(np.uint8))
    if count <= 1:
        return np.zeros_like(mask)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = areas >= 0.04 * areas.max()
    kept[0] = False
    return np.where(kept[labels], 255, 0).astype(np.uint8)


def pack_cutouts(photos: Sequence[Photo], out: Path, max_side: int = MAX_SIDE) -> int:
    """Write all cut-outs as one `<out>.npy` [N, max_side, max_side, 4] and `<out>.json` (sizes and ids).

    Both are written under temporary names and renamed, the JSON last, so a reader never sees half a store.
    Returns the number of garments kept.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.with_suffix(".tmp.npy")
    store = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=(len(photos), max_side, max_side, 4))
    entries: list[dict[str, object]] = []
    for photo in photos:
        rgba = read_cutout(photo, max_side)
        if rgba is not None:
            height, width = rgba.shape[:2]
            store[len(entries), :height, :width] = rgba
            entries.append({"id": photo.id, "kind": photo.kind, "height": height, "width": width})
    store.flush()
    del store
    temporary.rename(out.with_suffix(".npy"))
    sidecar = out.with_suffix(".tmp.json")
    sidecar.write_text(json.dumps(entries))
    sidecar.rename(out.with_suffix(".json"))
    return len(entries)


class CutoutStore:
    """Read-only garments of one packed file, memory-mapped so that processes share the pages."""

    def __init__(self, path: Path) -> None:
        entries = json.loads(path.with_suffix(".json").read_text())
        self.ids: list[str] = [entry["id"] for entry in entries]
        self.kinds: list[str] = [entry["kind"] for entry in entries]
        self._sizes = [(int(entry["height"]), int(entry["width"])) for entry in entries]
        self._pixels: Image = np.load(path.with_suffix(".npy"), mmap_mode="r")

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> Image:
        """Garment `index` as RGBA uint8 [h, w, 4], a view that must not be written to."""
        height, width = self._sizes[index]
        return self._pixels[index, :height, :width]


class CutoutPool:
    """Several stores as one: garment `index` counts through them in order."""

    def __init__(self, stores: Sequence[CutoutStore]) -> None:
        self._entries = [(store, index) for store in stores for index in range(len(store))]
        self.ids = [store.ids[index] for store, index in self._entries]
        self.kinds = [store.kinds[index] for store, index in self._entries]

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Image:
        """Garment `index` as RGBA uint8 [h, w, 4]."""
        store, position = self._entries[index]
        return store[position]

    def __iter__(self) -> Iterator[Image]:
        return (self[index] for index in range(len(self)))
