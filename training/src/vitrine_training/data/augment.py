"""SPEC 9's augmentation of crops: each operation a switch of the configuration, the seed's values its defaults.

Everything is drawn from a generator that the caller seeds for each sample; no global state is read. Pixels are changed
by torchvision's transforms v2 where it is quick on small uint8 pictures, and by OpenCV where that is several times
quicker (affine, hue) or torchvision has no such thing (CLAHE) or will not have it for long (JPEG).
"""

from collections.abc import Callable

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor
from torchvision.transforms.v2 import functional

from ..config import StrictModel

Image = NDArray[np.uint8]
Rng = np.random.Generator
FILL = 114
"""Grey of what a crop has no pixels for, and of the cut-out."""


def _chance(default: float) -> float:
    value: float = Field(default, ge=0, le=1)
    return value


class Augmentation(StrictModel):
    """Chances in [0, 1] and strengths; the chances are SPEC 9's, strengths that it does not give are usual ones."""

    is_full: bool = True
    """Off leaves the flip alone."""
    flip: float = _chance(0.5)
    affine: float = _chance(0.7)
    rotation_deg: float = 8.0
    shift: float = 0.0625
    """Of the side."""
    zoom: float = 0.1
    shear_deg: float = 8.0
    local_contrast: float = _chance(0.35)
    """CLAHE or sharpening."""
    light: float = _chance(0.7)
    """Brightness and contrast."""
    light_strength: float = 0.2
    noise: float = _chance(0.6)
    """Gaussian noise, ISO noise or JPEG compression."""
    shift_rgb: float = _chance(0.5)
    shift_rgb_levels: float = 20.0
    hue: float = _chance(0.5)
    """Hue, saturation and value."""
    hue_deg: float = 40.0
    saturation_levels: float = 30.0
    value_levels: float = 20.0
    grey: float = _chance(0.3)
    cutout: float = _chance(0.7)
    cutout_share: float = 0.63
    """Longest side of the blank rectangle, of the crop's side."""


def augment(crop: Image, options: Augmentation, rng: Rng) -> Image:
    """Return an augmented copy of `crop` [h, w, 3] RGB, of the same size."""
    operations: list[tuple[float, Callable[[Image, Augmentation, Rng], Image]]] = [
        (options.affine, _affine),
        (options.local_contrast, _local_contrast),
        (options.light, _light),
        (options.noise, _noise),
        (options.shift_rgb, _shift_rgb),
        (options.hue, _hue),
        (options.grey, _grey),
        (options.cutout, _cutout),
    ]
    out = crop
    if rng.random() < options.flip:
        out = np.ascontiguousarray(out[:, ::-1])
    for chance, operation in operations if options.is_full else ():
        if rng.random() < chance:
            out = operation(out, options, rng)
    return out.copy() if out is crop else out


def _planes(image: Image) -> Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)


def _pixels(planes: Tensor) -> Image:
    return np.ascontiguousarray(planes.permute(1, 2, 0).numpy())


def _spread(rng: Rng, reach: float) -> float:
    return float(rng.uniform(-reach, reach))


def _clipped(values: NDArray[np.float32]) -> Image:
    return np.asarray(np.clip(values + 0.5, 0, 255), dtype=np.uint8)


def _affine(image: Image, options: Augmentation, rng: Rng) -> Image:
    height, width = image.shape[:2]
    angle = np.radians(_spread(rng, options.rotation_deg))
    shears = [np.tan(np.radians(_spread(rng, options.shear_deg))) for _ in range(2)]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = (1 + _spread(rng, options.zoom)) * turn @ np.array([[1.0, shears[0]], [shears[1], 1.0]])
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    moved = middle + np.array([_spread(rng, options.shift) * width, _spread(rng, options.shift) * height])
    full = np.concatenate([matrix, (moved - matrix @ middle)[:, None]], 1)
    out = cv2.warpAffine(image, full, (width, height), flags=cv2.INTER_LINEAR, borderValue=(FILL, FILL, FILL))
    return np.asarray(out, dtype=np.uint8)


def _local_contrast(image: Image, options: Augmentation, rng: Rng) -> Image:
    if rng.random() < 0.5:
        return _pixels(functional.adjust_sharpness(_planes(image), 1 + float(rng.uniform(0.2, 1.0))))
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(float(rng.uniform(1, 4)), (8, 8)).apply(np.ascontiguousarray(lab[..., 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.uint8)


def _light(image: Image, options: Augmentation, rng: Rng) -> Image:
    planes = functional.adjust_brightness(_planes(image), 1 + _spread(rng, options.light_strength))
    return _pixels(functional.adjust_contrast(planes, 1 + _spread(rng, options.light_strength)))


def _noise(image: Image, options: Augmentation, rng: Rng) -> Image:
    kind = int(rng.integers(3))
    if kind == 0:
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 96))])
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)
    grain = rng.standard_normal(image.shape[:2] + ((3,) if kind == 1 else (1,)), dtype=np.float32)
    if kind == 1:
        return _clipped(image + grain * np.float32(rng.uniform(3, 7)))
    # A sensor at high ISO: grain in the lightness that grows with it, and smaller, coarser stains of colour.
    stain = cv2.GaussianBlur(rng.standard_normal(image.shape, dtype=np.float32), (3, 3), 0)
    gain = np.sqrt(image.mean(2, keepdims=True, dtype=np.float32) / 255)
    return _clipped(image + gain * np.float32(rng.uniform(2, 10)) * grain + np.float32(rng.uniform(1, 5)) * stain)


def _shift_rgb(image: Image, options: Augmentation, rng: Rng) -> Image:
    shifts = rng.uniform(-options.shift_rgb_levels, options.shift_rgb_levels, 3).astype(np.float32)
    return _clipped(image + shifts)


def _hue(image: Image, options: Augmentation, rng: Rng) -> Image:
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    levels = np.arange(256)
    turned = (levels + round(_spread(rng, options.hue_deg) / 2)) % 180  # OpenCV's hue has 180 levels.
    tables = [turned, *(levels + _spread(rng, reach) for reach in (options.saturation_levels, options.value_levels))]
    curve = np.clip(np.stack(tables, 1), 0, 255).astype(np.uint8)[:, None, :]
    return np.asarray(cv2.cvtColor(cv2.LUT(hsv, curve), cv2.COLOR_HSV2RGB), dtype=np.uint8)


def _grey(image: Image, options: Augmentation, rng: Rng) -> Image:
    return _pixels(functional.rgb_to_grayscale(_planes(image), num_output_channels=3))


def _cutout(image: Image, options: Augmentation, rng: Rng) -> Image:
    height, width = image.shape[:2]
    tall = max(1, int(height * rng.uniform(0, options.cutout_share)))
    wide = max(1, int(width * rng.uniform(0, options.cutout_share)))
    top, left = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    blank = torch.full((3, 1, 1), FILL, dtype=torch.uint8)
    return _pixels(functional.erase(_planes(image), top, left, tall, wide, blank))
