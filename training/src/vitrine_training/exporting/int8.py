"""Static int8 for VoVNet bodies: quantise-dequantise pairs with ranges seen on pictures of the user's."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from ..failures import TrainingFailure
from .graph_region import arithmetic_nodes, name_nodes, outermost

QUANTISED_OPS = ("Conv", "Gemm", "MatMul", "Concat", "MaxPool", "Add")


@dataclass(frozen=True)
class Int8Report:
    """What became int8: nodes by operator, those left in float32 on purpose, and how many pictures gave the ranges."""

    quantised: Mapping[str, int]
    kept: tuple[str, ...]
    pictures: int

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {op}" for op, count in sorted(self.quantised.items()))
        return (
            f"int8: {counts}; first and last layers ({len(self.kept)}) in float32; ranges from {self.pictures} pictures"
        )


def quantise(model: onnx.ModelProto, pictures: Iterable[NDArray[np.uint8]]) -> tuple[onnx.ModelProto, Int8Report]:
    """Return a copy of a float32 model with an int8 body (weights per channel, signed) and what was quantised.

    `pictures` are inputs of the graph, uint8 [N, H, W, 3]. The first convolution, the last ones and the last linear
    layers stay in float32, as does everything around the network. Weights use 7 bits: without VNNI the CPU adds
    products in 16 bits, which overflows with 8.

    Raises:
        TrainingFailure: the model has depthwise convolutions (an EfficientNet), no convolution, or there is no picture.
    """
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    if any(_groups(node) > 1 for node in convolutions):
        raise TrainingFailure(
            "int8 makes an EfficientNet no faster: its depthwise convolutions wait for memory, not for arithmetic; "
            "export it with fp16-stored, or with fp16 for a GPU"
        )
    if not convolutions:
        raise TrainingFailure("There is no convolution to quantise in this model")
    named = onnx.ModelProto()
    named.CopyFrom(model)
    name_nodes(named)
    kept = outermost(named)
    chosen = [
        node.name
        for node in named.graph.node
        if node.op_type in QUANTISED_OPS and node.name in arithmetic_nodes(named) - kept
    ]
    reader = _Reader(named.graph.input[0].name, pictures)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(named, source)
        quantize_static(
            source,
            target,
            reader,
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(QUANTISED_OPS),
            nodes_to_quantize=chosen,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
        quantised = onnx.load(target)
    ops = {node.name: node.op_type for node in named.graph.node}
    report = Int8Report(Counter(ops[name] for name in chosen), tuple(sorted(kept)), reader.count)
    return quantised, report


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    """Hands one picture after the other to the calibration."""

    def __init__(self, name: str, pictures: Iterable[NDArray[np.uint8]]) -> None:
        self.name = name
        self.pictures: Iterator[NDArray[np.uint8]] = iter(pictures)
        self.count = 0

    def get_next(self) -> dict[str, Any] | None:
        """Return the next input, or None after the last.

        Raises:
            TrainingFailure: there was none at all.
        """
        picture = next(self.pictures, None)
        if picture is None:
            if not self.count:
                raise TrainingFailure("int8 needs pictures that show what is common: give a folder with --calibrate")
            return None
        self.count += len(picture)
        return {self.name: picture}


def _groups(node: onnx.NodeProto) -> int:
    return next((int(attribute.i) for attribute in node.attribute if attribute.name == "group"), 1)
