"""Weights that a detector's training starts from."""

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import torch

from ..data.coco_batches import DetectorBatch
from ..failures import TrainingFailure
from ..nets.detector import Detector
from ..nets.detectron2_keys import load_detectron2
from ..nets.weights_from_onnx import load_onnx_weights, restore_statistics
from .detector_checkpoint import load_detector

STATISTICS_BATCHES = 24
FROM_NOTHING = "starts from random weights"


def start_detector(detector: Detector, start: str, batches: Callable[[], Iterable[DetectorBatch]]) -> str:
    """Give `detector` the weights that `start` names; returns a line about what was taken.

    `start` is `none`, `detectron2:<path>`, `checkpoint:<path>` or `onnx:<path>`. The graph of an ONNX model has lost
    its normalisations' statistics; they are measured on the first of `batches`.

    Raises:
        TrainingFailure: `start` is none of these, or the file does not fit the network.
    """
    kind, _, name = start.partition(":")
    if kind == "none" and not name:
        return FROM_NOTHING
    path = Path(name)
    if kind == "checkpoint" and name:
        return _from_checkpoint(detector, path)
    if kind == "detectron2" and name:
        return f"starts from {path}: {'; '.join(load_detectron2(detector, path).lines())}"
    if kind == "onnx" and name:
        blank = torch.zeros((1, 64, 64, 3), dtype=torch.uint8)
        layers = load_onnx_weights(detector, path, lambda: detector(blank))
        if not detector.spec.is_norm_frozen:
            runs = (lambda batch=batch: detector(batch.frames) for batch in islice(batches(), STATISTICS_BATCHES))
            restore_statistics(detector, runs)
        return f"starts from {path}: {layers} layers taken"
    raise TrainingFailure(
        f"Expected `start` to be none, detectron2:<path>, checkpoint:<path> or onnx:<path>, got {start!r}"
    )


def _from_checkpoint(detector: Detector, path: Path) -> str:
    source, _ = load_detector(path)
    try:
        detector.load_state_dict(source.state_dict())
    except RuntimeError as error:
        raise TrainingFailure(f"{path} holds another network than this configuration: {_first_line(error)}") from error
    return f"starts from {path}"


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 else lines[0]
