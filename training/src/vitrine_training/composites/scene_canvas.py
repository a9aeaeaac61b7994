"""The picture under composition, and for each pixel which garment it shows."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[Any]
"""Pixels; OpenCV's stubs promise no element type, so none is asked for."""
Points: TypeAlias = NDArray[Any]
Colour = tuple[float, float, float]

NOBODY = 0
"""Owner of a pixel that shows no garment."""


@dataclass
class Canvas:
    """RGB pixels [H, W, 3], the owner of each pixel [H, W] (0: no garment), and each garment's whole area in pixels.

    Things are drawn back to front; what is drawn later takes the pixels over. An area counts what lies outside
    the frame too, as the annotations of the synthetic shop do.
    """

    image: Image
    owner: Image
    areas: dict[int, float] = field(default_factory=dict)

    @staticmethod
    def blank(height: int, width: int) -> "Canvas":
        """Make a black canvas without garments."""
        return Canvas(np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8))

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.image.shape[0])

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.image.shape[1])

    def new_owner(self) -> int:
        """Take the next garment's number."""
        owner = len(self.areas) + 1
        self.areas[owner] = 0.0
        return owner

    def paste(self, rgba: Image, quad: Points, owner: int) -> None:
        """Warp `rgba` so that its corners come to lie on `quad` [4, 2] (top left first, clockwise)."""
        height, width = rgba.shape[:2]
        if owner:
            share = float(np.count_nonzero(rgba[..., 3] > 127)) / (height * width)
            self.areas[owner] += share * abs(float(cv2.contourArea(quad)))
        low = np.maximum(np.floor(quad.min(0)).astype(int), 0)
        high = np.minimum(np.ceil(quad.max(0)).astype(int) + 1, (self.width, self.height))
        if (high <= low).any():
            return
        sides = np.linalg.norm(quad - np.roll(quad, -1, 0), axis=1)
        target = (max(2, int(max(sides[0], sides[2]))), max(2, int(max(sides[1], sides[3]))))
        if target[0] * 1.2 < width or target[1] * 1.2 < height:
            target = (min(target[0], width), min(target[1], height))
            rgba = cv2.resize(rgba, target, interpolation=cv2.INTER_AREA)
            height, width = rgba.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
        warp = cv2.getPerspectiveTransform(corners, (quad - low - 0.5).astype(np.float32))
        patch = cv2.warpPerspective(rgba, warp, (int(high[0] - low[0]), int(high[1] - low[1])))
        self._blend(patch[..., :3], patch[..., 3], (int(low[0]), int(low[1])), owner)

    def cover(self, colours: Image, mask: Image, owner: int) -> None:
        """Lay `colours` [H, W, 3] where `mask` [H, W] is high; as garment `owner` it adds half to the garment's area.

        Half, because such parts (sleeves, trouser legs) lie partly on what was pasted before.
        """
        if owner:
            self.areas[owner] += 0.5 * float(np.count_nonzero(mask > 127))
        self._blend(colours, mask, (0, 0), owner)

    def _blend(self, colours: Image, alpha: Image, at: tuple[int, int], owner: int) -> None:
        region = np.s_[at[1] : at[1] + alpha.shape[0], at[0] : at[0] + alpha.shape[1]]
        weight = alpha[..., None].astype(np.float32) / 255
        below = self.image[region].astype(np.float32)
        self.image[region] = (below + (colours.astype(np.float32) - below) * weight).astype(np.uint8)
        self.owner[region][alpha > 127] = owner

    def limb(self, start: Points, end: Points, radius: float, colour: Colour) -> None:
        """Draw a capsule."""
        a, b = _pixel(start), _pixel(end)
        thickness = max(1, round(2 * radius))
        cv2.line(self.image, a, b, colour, thickness, cv2.LINE_AA)
        cv2.line(self.owner, a, b, NOBODY, thickness)

    def ellipse(self, centre: Points, axes: tuple[float, float], angle: float, colour: Colour) -> None:
        """Draw a filled ellipse with half-axes `axes`, turned by `angle` degrees."""
        size = (max(1, round(axes[0])), max(1, round(axes[1])))
        cv2.ellipse(self.image, _pixel(centre), size, angle, 0, 360, colour, -1, cv2.LINE_AA)
        cv2.ellipse(self.owner, _pixel(centre), size, angle, 0, 360, NOBODY, -1)

    def polygon(self, points: Points, colour: Colour) -> None:
        """Draw a filled polygon [n, 2]."""
        whole = np.round(points).astype(np.int32)
        cv2.fillPoly(self.image, [whole], colour, cv2.LINE_AA)
        cv2.fillPoly(self.owner, [whole], NOBODY)

    def boxes(self, visible_min: float, side_min: int) -> NDArray[np.float32]:
        """Tight boxes [n, 4] of the garments' visible pixels (x2, y2 exclusive).

        A garment counts when at least `visible_min` of its area is visible and its box has sides of `side_min` pixels.
        """
        found = []
        for owner, area in self.areas.items():
            shown = self.owner == owner
            count = int(np.count_nonzero(shown))
            if count == 0 or count < visible_min * area:
                continue
            columns, rows = np.flatnonzero(shown.any(0)), np.flatnonzero(shown.any(1))
            if min(columns[-1] - columns[0], rows[-1] - rows[0]) + 1 < side_min:
                continue
            found.append([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
        return np.array(found, np.float32).reshape(-1, 4)


def _pixel(point: Points) -> tuple[int, int]:
    # Far-away points would overflow OpenCV's fixed-point line drawing.
    return (int(np.clip(round(float(point[0])), -4000, 4000)), int(np.clip(round(float(point[1])), -4000, 4000)))
