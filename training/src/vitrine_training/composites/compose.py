"""Composites: one garment as a shop would picture it or as a clip would show it, cropped as the detector would box it.

Everything is a function of (seed, sample number), so a run can be resumed at any sample and any composite redrawn.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..data.buckets import COMPACT_SCALE, bucket_of, scaled_sizes
from .augment import CaptureRanges, capture, shade
from .background import draw_ground
from .cutouts import CutoutPool, Image
from .figure import paint_figure_behind, paint_occluders, paste_other
from .warp import Box, Field, WarpRanges, draw_warp, draw_window, show, visible_box, window_map


@dataclass(frozen=True)
class Style:
    """One kind of view: its geometry, its capture, and the chances of what surrounds the garment."""

    is_clip: bool
    warp: WarpRanges
    capture: CaptureRanges
    jitter: float
    """Largest move of a box corner, relative to the box."""
    partial: float
    figure: float
    occluder: float
    other_behind: float
    other_front: float
    fold_shade: float
    """Largest relative strength of folds."""


PICTURE = Style(
    is_clip=False,
    warp=WarpRanges(squeeze=0.25, aspect=0.08, rotation_deg=9, shear=0.06, perspective=0.12, elastic=0.05, body=0.7),
    capture=CaptureRanges(
        gain=0.2,
        cast=0.06,
        gradient=0.15,
        blur_chance=0.15,
        motion_chance=0.0,
        shrink_chance=0.1,
        noise_sd=4,
        jpeg_chance=0.5,
        jpeg_quality=(55, 95),
    ),
    jitter=0.08,
    partial=0.08,
    figure=0.35,
    occluder=0.12,
    other_behind=0.15,
    other_front=0.1,
    fold_shade=0.15,
)

CLIP = Style(
    is_clip=True,
    warp=WarpRanges(squeeze=0.55, aspect=0.15, rotation_deg=16, shear=0.16, perspective=0.3, elastic=0.1, body=1.0),
    capture=CaptureRanges(
        gain=0.4,
        cast=0.16,
        gradient=0.35,
        blur_chance=0.4,
        motion_chance=0.25,
        shrink_chance=0.35,
        noise_sd=9,
        jpeg_chance=0.7,
        jpeg_quality=(15, 80),
    ),
    jitter=0.11,
    partial=0.3,
    figure=0.6,
    occluder=0.4,
    other_behind=0.45,
    other_front=0.25,
    fold_shade=0.3,
)


@dataclass(frozen=True)
class Composite:
    """A finished crop [h, w, 3] RGB uint8 of garment `identity`, at the size of its `bucket`."""

    identity: int
    bucket: int
    crop: Image


@dataclass(frozen=True)
class Composer:
    """Draws composites of the garments in `pool`.

    `scale` multiplies the compact crop sizes (an embedder with a smaller input is trained at its own size);
    `grey` and `blank` are the chances of losing colour and of a blank rectangle.
    """

    pool: CutoutPool
    seed: int
    scale: float = 1.0
    grey: float = 0.0
    blank: float = 0.0

    def draw(self, sample: int, identity: int, is_clip: bool, bucket: int | None = None) -> Composite:
        """Draw sample number `sample` as garment `identity` in one of the two styles.

        With `bucket` the crop takes that bucket's size whatever its own aspect: of two draws the one that has to be
        stretched least is used.
        """
        rng = np.random.default_rng((self.seed, sample, identity, int(is_clip)))
        style = CLIP if is_clip else PICTURE
        cutout = self.pool[identity]
        views = [self._view(rng, style, cutout, identity) for _ in range(1 if bucket is None else 2)]
        warp, window, own = min(views, key=lambda view: 0 if bucket is None else abs(view[2] - bucket))
        bucket = own if bucket is None else bucket
        width, height = scaled_sizes(COMPACT_SCALE * self.scale)[bucket]
        garment = show(cutout, window_map(warp, window, width, height))
        canvas = self._room(rng, style, width, height)
        canvas = self._dress(rng, style, canvas, garment)
        ranges_out = replace(style.capture, grey_chance=self.grey, cutout_chance=self.blank)
        crop = capture(rng, canvas, ranges_out)
        if rng.random() < 0.5:
            crop = np.ascontiguousarray(crop[:, ::-1])
        return Composite(identity, bucket, crop)

    def _view(self, rng: np.random.Generator, style: Style, cutout: Image, identity: int) -> tuple[Field, Box, int]:
        for attempt in range(8):
            # After three unlucky draws (the garment left the canvas) bend less, so that one always succeeds.
            ranges = style.warp if attempt < 3 else replace(style.warp, body=0.0, elastic=0.0, perspective=0.0)
            warp = draw_warp(rng, cutout, ranges)
            box = visible_box(warp, cutout)
            if box is not None:
                window = draw_window(rng, box, style.jitter, style.partial)
                return warp, window, bucket_of((window[2] - window[0]) / (window[3] - window[1]))
        raise ValueError(f"Garment {self.pool.ids[identity]} has no visible pixel in any of 8 draws")

    def _room(self, rng: np.random.Generator, style: Style, width: int, height: int) -> Image:
        canvas = np.ascontiguousarray(draw_ground(rng, width, height, self.pool, style.is_clip))
        if rng.random() < style.other_behind:
            paste_other(rng, canvas, self.pool)
        if rng.random() < style.figure:
            paint_figure_behind(rng, canvas)
        return canvas

    def _dress(self, rng: np.random.Generator, style: Style, canvas: Image, garment: Image) -> Image:
        colours = np.ascontiguousarray(garment[..., :3])
        alpha = np.ascontiguousarray(garment[..., 3])
        if rng.random() < 0.7:
            colours = shade(rng, colours, style.fold_shade)
        if rng.random() < 0.3:  # a shadow on the ground
            soft = np.asarray(cv2.blur(alpha, (9, 9)), dtype=np.float32)[..., None]
            canvas = np.asarray(canvas * (1 - soft * (0.5 / 255 * rng.random())), dtype=np.uint8)
        weight = np.asarray(alpha, dtype=np.float32)[..., None] * np.float32(1 / 255)
        canvas = (canvas + (colours.astype(np.float32) - canvas) * weight).astype(np.uint8)
        if rng.random() < style.other_front:
            paste_other(rng, canvas, self.pool)
        if rng.random() < style.occluder:
            paint_occluders(rng, canvas)
        return canvas
