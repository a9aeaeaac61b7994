"""Scenes in batches of one size, reproducible by number, to measure a detector over."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .cutouts import CutoutPool, CutoutStore
from .scene import Scene, compose_scene
from .scene_garment import Wardrobe

CLIP_SIZE = (341, 192)
"""A 540x960 frame at short side 192."""

PICTURE_SIZES = ((192, 192), (256, 192), (288, 192))


class SceneBatches:
    """Batch `index` is drawn from (seed, index) alone; `clip_share` of the batches are clip frames."""

    def __init__(self, stores: Sequence[Path], *, seed: int, batch: int, count: int, clip_share: float = 0.6) -> None:
        pool = CutoutPool([CutoutStore(path) for path in stores])
        self._wardrobe = Wardrobe(pool, pool.kinds)
        self.seed = seed
        self.batch = batch
        self.count = count
        self.clip_share = clip_share

    def __len__(self) -> int:
        return self.count

    def scenes(self, index: int) -> list[Scene]:
        """Compose the scenes of one batch."""
        rng = np.random.default_rng([self.seed, index])
        rng.random()  # Once chose between sources; numbers measured before stay comparable.
        is_clip = rng.random() < self.clip_share
        size = CLIP_SIZE if is_clip else PICTURE_SIZES[int(rng.integers(len(PICTURE_SIZES)))]
        return [compose_scene(rng, self._wardrobe, size, clip=is_clip) for _ in range(self.batch)]
