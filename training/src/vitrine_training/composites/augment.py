"""What light, lens, sensor and codec do to a finished composite."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .cutouts import Image
from .warp import smooth_noise


@dataclass(frozen=True)
class CaptureRanges:
    """How strongly a style is lit, blurred, scaled and compressed; chances are in [0, 1]."""

    gain: float
    """Brightness is multiplied by a draw from [1 - gain, 1 + gain]."""
    cast: float
    """Colour cast: each channel is multiplied by a draw from [1 - cast, 1 + cast]."""
    gradient: float
    """Directional light: relative change across the picture."""
    blur_chance: float
    motion_chance: float
    shrink_chance: float
    noise_sd: float
    """Largest standard deviation of sensor noise, of 255."""
    jpeg_chance: float
    jpeg_quality: tuple[int, int]
    grey_chance: float = 0.0
    cutout_chance: float = 0.0
    """Chance of a blank rectangle of up to half of each side (SPEC 9's cut-out)."""


def tone_curve(rng: np.random.Generator, ranges: CaptureRanges) -> Image:
    """Draw a lookup table [256, 1, 3]: gain, gamma, contrast and colour cast in one."""
    draws = rng.random(6) * 2 - 1
    gain = 1 + ranges.gain * draws[0]
    gamma = np.exp(0.8 * ranges.gain * draws[1])
    contrast = 1 + 0.6 * ranges.gain * draws[2]
    casts = 1 + ranges.cast * draws[3:6]
    levels = (np.arange(256, dtype=np.float32) / 255) ** gamma
    curve = ((levels - 0.5) * contrast + 0.5)[:, None] * gain * casts[None]
    return np.asarray(np.clip(curve * 255, 0, 255), dtype=np.uint8)[:, None, :]


def _multiply(image: Image, field: NDArray[np.float32]) -> Image:
    return np.asarray(cv2.multiply(image, cv2.merge([field, field, field]), dtype=cv2.CV_8U), dtype=np.uint8)


def shade(rng: np.random.Generator, image: Image, amount: float) -> Image:
    """Fold-like light and shade over `image` [h, w, 3], relative strength up to `amount`."""
    height, width = image.shape[:2]
    cells = int(rng.integers(3, 8))
    return _multiply(image, 1 + amount * rng.random() * smooth_noise(rng, cells, width, height))


def _motion_kernel(rng: np.random.Generator) -> NDArray[np.float32]:
    size = int(rng.integers(3, 10))
    kernel = np.zeros((size, size), np.float32)
    angle = np.pi * rng.random()
    middle, reach = (size - 1) / 2, (size - 1) / 2
    offset = (np.cos(angle) * reach, np.sin(angle) * reach)
    first = (round(middle - offset[0]), round(middle - offset[1]))
    last = (round(middle + offset[0]), round(middle + offset[1]))
    cv2.line(kernel, first, last, 1.0)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def capture(rng: np.random.Generator, image: Image, ranges: CaptureRanges) -> Image:
    """Photograph or film `image` [h, w, 3]: light, blur, scaling, noise, compression; a new array of the same size."""
    height, width = image.shape[:2]
    out = np.asarray(cv2.LUT(image, tone_curve(rng, ranges)), dtype=np.uint8)
    if rng.random() < 0.5 and ranges.gradient:
        angle, amount = 2 * np.pi * rng.random(), ranges.gradient * rng.random()
        x = np.linspace(-1, 1, width, dtype=np.float32) * np.float32(np.cos(angle) * amount)
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(np.sin(angle) * amount)
        out = _multiply(out, 1 + x + y)
    if rng.random() < ranges.grey_chance:
        out = np.asarray(cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    if rng.random() < ranges.motion_chance:
        out = np.asarray(cv2.filter2D(out, -1, _motion_kernel(rng)), dtype=np.uint8)
    elif rng.random() < ranges.blur_chance:
        out = np.asarray(cv2.GaussianBlur(out, (5, 5), 0.3 + 1.2 * rng.random()), dtype=np.uint8)
    if rng.random() < ranges.shrink_chance:
        share = 0.4 + 0.5 * rng.random()
        small = cv2.resize(out, (max(8, int(width * share)), max(8, int(height * share))))
        out = np.asarray(cv2.resize(small, (width, height)), dtype=np.uint8)
    if rng.random() < 0.5 and ranges.noise_sd:
        sd = ranges.noise_sd * rng.random()
        grain = rng.integers(-128, 128, out.shape, dtype=np.int8)
        out = np.clip(out + grain * np.float32(sd / 74), 0, 255).astype(np.uint8)
    if rng.random() < ranges.jpeg_chance:
        quality = int(rng.integers(ranges.jpeg_quality[0], ranges.jpeg_quality[1] + 1))
        _, coded = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])
        out = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)
    if rng.random() < ranges.cutout_chance:
        tall, wide = int(height * 0.5 * rng.random()), int(width * 0.5 * rng.random())
        top, left = int(rng.integers(height - tall)), int(rng.integers(width - wide))
        out[top : top + tall, left : left + wide] = 114
    return out
