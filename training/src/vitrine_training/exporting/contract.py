"""The contract of the graphs (DESIGN 5): what goes in, what comes out, and sentences for a graph that differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from ..failures import TrainingFailure
from .model_facts import Kind
from .onnx_file import open_session

GUIDE = "docs/guide/bring-your-own-model.md"


@dataclass(frozen=True)
class _Value:
    name: str
    type: int
    shape: tuple[int | None, ...]
    """None is an axis of any length."""
    axes: str


_FRAMES = _Value("frames", TensorProto.UINT8, (None, None, None, 3), "[N, H, W, 3]")
_CROPS = _Value("crops", TensorProto.UINT8, (None, None, None, 3), "[N, h, w, 3]")
_FEATURES = _Value("features", TensorProto.FLOAT, (None, None), "[N, length]")
_CONTRACTS: dict[Kind, tuple[_Value, tuple[_Value, ...]]] = {
    "detector": (
        _FRAMES,
        (
            _Value("boxes", TensorProto.FLOAT, (None, 4), "[K, 4]"),
            _Value("scores", TensorProto.FLOAT, (None,), "[K]"),
            _Value("frame", TensorProto.INT64, (None,), "[K]"),
        ),
    ),
    "embedder": (_CROPS, (_FEATURES,)),
    "bundle": (_CROPS, (_FEATURES,)),
}


_KINDS: dict[Kind, str] = {"detector": "a detector", "embedder": "an embedder", "bundle": "a bundle"}


def kind_of(model: onnx.ModelProto) -> Kind | None:
    """Say what a graph is by the name of its input, or None."""
    kinds: dict[str, Kind] = {"frames": "detector", "crops": "embedder"}
    names = [value.name for value in _inputs(model)]
    return kinds.get(names[0]) if len(names) == 1 else None


def check_contract(model: onnx.ModelProto, kind: Kind, path: Path) -> None:
    """Check names, types and shapes of what goes into a graph and comes out of it.

    Raises:
        TrainingFailure: one of them differs; the message says which, what it is and what it must be.
    """
    wanted, outputs = _CONTRACTS[kind]
    inputs = _inputs(model)
    names = [value.name for value in inputs]
    if names != [wanted.name]:
        raise TrainingFailure(
            f"{path} has the inputs {', '.join(names)}; {_KINDS[kind]} has one, `{wanted.name}` ({_text(wanted)}), "
            f"see {GUIDE}"
        )
    _check_value(inputs[0], wanted, path, is_input=True)
    found = {value.name: value for value in model.graph.output}
    for output in outputs:
        if output.name not in found:
            raise TrainingFailure(
                f"{path} has the outputs {', '.join(found)}; {_KINDS[kind]} has "
                f"{', '.join(f'`{one.name}` ({_text(one)})' for one in outputs)}, see {GUIDE}"
            )
        _check_value(found[output.name], output, path, is_input=False)


def feature_length(model: onnx.ModelProto, path: Path, size: Sequence[int]) -> int:
    """Run an embedder on two crops of `size` (width, height) and return the numbers in a feature.

    Raises:
        TrainingFailure: it cannot be run, or what comes out is not two vectors of unit length.
    """
    width, height = size
    crops = np.random.default_rng(0).integers(0, 256, (2, height, width, 3), dtype=np.uint8)
    features = _run(model, path, {"crops": crops}, ["features"])[0]
    if features.ndim != 2 or features.shape[0] != 2:
        raise TrainingFailure(
            f"{path} gave `features` of shape {list(features.shape)} for 2 crops, expected [2, length]"
        )
    lengths = np.linalg.norm(features.astype(np.float64), axis=1)
    if not np.allclose(lengths, 1, atol=1e-3):
        raise TrainingFailure(
            f"{path} gave features of length {lengths[0]:g}, expected 1: the graph must end with an l2-normalisation"
        )
    return int(features.shape[1])


def try_detector(model: onnx.ModelProto, path: Path) -> None:
    """Run a detector on two small frames.

    Raises:
        TrainingFailure: it cannot be run, or its outputs do not belong together.
    """
    frames = np.random.default_rng(0).integers(0, 256, (2, 96, 128, 3), dtype=np.uint8)
    boxes, scores, frame = _run(model, path, {"frames": frames}, ["boxes", "scores", "frame"])
    if boxes.shape != (len(scores), 4) or frame.shape != scores.shape:
        raise TrainingFailure(
            f"{path} gave `boxes` {list(boxes.shape)}, `scores` {list(scores.shape)} and `frame` {list(frame.shape)}; "
            "expected [K, 4], [K] and [K]"
        )


def _run(model: onnx.ModelProto, path: Path, values: dict[str, Any], outputs: list[str]) -> list[Any]:
    try:
        found: list[Any] = open_session(model).run(outputs, values)
    except Exception as error:  # onnxruntime has an exception class a status code.
        reason = " ".join(str(error).split())
        raise TrainingFailure(f"onnxruntime cannot run {path}: {reason}") from error
    return found


def _inputs(model: onnx.ModelProto) -> list[onnx.ValueInfoProto]:
    weights = {tensor.name for tensor in model.graph.initializer}
    return [value for value in model.graph.input if value.name not in weights]


def _check_value(value: onnx.ValueInfoProto, wanted: _Value, path: Path, *, is_input: bool) -> None:
    kind = value.type.tensor_type
    if kind.elem_type != wanted.type:
        inside = ": type, mean and deviation belong inside the graph" if is_input else ""
        raise TrainingFailure(
            f"{path} has `{value.name}` as {_type_name(kind.elem_type)}, expected {_text(wanted)}{inside}; see {GUIDE}"
        )
    if not kind.HasField("shape"):
        return
    shape = [axis.dim_value if axis.HasField("dim_value") else None for axis in kind.shape.dim]
    # An output may promise more than is asked; an input may not ask for more.
    is_right = len(shape) == len(wanted.shape) and all(
        found == length or (found is None if length is not None and not is_input else length is None and not is_input)
        for found, length in zip(shape, wanted.shape, strict=True)
    )
    if not is_right:
        axes = ", ".join("any" if axis is None else str(axis) for axis in shape)
        raise TrainingFailure(
            f"{path} has `{value.name}` of shape [{axes}], expected {wanted.axes} with letters for any "
            f"length; see {GUIDE}"
        )


def _text(value: _Value) -> str:
    return f"{_type_name(value.type)} {value.axes}"


def _type_name(kind: int) -> str:
    return "float32" if kind == TensorProto.FLOAT else str(TensorProto.DataType.Name(kind)).lower()
