"""Which nodes of an ONNX graph are the network's arithmetic, and which decide, count and decode around it."""

from collections.abc import Callable, Collection, Iterable

import onnx

CONVOLUTIONS = frozenset({"Conv"})
LINEARS = frozenset({"Gemm", "MatMul"})
_DECISIONS = frozenset({"NonMaxSuppression", "RoiAlign", "TopK"})


def name_nodes(model: onnx.ModelProto) -> None:
    """Give every node of `model` a name of its own, in place: lists of nodes are lists of names."""
    seen: set[str] = set()
    for position, node in enumerate(model.graph.node):
        if not node.name or node.name in seen:
            node.name = f"{node.op_type}_{position}"
        seen.add(node.name)


def arithmetic_nodes(model: onnx.ModelProto) -> set[str]:
    """Names of the convolutions, of the linear layers, and of all that lies between two of the same kind.

    What is outside works on pixels, boxes, scores or features: mean and deviation before the first convolution, anchors
    and suppression after the last, pooling of features and unit length. The nodes must have names (`name_nodes`).
    """
    return _between(model, CONVOLUTIONS) | _between(model, LINEARS)


def outermost(model: onnx.ModelProto) -> set[str]:
    """Names of the convolutions before which there is none, and of the convolutions and linears after which none is."""
    nodes = list(model.graph.node)
    named = {kind: [node for node in nodes if node.op_type in kind] for kind in (CONVOLUTIONS, LINEARS)}
    after = _reach(named[CONVOLUTIONS], _following(model))
    found = {node.name for node in named[CONVOLUTIONS] if node.name not in after}
    for kind in (CONVOLUTIONS, LINEARS):
        before = _reach(named[kind], _leading(model))
        found |= {node.name for node in named[kind] if node.name not in before}
    return found


def _between(model: onnx.ModelProto, kind: Collection[str]) -> set[str]:
    nodes = list(model.graph.node)
    ends = [node for node in nodes if node.op_type in kind]
    both = _reach(ends, _following(model)) & _reach(ends, _leading(model))
    return both | {node.name for node in ends}


_Step = Callable[[onnx.NodeProto], Iterable[onnx.NodeProto]]


def _following(model: onnx.ModelProto) -> _Step:
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in model.graph.node:
        for value in node.input:
            users.setdefault(value, []).append(node)
    return lambda node: (user for value in node.output for user in users.get(value, ()))


def _leading(model: onnx.ModelProto) -> _Step:
    makers = {value: node for node in model.graph.node for value in node.output}
    return lambda node: (makers[value] for value in node.input if value in makers)


def _reach(start: Iterable[onnx.NodeProto], step: _Step) -> set[str]:
    """Names of all nodes that `step` leads to from `start`, never through a node that decides."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        for node in step(waiting.pop()):
            if node.name not in found and node.op_type not in _DECISIONS:
                found.add(node.name)
                waiting.append(node)
    return found
