"""Whether the values inside a network stay within float16.

A CPU cannot tell by running the float16 graph: onnxruntime computes in float32 there, and a network whose values leave
float16 agreed with PyTorch.
"""

from collections.abc import Iterable

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from .graph_region import arithmetic_nodes, name_nodes
from .onnx_file import open_session


def largest_value(model: onnx.ModelProto, pictures: Iterable[NDArray[np.uint8]]) -> float:
    """Run a float32 graph over inputs and return the largest magnitude that leaves a layer of its network.

    It is not a number where a value is not one.
    """
    watched = onnx.shape_inference.infer_shapes(model)
    name_nodes(watched)
    inside = arithmetic_nodes(watched)
    floats = {value.name for value in watched.graph.value_info if value.type.tensor_type.elem_type == TensorProto.FLOAT}
    values = [value for node in watched.graph.node if node.name in inside for value in node.output if value in floats]
    for index, value in enumerate(values):
        size, most = f"size {index}", f"most {index}"
        watched.graph.node.append(helper.make_node("Abs", [value], [size], f"watch {index}"))
        watched.graph.node.append(helper.make_node("ReduceMax", [size], [most], f"reduce {index}", keepdims=0))
        watched.graph.output.append(helper.make_tensor_value_info(most, TensorProto.FLOAT, []))
    session = open_session(watched)
    names = [f"most {index}" for index in range(len(values))]
    found = [session.run(names, {model.graph.input[0].name: picture}) for picture in pictures]
    return float(np.max(found)) if values and found else 0.0
