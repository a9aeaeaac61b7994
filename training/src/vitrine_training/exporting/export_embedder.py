"""Writes an embedder as ONNX: `crops` uint8 [N, h, w, 3] RGB -> `features` float32 [N, 512], unit length."""

import io
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from ..loops.train_embedder import load_trained
from ..nets.embedder import Embedder, EmbedderSpec
from .half_weights import halve_weights
from .onnx_file import write_onnx

OPSET = 17


class _Unit(nn.Module):
    """The graph's entrance: `embed` as `forward`, which is what the exporter traces."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__()
        self.embedder = embedder

    def forward(self, crops: Tensor) -> Tensor:
        return self.embedder.embed(crops)


def load_embedder(checkpoint: Path) -> Embedder:
    """Build the embedder of a training's checkpoint with its weights, in evaluation mode.

    Raises:
        TrainingFailure: the file is no checkpoint of an embedder.
    """
    return load_trained(checkpoint)[0]


def untrained_embedder(spec: EmbedderSpec, seed: int) -> Embedder:
    """Build an embedder with random weights, in evaluation mode: for tests, and to stand in until one is trained."""
    torch.manual_seed(seed)
    return Embedder(spec).eval()


def export_embedder(embedder: Embedder, path: Path, *, is_halved: bool = True) -> None:
    """Write `embedder` to `path`, whole or not at all, with N, h and w dynamic.

    With `is_halved` the weights are stored as float16.

    Raises:
        TrainingFailure: the disk is full or refuses.
    """
    # An odd size, so that one that tracing bakes in shows in the parity tests.
    example = torch.randint(0, 256, (2, 163, 130, 3), dtype=torch.uint8)
    buffer: Any = io.BytesIO()
    with torch.no_grad():
        torch.onnx.export(
            _Unit(embedder).eval(),
            (example,),
            buffer,
            input_names=["crops"],
            output_names=["features"],
            dynamic_axes={"crops": {0: "N", 1: "h", 2: "w"}, "features": {0: "N"}},
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    if is_halved:
        model = halve_weights(model)
    write_onnx(model, path)
