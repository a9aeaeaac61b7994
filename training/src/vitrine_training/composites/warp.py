"""Geometry of a composite: how a flat cut-out bends, turns and tilts, and which window of the result is cropped.

A warp is an inverse map on a coarse grid (for each point of the canvas, which point of the cut-out it shows). It is
smooth, so it may be computed on 40 x 40 points and enlarged to any window, which costs a tenth of the full size.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .cutouts import Image

Field = NDArray[np.float32]
Box = tuple[float, float, float, float]

GRID = 40
_EXTENT = 1.7  # side of the square canvas, in units of the garment's long side


@dataclass(frozen=True)
class WarpRanges:
    """How far a style bends garments; each is the largest amount drawn, in the unit named."""

    squeeze: float
    """Horizontal squeeze as of turning away: the width is multiplied by a draw from [1 - squeeze, 1]."""
    aspect: float
    """Relative change of the aspect either way."""
    rotation_deg: float
    shear: float
    perspective: float
    """Foreshortening across the garment, relative."""
    elastic: float
    """Amplitude of smooth random displacement, in long sides."""
    body: float
    """Strength of body-like bending: waist and hips, drooping sleeves, a curved axis."""


def smooth_noise(rng: np.random.Generator, cells: int, width: int, height: int) -> Field:
    """Low-frequency noise [height, width] of about [-1, 1] from a `cells` x `cells` grid of uniform values."""
    coarse = rng.random((cells, cells), dtype=np.float32) * 2 - 1
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


_AXIS = ((np.arange(GRID, dtype=np.float32) + 0.5) / GRID - 0.5) * _EXTENT
_X, _Y = (np.ascontiguousarray(part) for part in np.meshgrid(_AXIS, _AXIS))


def draw_warp(rng: np.random.Generator, cutout: Image, ranges: WarpRanges) -> Field:
    """Draw a map [GRID, GRID, 2] from canvas cells to (x, y) pixels of `cutout`."""
    height, width = cutout.shape[:2]
    draws = rng.random(16) * 2 - 1
    strength = rng.random(4) ** 1.5
    # Turning: half of the garments face the camera.
    squeeze = 1 - ranges.squeeze * max(0.0, draws[0])
    scale = 1 / max(width, height)
    across = width * scale * squeeze * (1 + ranges.aspect * draws[1])
    along = height * scale * (1 + ranges.aspect * draws[2] * 0.5)
    angle = math.radians(ranges.rotation_deg) * draws[3]
    cos, sin = math.cos(angle), math.sin(angle)
    depth = 1 + ranges.perspective * (draws[4] * _X + draws[5] * _Y)
    x, y = _X * depth, _Y * depth
    x, y = cos * x + sin * y, cos * y - sin * x
    x = x + ranges.shear * draws[6] * y
    y = y + ranges.shear * draws[7] * (1 + (1 - squeeze)) * x
    if ranges.elastic:
        amount = ranges.elastic * strength[0]
        cells = 4 if draws[8] > 0 else 6
        x = x + amount * smooth_noise(rng, cells, GRID, GRID)
        y = y + amount * smooth_noise(rng, cells, GRID, GRID)
    u, v = x / across, y / along
    if ranges.body:
        body = ranges.body * strength[1]
        u = u + 0.10 * body * draws[9] * np.sin(2.2 * v + 3 * draws[10])
        u = u * (1 + 0.22 * body * draws[11] * np.cos(5.0 * v + 3 * draws[12]) + 0.30 * body * draws[13] * v)
        # Sleeves of a worn garment hang lower than those of one spread out.
        v = v - 0.45 * ranges.body * strength[2] * max(0.0, draws[14]) * np.minimum(u * u, 0.6)
    return np.dstack([(u + 0.5) * width - 0.5, (v + 0.5) * height - 0.5]).astype(np.float32)


def show(cutout: Image, warp: Field) -> Image:
    """Look `cutout` up through a map of pixels; what the map takes from outside of it is 0."""
    # The stubs ask for a second map; an empty array in its place gives pixels of nowhere, only None means none.
    shown = cv2.remap(cutout, warp, None, cv2.INTER_LINEAR)  # type: ignore[call-overload]
    return np.asarray(shown, dtype=np.uint8)


def visible_box(warp: Field, cutout: Image) -> Box | None:
    """Tight box (x1, y1, x2, y2) in grid cells of the garment's visible pixels; None when next to nothing is seen."""
    solid = show(np.ascontiguousarray(cutout[..., 3]), warp) > 96
    columns, rows = np.flatnonzero(solid.any(0)), np.flatnonzero(solid.any(1))
    if len(columns) < 3 or len(rows) < 3:
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def window_map(warp: Field, box: Box, width: int, height: int) -> Field:
    """Enlarge the part of `warp` under `box` (grid cells) to a map [height, width, 2]."""
    scale_x, scale_y = (box[2] - box[0]) / width, (box[3] - box[1]) / height
    matrix = np.array([[scale_x, 0, box[0] + scale_x / 2 - 0.5], [0, scale_y, box[1] + scale_y / 2 - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    enlarged = cv2.warpAffine(warp, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(enlarged, dtype=np.float32)


def draw_window(rng: np.random.Generator, box: Box, jitter: float, partial: float) -> Box:
    """Draw the crop's window: `box` with corners moved by up to `jitter` of its sides, cut with chance `partial`.

    A cut takes up to 55 % off one side (frame border, or a view of the upper or lower half).
    """
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    moves = (rng.random(4) * 2 - 1) * jitter
    x1, x2 = x1 + moves[0] * width, x2 + moves[1] * width
    y1, y2 = y1 + moves[2] * height, y2 + moves[3] * height
    if rng.random() < partial:
        side, amount = int(rng.integers(4)), 0.1 + 0.45 * rng.random()
        if side == 0:
            x1 += amount * width
        elif side == 1:
            x2 -= amount * width
        elif side == 2:
            y1 += amount * height
        else:
            y2 -= amount * height
    return x1, y1, max(x2, x1 + 2), max(y2, y1 + 2)
