"""Stores an ONNX model's float32 weights as float16 with a Cast: half the file, the same speed and answers."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

_SMALLEST = 64


def halve_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy whose large float32 initialisers are float16, each behind a Cast to float32 (folded at load).

    Initialisers with fewer than 64 values stay as they are: nothing is gained, and constants such as epsilons keep
    their exact value. A value too large for float16 is an error.

    Raises:
        ValueError: an initialiser does not fit into float16.
    """
    halved = onnx.ModelProto()
    halved.CopyFrom(model)
    graph = halved.graph
    casts = []
    for position, tensor in enumerate(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < _SMALLEST:
            continue
        with np.errstate(over="ignore"):
            small = values.astype(np.float16)
        if not np.isfinite(small).all():
            raise ValueError(
                f"Initialiser {tensor.name} holds values up to {np.abs(values).max():g}: float16 ends at 65504"
            )
        name = tensor.name
        graph.initializer[position].CopyFrom(numpy_helper.from_array(small, f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], f"{name}_cast", to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(halved, full_check=True)
    return halved


def widen_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy of a model of `halve_weights` whose weights are float32 again, without the Casts.

    The values keep the precision that they were stored with; a model that was not halved comes back as it is.
    """
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    graph = wide.graph
    stored = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT16}
    others = []
    for node in graph.node:
        source = stored.get(node.input[0]) if node.op_type == "Cast" else None
        if source is None or node.attribute[0].i != onnx.TensorProto.FLOAT:
            others.append(node)
        else:
            values = numpy_helper.to_array(source).astype(np.float32)
            source.CopyFrom(numpy_helper.from_array(values, node.output[0]))
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in others]
    del graph.node[:]
    graph.node.extend(kept)
    return wide
