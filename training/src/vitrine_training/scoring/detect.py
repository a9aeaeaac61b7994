"""Runs a detector on frames: the trained module, or its exported graph."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ..exporting.onnx_file import open_session
from ..nets.detector import Detector

Boxes = NDArray[np.float32]
Frames = NDArray[np.uint8]
Detect = Callable[[Frames], list[tuple[Boxes, Boxes]]]
"""Frames [N, H, W, 3] to (boxes [n, 4], scores [n]) a frame."""


def detect_with_torch(detector: Detector) -> Detect:
    """Run the trained module as it stands, in test mode, on the device where it is."""

    def detect(frames: Frames) -> list[tuple[Boxes, Boxes]]:
        with torch.no_grad():
            found = detector.eval()(torch.from_numpy(frames).to(detector.mean.device))
        return [(one["boxes"].cpu().numpy(), one["scores"].cpu().numpy()) for one in found]

    return detect


def detect_with_onnx(path: Path) -> Detect:
    """Run the exported graph in onnxruntime, one thread."""
    session = open_session(path)

    def detect(frames: Frames) -> list[tuple[Boxes, Boxes]]:
        boxes, scores, owner = session.run(None, {"frames": frames})
        return [(boxes[owner == index], scores[owner == index]) for index in range(len(frames))]

    return detect
