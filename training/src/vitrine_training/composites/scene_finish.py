"""What light, lens and codec do to a finished picture."""

import cv2
import numpy as np

from .scene_backdrop import Rng
from .scene_canvas import Image


def light(rng: Rng, image: Image) -> Image:
    """Uneven light, colour cast, contrast and gamma."""
    height, width = image.shape[:2]
    gains = rng.uniform(0.65, 1.25) * (1 + rng.normal(0, 0.06, 3))
    field = np.ones((4, 4, 1), np.float32)
    if rng.random() < 0.6:
        rows, columns = np.mgrid[0:4, 0:4] / 3.0 - 0.5
        angle = rng.uniform(0, 2 * np.pi)
        slope = (rows * np.sin(angle) + columns * np.cos(angle)) * rng.uniform(0, 0.8)
        bowl = 1 - (rows**2 + columns**2) * rng.uniform(-0.3, 0.7)
        field = ((1 + slope) * bowl).astype(np.float32)[..., None]
    factor = cv2.resize(np.clip(field * gains, 0.15, 2.2).astype(np.float32), (width, height))
    lit: Image = image * factor + rng.normal(0, 8)
    if rng.random() < 0.5:
        table = 255 * (np.arange(256) / 255) ** rng.uniform(0.7, 1.45)
        return np.asarray(cv2.LUT(np.clip(lit, 0, 255).astype(np.uint8), table.astype(np.uint8)))
    bounded: Image = np.clip(lit, 0, 255).astype(np.uint8)
    return bounded


def blur(rng: Rng, image: Image, motion_max: float) -> Image:
    """Motion blur of up to `motion_max` pixels, lens blur, or a loss of resolution."""
    kind = rng.random()
    if kind < 0.25:
        length = int(rng.uniform(2, max(3.0, motion_max)))
        kernel = np.zeros((length, length), np.float32)
        angle, middle = rng.uniform(0, np.pi), (length - 1) / 2
        reach = np.array([np.cos(angle), np.sin(angle)]) * middle
        start = (round(middle - reach[0]), round(middle - reach[1]))
        cv2.line(kernel, start, (round(middle + reach[0]), round(middle + reach[1])), 1.0)
        return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()))
    if kind < 0.5:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.3)))
    if kind < 0.65:
        height, width = image.shape[:2]
        share = rng.uniform(0.45, 0.9)
        small = cv2.resize(image, (int(width * share), int(height * share)), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, (width, height)))
    return image


def compress(rng: Rng, image: Image) -> Image:
    """Sensor noise, then JPEG at any quality."""
    if rng.random() < 0.4:
        noise = rng.integers(-128, 128, (64, 64, 3)).astype(np.float32) * rng.uniform(0.01, 0.12)
        tiles = (image.shape[0] // 64 + 1, image.shape[1] // 64 + 1, 1)
        grain = np.tile(noise, tiles)[: image.shape[0], : image.shape[1]]
        image = np.clip(image + grain, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        quality = int(rng.integers(25, 96))
        _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))
    return image


def vary_finish(rng: Rng, image: Image) -> Image:
    """Change light, sharpness and compression now and then, for a picture that is finished already."""
    if rng.random() < 0.5:
        image = light(rng, image)
    if rng.random() < 0.25:
        image = blur(rng, image, 4)
    if rng.random() < 0.4:
        image = compress(rng, image)
    return np.ascontiguousarray(image)
