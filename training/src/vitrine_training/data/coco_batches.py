"""Batches for the detector: images out of COCO folders, scenes composed from cut-outs, or some of each.

A batch follows from the seed, its stage and its number alone, so a run that goes on sees what an undisturbed one would
have seen, and processes that share a run each take their slice of the same batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..composites.cutouts import CutoutPool, CutoutStore
from ..composites.scene import Scene, compose_scene
from ..composites.scene_finish import vary_finish
from ..composites.scene_garment import Wardrobe
from ..failures import TrainingFailure
from .coco_epochs import BatchKey, EpochOrder
from .coco_images import CocoImages
from .coco_pixels import read_pixels, resize_pixels, size_at

TRIES = 8
"""Images that may be unreadable in a row."""
_COMPOSED = 1 << 20
"""Tells the seeds of composed scenes from those of epochs."""


@dataclass(frozen=True)
class StageBatches:
    """What a stage of the schedule asks of its batches."""

    batch: int
    """Images a process and step."""
    short_side: tuple[int, int]
    """The shorter side in pixels is drawn from this range, ends included, for a whole batch."""
    max_side: int


@dataclass(frozen=True)
class Variations:
    """How images are varied, and how many batches are composed."""

    hflip: float = 0.5
    is_multi_scale: bool = True
    """Whether the short side is drawn; else it is the range's upper end."""
    is_photometric: bool = False
    """Whether light, sharpness and compression change now and then."""
    composed_share: float = 0.0
    clip_share: float = 0.6
    """Share of clip frames among composed batches."""


@dataclass(frozen=True)
class DetectorBatch:
    """Frames uint8 [N, H, W, 3] RGB, padded to the largest; each one's (height, width) and boxes [n, 4].

    `unusable` names files that could not be used, with the reason; the next image of the set stands in for each.
    """

    frames: Tensor
    sizes: list[tuple[int, int]]
    boxes: list[Tensor]
    unusable: list[str]


class DetectorBatches(Dataset[DetectorBatch]):
    """The batches of a run, by `BatchKey`.

    `rank` of `world` processes gets its part of each batch. Cut-outs are opened on first use, so that a worker process
    maps them itself. Without images every batch is composed.
    """

    def __init__(
        self,
        stages: Sequence[StageBatches],
        *,
        seed: int,
        images: CocoImages | None = None,
        cutouts: Sequence[Path] = (),
        variations: Variations | None = None,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.stages = list(stages)
        self.seed = seed
        self.images = images
        self.variations = variations or Variations()
        self.rank = rank
        self.world = world
        self._cutouts = list(cutouts)
        self._wardrobe: Wardrobe | None = None
        self._orders = [
            EpochOrder(images.sizes, seed, number, stage.batch * world) if images else None
            for number, stage in enumerate(self.stages)
        ]
        share = self.variations.composed_share if images else 1.0
        self._composed_share = share if self._cutouts else 0.0
        if images is None and not self._cutouts:
            raise TrainingFailure("There is nothing to train on: give --data, --cutouts, or both")

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is mapped: in a worker process it would come as a copy of all its pixels."""
        return {**vars(self), "_wardrobe": None}

    def __getitem__(self, key: BatchKey) -> DetectorBatch:
        stage = self.stages[key.stage]
        rng = np.random.default_rng([self.seed, key.stage, _COMPOSED, key.number])
        low, high = stage.short_side
        short_side = int(rng.integers(low, high + 1)) if self.variations.is_multi_scale else high
        if rng.random() < self._composed_share:
            is_clip = bool(rng.random() < self.variations.clip_share)
            aspect = 16 / 9 if is_clip else float(rng.choice([1.0, 4 / 3, 1.5]))
            size = size_at(round(short_side * aspect), short_side, short_side, stage.max_side)
            return collate([self._compose(key, slot, size, is_clip) for slot in self._slots(stage)], [])
        order = self._orders[key.stage]
        assert order is not None
        epoch, chosen = order[key.number]
        unusable: list[str] = []
        scenes = []
        for slot in self._slots(stage):
            image_rng = np.random.default_rng([self.seed, key.stage, epoch, int(chosen[slot])])
            scenes.append(self._load(int(chosen[slot]), image_rng, short_side, stage.max_side, unusable))
        return collate(scenes, unusable)

    def _slots(self, stage: StageBatches) -> range:
        return range(self.rank * stage.batch, (self.rank + 1) * stage.batch)

    def _load(self, index: int, rng: np.random.Generator, short_side: int, max_side: int, unusable: list[str]) -> Scene:
        images = self.images
        assert images is not None
        for number in range(index, index + TRIES):
            row = number % len(images)
            pixels, fault = usable_pixels(images, row)
            if pixels is None:
                unusable.append(fault)
                continue
            height, width = pixels.shape[:2]
            size = size_at(height, width, short_side, max_side)
            scale_y, scale_x = size[0] / height, size[1] / width
            boxes = images.boxes(row) * np.array([scale_x, scale_y, scale_x, scale_y], np.float32)
            return self._vary(rng, Scene(resize_pixels(pixels, size), boxes))
        raise TrainingFailure(f"{TRIES} images in a row cannot be used; the first: {unusable[-TRIES]}")

    def _vary(self, rng: np.random.Generator, scene: Scene) -> Scene:
        if rng.random() < self.variations.hflip:
            scene = mirror(scene)
        if self.variations.is_photometric:
            scene = Scene(vary_finish(rng, scene.image), scene.boxes)
        return scene

    def _compose(self, key: BatchKey, slot: int, size: tuple[int, int], is_clip: bool) -> Scene:
        if self._wardrobe is None:
            pool = CutoutPool([CutoutStore(path) for path in self._cutouts])
            self._wardrobe = Wardrobe(pool, pool.kinds)
        rng = np.random.default_rng([self.seed, key.stage, _COMPOSED, key.number, slot])
        return compose_scene(rng, self._wardrobe, size, clip=is_clip)


def usable_pixels(images: CocoImages, row: int) -> tuple[np.ndarray | None, str]:
    """Read an image; None and the reason when it is unreadable or not of the size that its annotation gives."""
    path = images.path(row)
    pixels = read_pixels(path)
    if pixels is None:
        return None, f"{path} cannot be read as a picture"
    height, width = (int(side) for side in images.sizes[row])
    if pixels.shape[:2] != (height, width):
        found = f"{pixels.shape[1]}x{pixels.shape[0]}"
        return None, f"{path} is {found}, its annotation says {width}x{height}"
    return pixels, ""


def mirror(scene: Scene) -> Scene:
    """Left becomes right."""
    width = scene.image.shape[1]
    boxes = scene.boxes
    flipped = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)
    return Scene(np.ascontiguousarray(scene.image[:, ::-1]), flipped)


def collate(scenes: Sequence[Scene], unusable: list[str]) -> DetectorBatch:
    """Put scenes into one tensor, padded below and on the right."""
    sizes = [(scene.image.shape[0], scene.image.shape[1]) for scene in scenes]
    height, width = max(size[0] for size in sizes), max(size[1] for size in sizes)
    frames = np.zeros((len(scenes), height, width, 3), np.uint8)
    for frame, scene, (rows, columns) in zip(frames, scenes, sizes, strict=True):
        frame[:rows, :columns] = scene.image
    boxes = [torch.from_numpy(scene.boxes.astype(np.float32)) for scene in scenes]
    return DetectorBatch(torch.from_numpy(frames), sizes, boxes, unusable)
