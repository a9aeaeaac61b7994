"""Garments as loose pieces of cloth: recoloured, bent, folded, ready to be pasted."""

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np

from .scene_backdrop import Rng, random_colour, texture
from .scene_canvas import Canvas, Image, Points

TOPS = frozenset({"longsleeve", "outwear", "shirt", "t-shirt"})
BOTTOMS = frozenset({"pants", "shorts", "skirt"})


class Garments(Protocol):
    """What can be asked for garment `index`: RGBA uint8 [h, w, 4]."""

    def __getitem__(self, index: int) -> Image:
        """Return garment `index`."""
        ...


class Wardrobe:
    """Garments to choose from, by kind."""

    def __init__(self, cutouts: Garments, kinds: Sequence[str]) -> None:
        self._cutouts = cutouts
        self.kinds = list(kinds)
        self._rows: dict[str, list[int]] = {}
        for row, kind in enumerate(self.kinds):
            self._rows.setdefault(kind, []).append(row)

    def choose(self, rng: Rng, kinds: frozenset[str] | None = None, *, side_max: float = 224) -> tuple[Image, str]:
        """Choose a garment of one of `kinds` (default: of any); returns it, changed in look, and its kind.

        It is shrunk first when its long side exceeds `side_max` pixels: small things are cheap.
        """
        if kinds is None:
            row = int(rng.integers(len(self.kinds)))
        else:
            rows = [row for kind in sorted(kinds) for row in self._rows.get(kind, [])]
            row = rows[int(rng.integers(len(rows)))]
        cutout = self._cutouts[row]
        scale = side_max / max(cutout.shape[:2])
        if scale < 0.8:
            size = (max(8, round(cutout.shape[1] * scale)), max(8, round(cutout.shape[0] * scale)))
            cutout = cv2.resize(cutout, size, interpolation=cv2.INTER_AREA)
        return restyle(rng, cutout), self.kinds[row]


