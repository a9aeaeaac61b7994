"""Writes a trained detector as ONNX, opset 17, weights stored as float16."""

import io
from pathlib import Path
from typing import Any

import onnx
import torch

from ..nets.detector import Detector
from .detector_onnx import BatchedDetector
from .half_weights import halve_weights

OPSET = 17


def export_detector(detector: Detector, path: Path, *, is_halved: bool = True) -> None:
    """Write `detector` to `path` (temporary name, then renamed); frames' number, height and width stay dynamic."""
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
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(model.SerializeToString())
    temporary.rename(path)
