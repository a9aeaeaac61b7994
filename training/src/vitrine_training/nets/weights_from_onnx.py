"""Weights of a network out of its exported graph, so that a model that only ships as ONNX can be trained further.

The exporter folds each BatchNorm that follows a convolution into that convolution, so the graph no longer says what the
normalisation did. `load_onnx_weights` gives the folded weights to the convolution and makes the BatchNorm pass values
on; in test the network then is the exported one. Training needs the statistics back, because BatchNorm in training
uses those of the batch: `restore_statistics` measures them on a few batches and rewrites each BatchNorm so that the
network still computes the same.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from ..failures import TrainingFailure

_WEIGHED = (nn.Conv2d, nn.Linear)
_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
Norm = nn.BatchNorm1d | nn.BatchNorm2d


def load_onnx_weights(module: nn.Module, path: Path, run: Callable[[], Any]) -> int:
    """Copy the weights of the graph in `path` into `module`, whatever their precision; returns how many layers.

    `run` makes one forward pass of `module`, which tells the order of its layers: the graph lists them in the same
    order, so names may differ. Parameters outside of convolutions, linear layers and BatchNorms are taken by name
    where the graph has them. The module is left in evaluation mode.

    Raises:
        TrainingFailure: the file is no ONNX model, or its layers are not those of `module`; the message names the first
            that differs.
    """
    try:
        graph = onnx.load(path).graph
    except Exception as error:  # protobuf raises several kinds.
        raise TrainingFailure(f"{path} is no ONNX model that can be read") from error
    values = _constants(graph)
    layers = _graph_layers(graph, values)
    modules = _module_layers(module, run)
    if len(layers) != len(modules):
        raise TrainingFailure(f"{path} has {len(layers)} layers with weights, this network has {len(modules)}")
    for (weight, bias), (name, layer, norm) in zip(layers, modules, strict=True):
        own = layer.weight
        if weight.ndim == 2 and weight.shape != tuple(own.shape):
            weight = weight.T
        if weight.shape != tuple(own.shape):
            raise TrainingFailure(
                f"{path}: layer {name} has weights {weight.shape}, this network has {tuple(own.shape)}"
            )
        with torch.no_grad():
            own.copy_(torch.from_numpy(weight.astype(np.float32)))
            _set_bias(layer, norm, bias, f"{path}: layer {name}")
    _copy_named(module, values)
    return len(layers)


def restore_statistics(module: nn.Module, batches: Iterable[Callable[[], Any]]) -> None:
    """Measure what reaches each BatchNorm that `load_onnx_weights` made neutral, and rewrite it around that.

    Each entry of `batches` makes one forward pass. Afterwards the running statistics are those of the batches, weight
    and bias undo them, and the network computes what it did before, also in training, as far as a batch is typical.
    """
    sums: dict[Norm, tuple[int, Tensor, Tensor]] = {}

    def collect(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(norm, Norm)
        values = inputs[0].detach().double().transpose(0, 1).flatten(1)
        nothing = values.new_zeros(len(values))
        count, total, squares = sums.get(norm, (0, nothing, nothing))
        sums[norm] = (count + values.shape[1], total + values.sum(1), squares + values.square().sum(1))

    norms = [norm for norm in module.modules() if isinstance(norm, Norm) and _is_neutral(norm)]
    hooks = [norm.register_forward_pre_hook(collect) for norm in norms]
    was_training = module.training
    module.eval()
    try:
        with torch.no_grad():
            for run in batches:
                run()
            for norm, (count, total, squares) in sums.items():
                mean = total / count
                variance = (squares / count - mean.square()).clamp(min=1e-8)
                assert norm.running_mean is not None and norm.running_var is not None
                norm.running_mean.copy_(mean)
                norm.running_var.copy_(variance)
                norm.weight.copy_((variance + norm.eps).sqrt())
                norm.bias.add_(mean.to(norm.bias.dtype))
    finally:
        for hook in hooks:
            hook.remove()
        module.train(was_training)


def _constants(graph: Any) -> dict[str, NDArray[Any]]:
    """Return the initialisers by name, those behind a Cast also under the name of what comes out of it."""
    values = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    for node in graph.node:
        if node.op_type in ("Cast", "Identity") and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
    return values


def _graph_layers(
    graph: Any, values: dict[str, NDArray[Any]]
) -> list[tuple[NDArray[Any], NDArray[Any] | tuple[NDArray[Any], ...] | None]]:
    """(weight, bias) of every Conv, Gemm and MatMul on a constant, each weight once; a BatchNormalization's four."""
    layers: list[tuple[NDArray[Any], NDArray[Any] | tuple[NDArray[Any], ...] | None]] = []
    seen: set[str] = set()
    for node in graph.node:
        if node.op_type == "BatchNormalization":
            layers[-1] = (layers[-1][0], tuple(values[name] for name in node.input[1:5]))
        if node.op_type not in ("Conv", "Gemm", "MatMul") or node.input[1] not in values or node.input[1] in seen:
            continue
        seen.add(node.input[1])
        bias = values[node.input[2]] if len(node.input) > 2 and node.input[2] else None
        layers.append((values[node.input[1]], bias))
    return layers


