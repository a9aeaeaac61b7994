"""Batches of scenes, each batch of one size, reproducible by its number."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from .cutouts import CutoutPool, CutoutStore
from .scene import Scene, compose_scene
from .scene_garment import Wardrobe
from .shop_scenes import ShopScenes, vary_scene

CLIP_SIZE = (341, 192)
"""A 540x960 frame at short side 192."""

PICTURE_SIZES = ((192, 192), (256, 192), (288, 192))

BATCHES_MAX = 1_000_000


@dataclass(frozen=True)
class SceneBatch:
    """Frames uint8 [N, H, W, 3] and one float [n, 4] of boxes a frame."""

    frames: Tensor
    boxes: list[Tensor]


class SceneBatches(Dataset[SceneBatch]):
    """Batch `index` is drawn from (seed, index) alone; `clip_share` of the batches are clip frames.

    With `shops`, `shop_share` of the batches come from those packed shops, each shop by its size. Files
    are opened on first use, so that a worker process maps them itself.
    """

    def __init__(
        self,
        stores: Sequence[Path],
        *,
        seed: int,
        batch: int,
        count: int = BATCHES_MAX,
        clip_share: float = 0.6,
        shops: Sequence[Path] = (),
        shop_share: float = 0.4,
    ) -> None:
        self.stores = list(stores)
        self.seed = seed
        self.batch = batch
        self.count = count
        self.clip_share = clip_share
        self.shops = list(shops)
        self.shop_share = shop_share if shops else 0.0
        self._wardrobe: Wardrobe | None = None
        self._opened: list[ShopScenes] = []

    def __len__(self) -> int:
        return self.count

    def scenes(self, index: int) -> list[Scene]:
        """Compose the scenes of one batch."""
        rng = np.random.default_rng([self.seed, index])
        if rng.random() < self.shop_share:
            return self._from_shop(rng)
        if self._wardrobe is None:
            pool = CutoutPool([CutoutStore(path) for path in self.stores])
            self._wardrobe = Wardrobe(pool, pool.kinds)
        is_clip = rng.random() < self.clip_share
        size = CLIP_SIZE if is_clip else PICTURE_SIZES[int(rng.integers(len(PICTURE_SIZES)))]
        return [compose_scene(rng, self._wardrobe, size, clip=is_clip) for _ in range(self.batch)]

    def _from_shop(self, rng: np.random.Generator) -> list[Scene]:
        if not self._opened:
            self._opened = [ShopScenes(path) for path in self.shops]
        sizes = np.array([len(shop) for shop in self._opened])
        shop = self._opened[int(rng.choice(len(sizes), p=sizes / sizes.sum()))]
        return [vary_scene(rng, shop[row]) for row in shop.rows_of_one_size(rng, self.batch)]

    def __getitem__(self, index: int) -> SceneBatch:
        scenes = self.scenes(index)
        frames = torch.from_numpy(np.stack([scene.image for scene in scenes]))
        return SceneBatch(frames, [torch.from_numpy(scene.boxes) for scene in scenes])


def first_of(items: list[SceneBatch]) -> SceneBatch:
    """Collate for a DataLoader whose items are whole batches already."""
    return items[0]


def calm_worker(_worker: int) -> None:
    """One OpenCV thread and a lower priority, so that composing never takes a core from training."""
    cv2.setNumThreads(1)
    os.nice(5)
