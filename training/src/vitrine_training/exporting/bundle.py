"""Several embedders as one graph: `crops` once in, their features joined at unit length out."""

from collections.abc import Iterable, Mapping

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

from ..failures import TrainingFailure
from .model_facts import ModelFacts, read_facts, write_facts

SMALLEST_LENGTH = 1e-12
"""Vectors shorter than this are divided by this: zeros stay zeros."""


def bundle_embedders(embedders: Mapping[str, onnx.ModelProto], lengths: Mapping[str, int]) -> onnx.ModelProto:
    """Merge `embedders` into one graph: `crops` uint8 [N, h, w, 3] -> `features` float32 [N, sum of `lengths`].

    Each branch's unit vectors are concatenated in the order of the mapping and brought to unit length again (SPEC 5).

    Raises:
        TrainingFailure: there is none, a name holds a slash, or the files use different operator sets.
    """
    if not embedders:
        raise TrainingFailure("There is no embedder to bundle")
    _check_alike(embedders)
    first = next(iter(embedders.values()))
    merged = _entrance(first, list(embedders))
    for name, model in embedders.items():
        merged = compose.merge_models(
            merged,
            compose.add_prefix(_without_metadata(model), f"{name}/"),
            io_map=[(_crops_of(name), f"{name}/crops")],
        )
    merged = compose.merge_models(
        merged, _ending(first, lengths), io_map=[(f"{name}/features", _part_of(name)) for name in embedders]
    )
    del merged.metadata_props[:]
    parts = [read_facts(model, "embedder") for model in embedders.values()]
    facts = ModelFacts(
        "bundle",
        name=",".join(embedders),
        precision=_common(part.precision for part in parts),
        preset=_common(part.preset for part in parts),
        weights=_common(part.weights for part in parts),
        commit=_common(part.commit for part in parts),
        crop_scale=parts[0].crop_scale,
    )
    write_facts(merged, facts)
    onnx.checker.check_model(merged, full_check=True)
    return merged


def _check_alike(embedders: Mapping[str, onnx.ModelProto]) -> None:
    versions: dict[str, tuple[str, int]] = {}
    for name, model in embedders.items():
        if "/" in name:
            raise TrainingFailure(f"Embedder {name!r} cannot be bundled: its name holds a slash")
        for entry in model.opset_import:
            other, version = versions.setdefault(entry.domain, (name, entry.version))
            if version != entry.version:
                raise TrainingFailure(
                    f"Embedder {name} uses operator set {entry.domain or 'ai.onnx'} {entry.version}, {other} uses "
                    f"{version}: export both with the same version, or package them without --bundle"
                )


def _entrance(like: onnx.ModelProto, names: list[str]) -> onnx.ModelProto:
    axes: list[str | int | None] = ["N", "h", "w", 3]
    nodes = [helper.make_node("Identity", ["crops"], [_crops_of(name)], f"crops of {name}") for name in names]
    outputs = [helper.make_tensor_value_info(_crops_of(name), TensorProto.UINT8, axes) for name in names]
    crops = helper.make_tensor_value_info("crops", TensorProto.UINT8, axes)
    return _model(like, helper.make_graph(nodes, "bundle", [crops], outputs))


def _ending(like: onnx.ModelProto, lengths: Mapping[str, int]) -> onnx.ModelProto:
    parts = [_part_of(name) for name in lengths]
    nodes = [
        helper.make_node("Concat", parts, ["joined"], "join", axis=1),
        helper.make_node("Mul", ["joined", "joined"], ["squares"], "square"),
        # A product rather than a reduction: ReduceSum's and ReduceL2's axes moved between operator sets.
        helper.make_node("MatMul", ["squares", "ones"], ["square_length"], "add up"),
        helper.make_node("Sqrt", ["square_length"], ["length"], "length"),
        helper.make_node("Max", ["length", "smallest"], ["divisor"], "not nothing"),
        helper.make_node("Div", ["joined", "divisor"], ["features"], "to unit length"),
    ]
    total = sum(lengths.values())
    graph = helper.make_graph(
        nodes,
        "ending",
        [
            helper.make_tensor_value_info(part, TensorProto.FLOAT, ["N", length])
            for part, length in zip(parts, lengths.values(), strict=True)
        ],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", total])],
        [
            numpy_helper.from_array(np.ones((total, 1), np.float32), "ones"),
            numpy_helper.from_array(np.array(SMALLEST_LENGTH, np.float32), "smallest"),
        ],
    )
    return _model(like, graph)


def _without_metadata(model: onnx.ModelProto) -> onnx.ModelProto:
    # Two values for one key are refused, and each branch has a name of its own.
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    del bare.metadata_props[:]
    return bare


def _model(like: onnx.ModelProto, graph: onnx.GraphProto) -> onnx.ModelProto:
    return helper.make_model(graph, opset_imports=like.opset_import, ir_version=like.ir_version)


def _crops_of(name: str) -> str:
    return f"crops of {name}"


def _part_of(name: str) -> str:
    return f"features of {name}"


def _common(values: Iterable[str]) -> str:
    different = set(values)
    return different.pop() if len(different) == 1 else ""