def _module_layers(module: nn.Module, run: Callable[[], Any]) -> list[tuple[str, nn.Conv2d | nn.Linear, Norm | None]]:
    """(name, layer, the BatchNorm right behind it) of each layer with weights, in the order of their first call."""
    names = {layer: name for name, layer in module.named_modules()}
    order: list[tuple[str, nn.Conv2d | nn.Linear, Norm | None]] = []
    seen: set[nn.Module] = set()
    last: list[tuple[nn.Module, Tensor]] = []

    def note(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if isinstance(layer, Norm):
            if last and last[0][1] is inputs[0] and layer not in seen:
                name, before, _ = order[-1]
                order[-1] = (name, before, layer)
        elif isinstance(layer, _WEIGHED) and layer not in seen:
            order.append((names[layer], layer, None))
        seen.add(layer)
        last[:] = [(layer, output)]

    hooks = [layer.register_forward_hook(note) for layer in module.modules() if isinstance(layer, (*_WEIGHED, *_NORMS))]
    module.eval()
    try:
        with torch.no_grad():
            run()
    finally:
        for hook in hooks:
            hook.remove()
    return order


def _set_bias(
    layer: nn.Conv2d | nn.Linear, norm: Norm | None, bias: NDArray[Any] | tuple[NDArray[Any], ...] | None, where: str
) -> None:
    if norm is not None:
        assert norm.running_mean is not None and norm.running_var is not None
        if isinstance(bias, tuple):
            for own, value in zip((norm.weight, norm.bias, norm.running_mean, norm.running_var), bias, strict=True):
                own.copy_(torch.from_numpy(value.astype(np.float32)))
            return
        norm.weight.fill_(1)
        norm.bias.zero_()
        norm.running_mean.zero_()
        norm.running_var.fill_(1 - norm.eps)
        layer_bias: Tensor | None = norm.bias
    else:
        layer_bias = layer.bias
    if isinstance(bias, tuple) or ((bias is None) != (layer_bias is None) and norm is None):
        raise TrainingFailure(f"{where} has other terms beside its weights than this network")
    if bias is not None and layer_bias is not None:
        layer_bias.copy_(torch.from_numpy(bias.astype(np.float32)))


def _copy_named(module: nn.Module, values: dict[str, NDArray[Any]]) -> None:
    """Parameters that belong to no layer with weights, such as a learned pooling power."""
    layered = {
        id(own)
        for layer in module.modules()
        if isinstance(layer, (*_WEIGHED, *_NORMS))
        for own in layer.parameters(recurse=False)
    }
    for name, parameter in module.named_parameters():
        if id(parameter) in layered:
            continue
        found = next((value for key, value in values.items() if key == name or key.endswith(f".{name}")), None)
        if found is not None and found.shape == tuple(parameter.shape):
            with torch.no_grad():
                parameter.copy_(torch.from_numpy(found.astype(np.float32)))


def _is_neutral(norm: Norm) -> bool:
    assert norm.running_mean is not None and norm.running_var is not None
    return bool(
        (norm.weight == 1).all() and (norm.running_mean == 0).all() and (norm.running_var == 1 - norm.eps).all()
    )
