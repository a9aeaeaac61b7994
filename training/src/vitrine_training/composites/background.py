"""Backgrounds and things in the room: what a garment lies on or hangs before."""

import cv2
import numpy as np

from .cutouts import CutoutPool, Image
from .warp import smooth_noise


def draw_colour(rng: np.random.Generator, spread: float = 60.0) -> tuple[int, int, int]:
    """Draw an RGB colour: a random lightness with channels at most `spread` away from it."""
    level = 255 * rng.random()
    red, green, blue = np.clip(level + (rng.random(3) * 2 - 1) * spread, 0, 255)
    return int(red), int(green), int(blue)


def plain_ground(rng: np.random.Generator, width: int, height: int) -> Image:
    """Draw a shop picture's ground: near white, or one colour, with a soft gradient and some grain."""
    colour = np.array(draw_colour(rng), dtype=np.float32)
    if rng.random() < 0.5:
        colour = 255 - (255 - colour) * 0.15
    shade = 1 + 0.12 * rng.random() * smooth_noise(rng, 2, width, height)
    return np.asarray(np.clip(colour * shade[..., None], 0, 255), dtype=np.uint8)


def noise_ground(rng: np.random.Generator, width: int, height: int) -> Image:
    """Draw cloth, carpet or clutter: coloured noise at one to three sizes."""
    cells = int(rng.integers(2, 24))
    coarse = np.clip(
        np.array(draw_colour(rng)) + rng.normal(0, 10 + 50 * rng.random(), (cells, cells, 3)), 0, 255
    ).astype(np.uint8)
    mode = cv2.INTER_NEAREST if rng.random() < 0.2 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=mode), dtype=np.uint8)


def striped_ground(rng: np.random.Generator, width: int, height: int) -> Image:
    """Draw boards, tiles or wallpaper: stripes of two colours at any angle, crossed half of the time."""
    period, angle = 4 + 40 * rng.random(), 3.1416 * rng.random()
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    wave = np.cos((x * np.cos(angle) + y * np.sin(angle)) * (6.2832 / period))
    if rng.random() < 0.5:
        wave = wave * np.cos((y * np.cos(angle) - x * np.sin(angle)) * (6.2832 / period))
    mix = np.clip(0.5 + (0.5 + 2 * rng.random()) * wave, 0, 1)[..., None]
    first = np.array(draw_colour(rng), dtype=np.float32)
    second = np.clip(first + rng.normal(0, 45, 3), 0, 255)
    return np.asarray(first + mix * (second - first), dtype=np.uint8)


def photo_ground(rng: np.random.Generator, width: int, height: int, pool: CutoutPool) -> Image:
    """Draw a patch of another photo, at any zoom, often out of focus."""
    photo = pool[int(rng.integers(len(pool)))]
    rows, columns = photo.shape[:2]
    side = 0.25 + 0.75 * rng.random()
    tall, wide = max(8, int(rows * side)), max(8, int(columns * side))
    top, left = int(rng.integers(rows - tall + 1)), int(rng.integers(columns - wide + 1))
    patch = np.ascontiguousarray(photo[top : top + tall, left : left + wide, :3])
    if rng.random() < 0.5:
        patch = np.asarray(cv2.blur(patch, (9, 9)), dtype=np.uint8)
    return np.asarray(cv2.resize(patch, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def furnish(rng: np.random.Generator, canvas: Image) -> None:
    """Paint one to five rectangles or discs (furniture, lamps, boxes) on `canvas`, soft at their edges."""
    height, width = canvas.shape[:2]
    for _ in range(int(rng.integers(1, 6))):
        x, y = int(rng.integers(-width // 4, width)), int(rng.integers(-height // 4, height))
        if rng.random() < 0.8:
            far = (x + int(rng.integers(4, width)), y + int(rng.integers(4, height)))
            cv2.rectangle(canvas, (x, y), far, draw_colour(rng), -1)
        else:
            cv2.circle(canvas, (x, y), int(rng.integers(3, max(4, width // 2))), draw_colour(rng), -1)
    if rng.random() < 0.6:
        cv2.blur(canvas, (5, 5), dst=canvas)


def draw_ground(rng: np.random.Generator, width: int, height: int, pool: CutoutPool, is_clip: bool) -> Image:
    """Draw a background [height, width, 3]: plainer for shop pictures, a room for clips."""
    kind = rng.random()
    plain = 0.25 if is_clip else 0.5
    if kind < plain:
        ground = plain_ground(rng, width, height)
    elif kind < plain + 0.2:
        ground = noise_ground(rng, width, height)
    elif kind < plain + 0.32:
        ground = striped_ground(rng, width, height)
    else:
        ground = photo_ground(rng, width, height, pool)
    if is_clip and rng.random() < 0.5:
        furnish(rng, ground)
    return ground
