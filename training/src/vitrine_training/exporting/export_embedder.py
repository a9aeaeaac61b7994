"""Writes an embedder as ONNX: `crops` uint8 [N, h, w, 3] RGB -> `features` float32 [N, 512], unit length."""

from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from ..loops.embedder_config import EmbedderConfig
from ..nets.embedder import Embedder, EmbedderSpec
from .half_weights import halve_weights

OPSET = 17


class _Unit(nn.Module):
    """The graph's entrance: `embed` as `forward`, which is what the exporter traces."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__()
        self.embedder = embedder

    def forward(self, crops: Tensor) -> Tensor:
        return self.embedder.embed(crops)


def load_embedder(checkpoint: Path) -> Embedder:
    """Build the embedder of a training checkpoint with its weights, in inference mode."""
    state: dict[str, Any] = torch.load(checkpoint, weights_only=True)
    embedder = Embedder(EmbedderConfig(**state["config"]).spec)
    embedder.load_state_dict(state["model"])
    return embedder.eval()


def untrained_embedder(spec: EmbedderSpec, seed: int) -> Embedder:
    """Build an embedder with random weights, in inference mode: for tests, and to stand in until one is trained."""
    torch.manual_seed(seed)
    return Embedder(spec).eval()


def export_embedder(embedder: Embedder, path: Path, *, is_halved: bool = True) -> None:
    """Write `embedder` to `path` (under a temporary name, then renamed) with N, h and w dynamic."""
    temporary = path.with_suffix(".tmp")
    example = torch.randint(0, 256, (2, 162, 130, 3), dtype=torch.uint8)
    axes = {"crops": {0: "N", 1: "h", 2: "w"}, "features": {0: "N"}}
    torch.onnx.export(
        _Unit(embedder).eval(),
        (example,),
        str(temporary),
        input_names=["crops"],
        output_names=["features"],
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load(temporary)
    if is_halved:
        model = halve_weights(model)
    temporary.write_bytes(model.SerializeToString())
    temporary.rename(path)
