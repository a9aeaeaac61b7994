"""Tiny ONNX files with the contract of a detector and an embedder, or with one thing wrong."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from vitrine_training.exporting.model_facts import ModelFacts, write_facts

LENGTH = 8


def write_detector(path: Path, facts: ModelFacts) -> None:
    """One box, the whole frame, for the first frame."""
    nodes = [
        helper.make_node("Shape", ["frames"], ["size"]),
        helper.make_node("Cast", ["size"], ["sides"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["sides", "corner"], ["far"]),
        helper.make_node("Mul", ["far", "mask"], ["flat"]),
        helper.make_node("Reshape", ["flat", "shape"], ["boxes"]),
        helper.make_node("Identity", ["one"], ["scores"]),
        helper.make_node("Identity", ["zero"], ["frame"]),
    ]
    weights = {
        "corner": np.array([2, 1, 2, 1]),
        "mask": np.array([0, 0, 1, 1], np.float32),
        "shape": np.array([1, 4]),
        "one": np.array([0.99], np.float32),
        "zero": np.array([0]),
    }
    outputs = [
        helper.make_tensor_value_info("boxes", TensorProto.FLOAT, ["K", 4]),
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["K"]),
        helper.make_tensor_value_info("frame", TensorProto.INT64, ["K"]),
    ]
    frames = helper.make_tensor_value_info("frames", TensorProto.UINT8, ["N", "H", "W", 3])
    _save(path, nodes, frames, outputs, weights, facts)


def write_embedder(
    path: Path,
    facts: ModelFacts,
    *,
    seed: int = 0,
    gain: float = 1.0,
    input_name: str = "crops",
    input_type: int = TensorProto.UINT8,
    input_shape: Sequence[str | int] = ("N", "h", "w", 3),
    output_name: str = "features",
    output_type: int = TensorProto.FLOAT,
    output_shape: Sequence[str | int] = ("N", LENGTH),
) -> None:
    """Mean colours times a random matrix, at length `gain`; a broken one may be unable to run."""
    nodes = [
        helper.make_node("Cast", [input_name], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["pixels"], ["colours"], axes=[1, 2], keepdims=0),
        helper.make_node("MatMul", ["colours", "matrix"], ["raw"]),
        helper.make_node("ReduceL2", ["raw"], ["length"], axes=[1], keepdims=1),
        helper.make_node("Div", ["raw", "length"], ["unit"]),
        helper.make_node("Mul", ["unit", "gain"], [output_name]),
    ]
    rng = np.random.default_rng(seed)
    weights = {"matrix": rng.normal(size=(3, LENGTH)).astype(np.float32), "gain": np.array(gain, np.float32)}
    value = helper.make_tensor_value_info(input_name, input_type, list(input_shape))
    outputs = [helper.make_tensor_value_info(output_name, output_type, list(output_shape))]
    _save(path, nodes, value, outputs, weights, facts)


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    value: onnx.ValueInfoProto,
    outputs: list[onnx.ValueInfoProto],
    weights: dict[str, np.ndarray],
    facts: ModelFacts,
) -> None:
    tensors = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, path.stem, [value], outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    write_facts(model, facts)
    path.write_bytes(model.SerializeToString())
