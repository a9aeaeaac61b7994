"""Synthetic shop scenes with boxes, composed on the fly at the network's resolution.

A clip scene is a room with a figure that wears or holds garments, other clothes on racks, walls and shelves, and things
in front. A picture scene is a shop picture: a flat lay, or a figure before a studio wall. Everything is drawn from one
seeded generator, so a seed is a scene.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .scene_backdrop import PIECES, Rng, draw_shelf, fill_wall, furnish_room, random_colour
from .scene_canvas import Canvas, Image
from .scene_figure import draw_arm, draw_body, hold, pose_figure, wear
from .scene_finish import blur, compress, light
from .scene_garment import TOPS, Wardrobe, bend, fold, hang, place_quad

VISIBLE_MIN = 0.35
"""A garment with less of its area in view counts as hidden."""

SIDE_MIN = 9
"""Smaller boxes (24 pixels of a 540-pixel frame) are not annotated."""


@dataclass(frozen=True)
class Scene:
    """RGB uint8 [H, W, 3] and the garments' boxes float32 [n, 4] (x1 y1 x2 y2, ends exclusive)."""

    image: Image
    boxes: NDArray[np.float32]


def compose_scene(rng: Rng, wardrobe: Wardrobe, size: tuple[int, int], *, clip: bool) -> Scene:
    """Compose one scene of `size` (height, width); `clip` asks for a clip frame, else a shop picture."""
    canvas = Canvas.blank(*size)
    if clip:
        _clip_frame(rng, canvas, wardrobe)
    else:
        _shop_picture(rng, canvas, wardrobe)
    image = light(rng, canvas.image)
    image = blur(rng, image, 9 if clip else 4)
    image = compress(rng, image)
    return Scene(np.ascontiguousarray(image), canvas.boxes(VISIBLE_MIN, SIDE_MIN))


def _clip_frame(rng: Rng, canvas: Canvas, wardrobe: Wardrobe) -> None:
    furnish_room(rng, canvas)
    if rng.random() < 0.5:
        _rack(rng, canvas, wardrobe)
    if rng.random() < 0.3:
        _hung_on_wall(rng, canvas, wardrobe)
    if rng.random() < 0.3:
        _folded_stack(rng, canvas, wardrobe)
    if rng.random() < 0.94:
        height = canvas.height * rng.choice([rng.uniform(0.6, 1.0), rng.uniform(0.8, 1.3), rng.uniform(1.2, 2.2)])
        top = rng.uniform(-0.12, 0.2) * canvas.height
        if height > canvas.height:
            top = rng.uniform(-0.45, 0.1) * (height - 0.5 * canvas.height)
        figure = pose_figure(rng, canvas.width * rng.uniform(0.25, 0.75), top, height)
        kind = rng.random()
        if kind < 0.52:
            wear(rng, canvas, figure, wardrobe)
        elif kind < 0.93:
            hold(rng, canvas, figure, wardrobe)
        else:
            draw_body(rng, canvas, figure)
            for side in (0, 1):
                draw_arm(canvas, figure, side)
    if rng.random() < 0.1:
        _close_up(rng, canvas, wardrobe)
    for _ in range(int(rng.random() < 0.35) + int(rng.random() < 0.1)):
        _occluder(rng, canvas)


def _shop_picture(rng: Rng, canvas: Canvas, wardrobe: Wardrobe) -> None:
    if rng.random() < 0.12:
        furnish_room(rng, canvas)
    else:
        fill_wall(rng, canvas)
    if rng.random() < 0.45:
        height = canvas.height * rng.choice([rng.uniform(0.8, 1.0), rng.uniform(1.0, 1.9)])
        top = rng.uniform(-0.35, 0.08) * canvas.height if height > canvas.height else canvas.height - height * 1.02
        figure = pose_figure(rng, canvas.width * rng.uniform(0.4, 0.6), top, height)
        (wear if rng.random() < 0.85 else hold)(rng, canvas, figure, wardrobe)
    else:
        for _ in range(int(rng.integers(0, 3))):
            if rng.random() < 0.3:
                PIECES[int(rng.integers(len(PIECES)))](rng, canvas)
        count = int(rng.choice([1, 1, 1, 2, 2, 3]))
        for index in range(count):
            _flat_lay(rng, canvas, wardrobe, index, count)
    if rng.random() < 0.15:
        at = (int(canvas.width * rng.uniform(0, 0.6)), int(canvas.height * rng.uniform(0.05, 0.98)))
        scale = canvas.width / 400 * rng.uniform(0.5, 1.3)
        cv2.putText(canvas.image, "SALE NEW 2026"[: int(rng.integers(3, 14))], at, 0, scale, random_colour(rng), 1)


