"""Pixels of an image, and the size at which the detector sees it."""

from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def read_pixels(path: Path) -> Pixels | None:
    """Read a file as RGB [H, W, 3]; None when it cannot be decoded."""
    try:
        packed = np.fromfile(path, np.uint8)
    except OSError:
        return None
    image = cv2.imdecode(packed, cv2.IMREAD_COLOR) if len(packed) else None
    return None if image is None else np.ascontiguousarray(image[..., ::-1])


def size_at(height: int, width: int, short_side: int, max_side: int) -> tuple[int, int]:
    """(height, width) at which an image goes into the detector: the pipeline's rule, where `max_side` wins."""
    scale = min(short_side / min(height, width), max_side / max(height, width))
    # Halves go up, as JavaScript's Math.round has it.
    return max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5))


def resize_pixels(image: Pixels, size: tuple[int, int]) -> Pixels:
    """Resize with a triangle filter that widens when it shrinks, as the pipeline does, to (height, width)."""
    if image.shape[:2] == size:
        return image
    planes = torch.from_numpy(image).permute(2, 0, 1)[None]
    small = F.interpolate(planes, size, mode="bilinear", antialias=True, align_corners=False)
    pixels: Pixels = small[0].permute(1, 2, 0).contiguous().numpy()
    return pixels
