"""Garments made on the spot, so that no test needs photos."""

import json
from pathlib import Path

import numpy as np

from vitrine_training.composites.scene_garment import Wardrobe

KINDS = ["dress", "longsleeve", "outwear", "pants", "shirt", "shorts", "skirt", "t-shirt"]


def make_garment(index: int) -> np.ndarray:
    """An opaque ellipse of noise on a transparent ground, RGBA."""
    rng = np.random.default_rng(index)
    height, width = int(rng.integers(90, 200)), int(rng.integers(70, 180))
    rgba = rng.integers(0, 256, (height, width, 4)).astype(np.uint8)
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    rgba[..., 3] = np.where(rows**2 + columns**2 <= 1, 255, 0)
    return rgba


def make_wardrobe() -> Wardrobe:
    """One garment of each kind."""
    return Wardrobe([make_garment(index) for index in range(len(KINDS))], KINDS)


def write_store(path: Path) -> Path:
    """Write the same garments as a packed store."""
    garments = [make_garment(index) for index in range(len(KINDS))]
    pixels = np.zeros((len(garments), 224, 224, 4), np.uint8)
    entries = []
    for index, garment in enumerate(garments):
        height, width = garment.shape[:2]
        pixels[index, :height, :width] = garment
        entries.append({"id": str(index), "kind": KINDS[index], "height": height, "width": width})
    np.save(path.with_suffix(".npy"), pixels)
    path.with_suffix(".json").write_text(json.dumps(entries))
    return path