def _flat_lay(rng: Rng, canvas: Canvas, wardrobe: Wardrobe, index: int, count: int) -> None:
    rgba, kind = wardrobe.choose(rng)
    cloth = bend(rng, rgba, rng.uniform(0.003, 0.03), sleeves=kind in TOPS)
    cell = canvas.width / count
    centre = np.array(
        [cell * (index + 0.5) + rng.normal(0, 0.06) * cell, canvas.height * rng.uniform(0.4, 0.6)], np.float32
    )
    if count > 1 and rng.random() < 0.5:
        centre = np.array([canvas.width * rng.uniform(0.3, 0.7), canvas.height * (index + 0.5) / count], np.float32)
    aspect = cloth.shape[1] / cloth.shape[0]
    largest = min(canvas.height, cell / aspect) if count > 1 else min(canvas.height, canvas.width / aspect)
    height = largest * rng.uniform(0.45, 1.02)
    angle = rng.choice([rng.normal(0, 6), rng.uniform(-180, 180)], p=[0.85, 0.15])
    quad = place_quad(rng, centre, height * aspect, height, angle, perspective=0.05)
    if rng.random() < 0.5:
        shadow = np.array(cloth)
        shadow[..., :3] = 0
        shadow[..., 3] = (shadow[..., 3] * rng.uniform(0.1, 0.45)).astype(np.uint8)
        canvas.paste(shadow, quad + rng.uniform(-6, 6, 2).astype(np.float32), 0)
    canvas.paste(cloth, quad, canvas.new_owner())


def _rack(rng: Rng, canvas: Canvas, wardrobe: Wardrobe) -> None:
    left, right = rng.uniform(-0.2, 0.6) * canvas.width, rng.uniform(0.35, 0.8) * canvas.width
    y = canvas.height * rng.uniform(0.02, 0.55)
    height = canvas.height * rng.uniform(0.14, 0.42)
    metal, thick = random_colour(rng, 0.3), rng.uniform(0.5, 2)
    ends = np.array([[left, y], [left + right, y]], np.float32)
    if rng.random() < 0.7:
        for end in ends:
            canvas.limb(end, end + np.array([0, height * rng.uniform(1.1, 1.8)], np.float32), thick, metal)
    canvas.limb(ends[0], ends[1], thick, metal)
    step, x = height * rng.uniform(0.15, 0.7), float(ends[0][0]) + 6
    for _ in range(9):
        if x > ends[1][0] - 4:
            break
        rgba, kind = wardrobe.choose(rng, side_max=height * 1.4)
        squeeze = rng.uniform(0.25, 0.9) * (1.0 if step < 0.4 * height else 1.1)
        cloth = bend(rng, rgba, rng.uniform(0.003, 0.02), sleeves=kind in TOPS)
        hang(rng, canvas, np.array([x, y], np.float32), cloth, height * rng.uniform(0.7, 1.05), squeeze, 0)
        x += step * rng.uniform(0.6, 1.5)


def _hung_on_wall(rng: Rng, canvas: Canvas, wardrobe: Wardrobe) -> None:
    rgba, kind = wardrobe.choose(rng, side_max=canvas.height * 0.35)
    cloth = bend(rng, rgba, rng.uniform(0.003, 0.02), sleeves=kind in TOPS)
    hook = np.array([rng.uniform(0.05, 0.95) * canvas.width, rng.uniform(0.02, 0.6) * canvas.height], np.float32)
    hang(rng, canvas, hook, cloth, canvas.height * rng.uniform(0.1, 0.35), rng.uniform(0.6, 1.05), rng.normal(0, 4))


def _folded_stack(rng: Rng, canvas: Canvas, wardrobe: Wardrobe) -> None:
    if rng.random() < 0.5:
        draw_shelf(rng, canvas)
    width, height = canvas.width * rng.uniform(0.12, 0.35), canvas.height * rng.uniform(0.02, 0.07)
    at = np.array([rng.uniform(0, 0.85) * canvas.width, rng.uniform(0.2, 0.98) * canvas.height], np.float32)
    if rng.random() < 0.5:
        board = at + np.array([width, 0], np.float32)
        canvas.limb(at, board, rng.uniform(0.5, 3), random_colour(rng, 0.5))
    for _ in range(int(rng.integers(1, 4))):
        rgba, _kind = wardrobe.choose(rng, side_max=96)
        fold(rng, canvas, rgba, at, width * rng.uniform(0.85, 1.0), height)
        at = at - np.array([0, height * 1.02], np.float32)


def _close_up(rng: Rng, canvas: Canvas, wardrobe: Wardrobe) -> None:
    """Hold a garment up to the camera: it fills the frame or is cut by it."""
    rgba, kind = wardrobe.choose(rng)
    cloth = bend(rng, rgba, rng.uniform(0.01, 0.04), sleeves=kind in TOPS)
    height = canvas.height * rng.uniform(0.6, 1.3)
    centre = np.array([rng.uniform(0.3, 0.7) * canvas.width, rng.uniform(0.4, 0.65) * canvas.height], np.float32)
    width = height * cloth.shape[1] / cloth.shape[0]
    quad = place_quad(rng, centre, width, height, rng.normal(0, 12), perspective=0.1)
    canvas.paste(cloth, quad, canvas.new_owner())


def _occluder(rng: Rng, canvas: Canvas) -> None:
    """Something in front: a pole, a box, a plant, a lamp."""
    before = canvas.image.copy()
    PIECES[int(rng.integers(len(PIECES)))](rng, canvas)
    # Furniture drawn straight on the pixels does not know about owners: what changed now shows no garment.
    canvas.owner[(before != canvas.image).any(-1)] = 0
