"""The four forms in which a graph is written."""

from collections.abc import Callable, Iterable
from typing import Literal, get_args

import numpy as np
import onnx
from numpy.typing import NDArray

from ..failures import TrainingFailure
from .all_half import halve_graph
from .half_weights import halve_weights, widen_weights
from .int8 import Int8Report, quantise

Precision = Literal["fp32", "fp16-stored", "fp16", "int8"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

FEATURE_COSINE: dict[Precision, float] = {"fp32": 0.9999, "fp16-stored": 0.9999, "fp16": 0.9995, "int8": 0.97}
"""Least cosine between a feature of each form and the network's own, over crops of garments."""


def with_precision(
    model: onnx.ModelProto,
    precision: Precision,
    pictures: Callable[[], Iterable[NDArray[np.uint8]]] | None = None,
) -> tuple[onnx.ModelProto, Int8Report | None]:
    """Return `model`, of float32 or float16-stored weights, in another form, and for int8 what was quantised.

    `pictures` gives inputs of the graph, for int8's ranges.

    Raises:
        TrainingFailure: int8 was asked for without pictures or for a network that gains nothing, or a weight does not
            fit into float16.
    """
    wide = widen_weights(model)
    if precision == "fp32":
        return wide, None
    if precision == "fp16":
        return halve_graph(wide), None
    if precision == "int8":
        return quantise(wide, pictures() if pictures else ())
    try:
        return halve_weights(wide), None
    except ValueError as error:
        raise TrainingFailure(f"{error}: export with fp32") from error
