"""Writes a trained detector as ONNX, opset 17, weights stored as float16."""

import io
from pathlib import Path
from typing import Any

import onnx
import torch

from ..nets.detector import Detector
from .detector_onnx import BatchedDetector
from .half_weights import halve_weights
from .onnx_file import write_onnx

OPSET = 17


def export_detector(detector: Detector, path: Path, *, is_halved: bool = True) -> None:
    """Write `detector` to `path`, whole or not at all; frames' number, height and width stay dynamic.

    Raises:
        TrainingFailure: the disk is full or refuses.
    """
    module = BatchedDetector(detector.eval()).eval()
    # An odd size and two frames, so that a size baked in by tracing shows in the parity tests.
    example = torch.randint(0, 255, (2, 203, 170, 3), dtype=torch.uint8)
    buffer: Any = io.BytesIO()
    with torch.no_grad():
        torch.onnx.export(
            module,
            (example,),
            buffer,
            input_names=["frames"],
            output_names=["boxes", "scores", "frame"],
            dynamic_axes={
                "frames": {0: "N", 1: "H", 2: "W"},
                "boxes": {0: "K"},
                "scores": {0: "K"},
                "frame": {0: "K"},
            },
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    if is_halved:
        model = halve_weights(model)
    write_onnx(model, path)