def restyle(rng: Rng, cutout: Image) -> Image:
    """Mirror, recolour or re-print a cut-out, trim its fringe, and give it a transparent margin."""
    rgba = np.array(cutout[:, ::-1] if rng.random() < 0.5 else cutout)
    alpha = rgba[..., 3]
    if rng.random() < 0.5:
        alpha = cv2.erode(alpha, np.ones((3, 3), np.uint8))
    kind = rng.random()
    if kind < 0.18:
        rgba[..., :3] = print_cloth(rng, rgba)
    elif kind < 0.45:
        hsv = cv2.cvtColor(rgba[..., :3], cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0].astype(int) + int(rng.integers(180))) % 180
        hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.3, 1.8), 0, 255)
        rgba[..., :3] = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)
    if rng.random() < 0.5:
        gain, lift = rng.uniform(0.6, 1.35), rng.uniform(-25, 25)
        rgba[..., :3] = np.clip(rgba[..., :3] * gain + lift, 0, 255)
    rgba[..., 3] = alpha
    padded = cv2.copyMakeBorder(rgba, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    padded[[0, -1], :, 3] = 0
    padded[:, [0, -1], 3] = 0
    return padded


def print_cloth(rng: Rng, rgba: Image) -> Image:
    """Paint a flat colour or a pattern with the folds of the photo as shading: like a drawn garment."""
    height, width = rgba.shape[:2]
    grey = cv2.cvtColor(rgba[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32)
    inside = rgba[..., 3] > 127
    mean = float(grey[inside].mean()) if inside.any() else 128.0
    shade = 1 + (cv2.GaussianBlur(grey, (0, 0), 2) / max(mean, 20) - 1) * rng.uniform(0, 0.5)
    if rng.random() < 0.5:
        cloth = np.empty((height, width, 3), np.float32)
        cloth[:] = random_colour(rng)
    else:
        cloth = texture(rng, height, width).astype(np.float32)
    if rng.random() < 0.3:
        centre = (int(width * rng.uniform(0.35, 0.65)), int(height * rng.uniform(0.25, 0.6)))
        cv2.circle(cloth, centre, int(width * rng.uniform(0.05, 0.2)), random_colour(rng), -1, cv2.LINE_AA)
    printed: Image = np.clip(cloth * np.clip(shade, 0.4, 1.5)[..., None], 0, 255).astype(np.uint8)
    return printed


def bend(rng: Rng, rgba: Image, strength: float, *, sleeves: bool = False) -> Image:
    """Warp a garment like cloth: a smooth random field, and with `sleeves` the sides hang or rise.

    `strength` is the field's standard deviation as a share of the size (0.02: hanging still, 0.06: swung about).
    The result has a margin for what moved outwards.
    """
    height, width = rgba.shape[:2]
    margin = max(2, round(0.12 * max(height, width)))
    size = (width + 2 * margin, height + 2 * margin)
    grid = rng.normal(0, strength * max(height, width), (2, 5, 5)).astype(np.float32)
    if sleeves and rng.random() < 0.7:
        side = np.abs(np.linspace(-1, 1, 5, dtype=np.float32)) ** 2
        grid[1] += side[None, :] * height * rng.uniform(-0.10, 0.14)
        grid[0] += np.linspace(-1, 1, 5, dtype=np.float32)[None, :] * width * rng.uniform(-0.03, 0.12)
    shift_x = cv2.resize(grid[0], size, interpolation=cv2.INTER_CUBIC)
    shift_y = cv2.resize(grid[1], size, interpolation=cv2.INTER_CUBIC)
    map_x = shift_x + np.arange(size[0], dtype=np.float32)[None, :] - margin
    map_y = shift_y + np.arange(size[1], dtype=np.float32)[:, None] - margin
    bent: Image = cv2.remap(rgba, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return trim(bent)


def trim(rgba: Image) -> Image:
    """Cut away fully transparent rows and columns."""
    alpha = rgba[..., 3] > 8
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    if len(rows) < 2 or len(columns) < 2:
        return rgba
    return rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def place_quad(
    rng: Rng, centre: Points, width: float, height: float, angle: float, *, perspective: float = 0.06
) -> Points:
    """Corners of an upright rectangle about `centre`, turned by `angle` degrees and jittered towards a perspective."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32) * (width / 2, height / 2)
    corners += rng.uniform(-perspective, perspective, (4, 2)) * (width, height)
    turn = np.deg2rad(angle)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    quad: Points = (corners @ rotation + centre).astype(np.float32)
    return quad


def hang(rng: Rng, canvas: Canvas, hook: Points, rgba: Image, height: float, squeeze: float, angle: float) -> int:
    """Hang a garment under `hook` on a hanger; `squeeze` is its width against the flat one. Returns its owner."""
    width = height * rgba.shape[1] / rgba.shape[0] * squeeze
    drop = height * rng.uniform(0.0, 0.1)
    centre = hook + np.array([0, drop + height / 2], np.float32)
    owner = canvas.new_owner()
    wire = random_colour(rng, 0.6)
    half = min(width, height * 0.6) * rng.uniform(0.3, 0.5)
    shoulder = hook + np.array([0, drop + height * 0.06], np.float32)
    if rng.random() < 0.75:
        thick = max(0.5, height * rng.uniform(0.004, 0.012))
        neck = hook + np.array([0, drop * 0.5], np.float32)
        canvas.limb(hook, neck, thick, wire)
        canvas.limb(neck, shoulder + np.array([half, 0], np.float32), thick, wire)
        canvas.limb(neck, shoulder - np.array([half, 0], np.float32), thick, wire)
    quad = place_quad(rng, centre, width, height, 0, perspective=0.04)
    turn = cv2.getRotationMatrix2D((float(hook[0]), float(hook[1])), -angle, 1.0)
    turned = (quad @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    canvas.paste(rgba, turned, owner)
    return owner


def fold(rng: Rng, canvas: Canvas, rgba: Image, at: Points, width: float, height: float) -> None:
    """Lay a folded garment: a rounded slab of its cloth with fold lines, `at` its lower left corner."""
    h, w = rgba.shape[:2]
    patch = np.array(rgba[int(h * 0.3) : int(h * 0.7), int(w * 0.3) : int(w * 0.7)])
    if patch.shape[0] < 4 or patch.shape[1] < 4:
        return
    patch = cv2.resize(patch, (64, 32))
    patch[..., 3] = 0
    radius = int(rng.integers(2, 14))
    cv2.rectangle(alpha := np.zeros((32, 64), np.uint8), (radius, 0), (63 - radius, 31), 255, -1)
    cv2.rectangle(alpha, (0, radius), (63, 31 - radius), 255, -1)
    for x in (radius, 63 - radius):
        for y in (radius, 31 - radius):
            cv2.circle(alpha, (x, y), radius, 255, -1)
    patch[..., 3] = alpha
    for _ in range(int(rng.integers(1, 4))):
        y = int(rng.integers(4, 28))
        cv2.line(patch, (0, y), (63, y), (*(np.array(patch[y, 32, :3]) * 0.6).tolist(), 255), 1)
    patch[..., 3] = np.minimum(patch[..., 3], alpha)
    centre = at + np.array([width / 2, -height / 2], np.float32)
    canvas.paste(patch, place_quad(rng, centre, width, height, 0, perspective=0.02), canvas.new_owner())
