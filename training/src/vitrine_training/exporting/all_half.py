"""An all-float16 graph, for GPUs: half the memory and bandwidth, and tensor cores.

onnxruntime's own converter brings every value to float16 and back around the operators that it is told to leave alone,
so that a box at x = 1000 lands on a grid of half a pixel. Here only what lies between convolutions or between linear
layers changes type, and a value outside keeps all its digits.
"""

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ..failures import TrainingFailure
from .graph_region import arithmetic_nodes, name_nodes

FLOAT16_MAX = 65504.0
_FLOAT_INPUTS = {"Resize": {1, 2}}
"""Inputs that the operator takes as float32 only."""


def halve_graph(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy of a float32 model whose network computes in float16; inputs and outputs keep their types.

    Pixels (uint8 to float, mean, deviation), pooling of features, unit length, anchors, box arithmetic, `TopK`,
    `RoiAlign` and `NonMaxSuppression` stay in float32: they decide, or leave float16's range.

    Raises:
        TrainingFailure: a weight does not fit into float16.
    """
    halved = onnx.shape_inference.infer_shapes(model)
    name_nodes(halved)
    _Halving(halved).run()
    del halved.graph.value_info[:]
    onnx.checker.check_model(halved, full_check=True)
    return halved


class _Halving:
    """One conversion, in place. A value that is made inside has its float16 form under the name `<value>_half`."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graph = model.graph
        self.weights = {tensor.name: tensor for tensor in self.graph.initializer}
        self.floats = set(_float_values(self.graph))
        region = arithmetic_nodes(model)
        # A node that turns whole numbers into floats belongs to no side of its own; it stays as it is.
        self.inside = {
            node.name
            for node in self.graph.node
            if node.name in region and node.op_type != "Cast" and self.floats.intersection(node.input)
        }
        self.made_inside = {
            value for node in self.graph.node if node.name in self.inside for value in node.output
        } & self.floats
        self.ready = set(self.made_inside)

    def run(self) -> None:
        """Rewrite the nodes in their order."""
        used_outside = {value.name for value in self.graph.output}
        for node in self.graph.node:
            for position, value in enumerate(node.input):
                if node.name not in self.inside or position in _FLOAT_INPUTS.get(node.op_type, ()):
                    used_outside.add(value)
        nodes = []
        for node in self.graph.node:
            if node.name not in self.inside:
                nodes.append(node)
                continue
            nodes += self._half_inputs(node)
            outputs = [value for value in node.output if value in self.floats]
            node.output[:] = [_half(value) if value in self.floats else value for value in node.output]
            nodes.append(node)
            nodes += [_cast(_half(value), value, TensorProto.FLOAT) for value in outputs if value in used_outside]
        kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
        del self.graph.node[:]
        self.graph.node.extend(kept)
        used = {value for node in kept for value in node.input}
        weights = [tensor for tensor in self.graph.initializer if tensor.name in used]
        kept_weights = [TensorProto.FromString(tensor.SerializeToString()) for tensor in weights]
        del self.graph.initializer[:]
        self.graph.initializer.extend(kept_weights)

    def _half_inputs(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """Point the float inputs of a node inside to their float16 forms; returns the Casts that make them."""
        casts = []
        for position, value in enumerate(node.input):
            if value not in self.floats or position in _FLOAT_INPUTS.get(node.op_type, ()):
                continue
            if value not in self.ready:
                self.ready.add(value)
                if value in self.weights:
                    self._add_half_weight(self.weights[value])
                else:
                    casts.append(_cast(value, _half(value), TensorProto.FLOAT16))
            node.input[position] = _half(value)
        return casts

    def _add_half_weight(self, tensor: TensorProto) -> None:
        values = numpy_helper.to_array(tensor)
        largest = float(np.abs(values).max(initial=0))
        if not largest <= FLOAT16_MAX:
            raise TrainingFailure(
                f"Weight {tensor.name} reaches {largest:g} and float16 ends at {FLOAT16_MAX:g}: export with fp32"
            )
        self.graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), _half(tensor.name)))


def _half(value: str) -> str:
    return f"{value}_half"


def _cast(source: str, target: str, to: int) -> onnx.NodeProto:
    return helper.make_node("Cast", [source], [target], f"{target}_cast", to=to)


def _float_values(graph: onnx.GraphProto) -> Iterable[str]:
    yield from (tensor.name for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT)
    for value in (*graph.input, *graph.output, *graph.value_info):
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            yield value.name
