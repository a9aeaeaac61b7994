"""Parts of a figure and other things before or behind the garment: skin, hair, hands, other clothes, objects."""

import cv2
import numpy as np

from .background import draw_colour
from .cutouts import CutoutPool, Image

_SKINS = np.array(
    [[255, 224, 196], [241, 194, 160], [224, 172, 130], [198, 134, 94], [141, 85, 54], [92, 58, 40], [250, 210, 190]],
    dtype=np.float32,
)


def draw_skin(rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw a skin colour, lit by chance."""
    base = _SKINS[int(rng.integers(len(_SKINS)))] * (0.75 + 0.35 * rng.random()) + rng.normal(0, 6, 3)
    red, green, blue = np.clip(base, 0, 255)
    return int(red), int(green), int(blue)


def _limb(
    rng: np.random.Generator,
    canvas: Image,
    start: tuple[float, float],
    end: tuple[float, float],
    thickness: float,
    colour: tuple[int, int, int],
) -> None:
    height, width = canvas.shape[:2]
    first = (int(start[0] * width), int(start[1] * height))
    last = (int(end[0] * width), int(end[1] * height))
    broad = max(2, int(thickness * width))
    cv2.line(canvas, first, last, colour, broad, cv2.LINE_AA)
    if rng.random() < 0.5:
        darker = (int(colour[0] * 0.85), int(colour[1] * 0.85), int(colour[2] * 0.85))
        cv2.line(canvas, (first[0] + broad // 4, first[1]), (last[0] + broad // 4, last[1]), darker, max(1, broad // 3))


def paint_figure_behind(rng: np.random.Generator, canvas: Image) -> None:
    """Paint what stands out behind a worn garment: neck and head above, arms beside, legs below."""
    skin = draw_skin(rng)
    lean = 0.1 * rng.normal()
    _limb(rng, canvas, (0.5, 0.12), (0.5 + lean, -0.2), 0.14 + 0.1 * rng.random(), skin)
    if rng.random() < 0.7:
        for side in (-1, 1):
            reach = 0.30 + 0.2 * rng.random()
            _limb(
                rng,
                canvas,
                (0.5 + side * reach, 0.1 + 0.1 * rng.random()),
                (0.5 + side * (reach + 0.2 * rng.normal()), 0.8 + 0.3 * rng.random()),
                0.08 + 0.08 * rng.random(),
                skin,
            )
    if rng.random() < 0.5:
        colour = skin if rng.random() < 0.6 else draw_colour(rng)
        for side in (-1, 1):
            _limb(rng, canvas, (0.5 + side * 0.15, 0.8), (0.5 + side * 0.2, 1.3), 0.15 + 0.1 * rng.random(), colour)


def paint_occluders(rng: np.random.Generator, canvas: Image) -> None:
    """Paint one or two things in front: an arm or hand, hair falling over a shoulder, a thing being held."""
    height, width = canvas.shape[:2]
    for _ in range(1 + int(rng.random() < 0.4)):
        kind = rng.random()
        if kind < 0.55:
            edge = rng.random(2) * 1.2 - 0.1
            start = (edge[0], -0.1 if rng.random() < 0.3 else 1.1) if rng.random() < 0.4 else (-0.1, edge[1])
            if rng.random() < 0.5:
                start = (1 - start[0], start[1])
            end = (0.15 + 0.7 * rng.random(), 0.1 + 0.8 * rng.random())
            colour = draw_skin(rng) if rng.random() < 0.75 else draw_colour(rng)
            _limb(rng, canvas, start, end, 0.06 + 0.12 * rng.random(), colour)
        elif kind < 0.75:
            dark = 70 * rng.random()
            hair = (int(dark + 40 * rng.random()), int(dark), int(dark * 0.7))
            x = 0.5 + (0.15 + 0.2 * rng.random()) * (1 if rng.random() < 0.5 else -1)
            _limb(rng, canvas, (x, -0.1), (x + 0.05 * rng.normal(), 0.1 + 0.35 * rng.random()), 0.15, hair)
        else:
            centre = (int(width * rng.random()), int(height * rng.random()))
            axes = (max(2, int(width * 0.2 * rng.random())), max(2, int(height * 0.2 * rng.random())))
            cv2.ellipse(canvas, centre, axes, 360 * rng.random(), 0, 360, draw_colour(rng, 120), -1, cv2.LINE_AA)


def paste_other(rng: np.random.Generator, canvas: Image, pool: CutoutPool) -> None:
    """Paste another garment over a border of `canvas`: the other piece of an outfit, or clothes in the room."""
    other = pool[int(rng.integers(len(pool)))]
    height, width = canvas.shape[:2]
    scale = (0.6 + 0.7 * rng.random()) * max(height, width) / max(other.shape[:2])
    if rng.random() < 0.5:  # the other piece of an outfit: above or below, in line
        x = width * (0.5 + 0.1 * rng.normal())
        y = height * (1.25 if rng.random() < 0.6 else -0.25) + 0.1 * height * rng.normal()
    else:
        x = width * (1.3 if rng.random() < 0.5 else -0.3) + 0.1 * width * rng.normal()
        y = height * rng.random()
    rows, columns = other.shape[:2]
    matrix = np.array([[scale, 0, x - scale * columns / 2], [0, scale, y - scale * rows / 2]])
    warped = np.asarray(cv2.warpAffine(np.ascontiguousarray(other), matrix, (width, height)))
    cv2.copyTo(np.ascontiguousarray(warped[..., :3]), np.ascontiguousarray(warped[..., 3]), canvas)
