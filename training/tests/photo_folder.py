"""A folder of garment photos and masks in the layout of the real ones, drawn on the spot."""

from pathlib import Path

import cv2
import numpy as np

from vitrine_training.composites.cutouts import CutoutPool, CutoutStore, list_photos, pack_cutouts

KINDS = ("dress", "shirt")


def write_photos(root: Path, count: int, seed: int = 0) -> Path:
    """Write `count` photos: a textured ellipse of one colour each on white, with its 1-bit mask."""
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        kind = KINDS[index % len(KINDS)]
        width, height = int(rng.integers(120, 260)), int(rng.integers(120, 260))
        mask = np.zeros((height, width), np.uint8)
        cv2.ellipse(mask, (width // 2, height // 2), (width // 3, height // 3), 0, 0, 360, 255, -1)
        noise = rng.integers(0, 60, (height, width, 3)) + rng.integers(0, 190, 3)
        photo = np.where(mask[..., None] > 0, noise, 255).astype(np.uint8)
        for folder, name, pixels in (("photos", ".jpg", photo), ("masks", ".png", mask)):
            path = root / folder / kind / f"g{seed}-{index:03d}{name}"
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), pixels)
    return root


def make_pool(folder: Path, count: int, seed: int = 0) -> CutoutPool:
    """Write `count` photos under `folder`, pack and open them."""
    pack_cutouts(list_photos(write_photos(folder / f"photos-{seed}", count, seed)), folder / f"store-{seed}")
    return CutoutPool([CutoutStore(folder / f"store-{seed}")])
