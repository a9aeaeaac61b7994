"""Frames of the small shop that comes with the package, and the compact models that were trained for it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np

FIXTURES = Path(__file__).parents[2] / "fixtures"
COMPACT = FIXTURES / "models" / "compact"


@cache
def shop_frames(width: int, height: int, most: int) -> tuple[np.ndarray, ...]:
    """RGB frames of `most` clips, frame 100 of each."""
    paths = sorted((FIXTURES / "shop" / "video").glob("*.mp4"))[:most]
    return tuple(
        np.ascontiguousarray(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)[..., ::-1])
        for frame in (_frame(path, 100) for path in paths)
    )


def shop_crops(width: int, height: int, most: int) -> tuple[np.ndarray, ...]:
    """Parts of frames, a garment's size."""

    def cuts() -> Iterator[np.ndarray]:
        for frame in shop_frames(432, 768, most):
            yield frame[180:480, 110:320]

    return tuple(cv2.resize(cut, (width, height)) for cut in cuts())


def _frame(path: Path, index: int) -> np.ndarray:
    capture = cv2.VideoCapture(str(path))
    try:
        for _ in range(index + 1):
            ok, frame = capture.read()
            assert ok, f"{path} has no frame {index}"
    finally:
        capture.release()
    return frame
