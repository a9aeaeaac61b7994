"""The forms of a graph on trained models and on frames of the shop that comes with the package."""

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from shop_frames import COMPACT, shop_crops, shop_frames
from vitrine_training.exporting.half_weights import halve_weights, widen_weights
from vitrine_training.exporting.onnx_file import open_session, read_onnx
from vitrine_training.exporting.precision import FEATURE_COSINE, Precision, with_precision
from vitrine_training.failures import TrainingFailure

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def detector() -> onnx.ModelProto:
    return read_onnx(COMPACT / "detector.onnx")


@pytest.fixture(scope="module")
def embedder() -> onnx.ModelProto:
    return read_onnx(sorted(COMPACT.glob("embedder-*.onnx"))[0])


@pytest.fixture(scope="module")
def vovnet() -> onnx.ModelProto:
    """A trained embedder that int8 is for: member a of the preset `scratch`, which was shipped until 2026-11-30."""
    return read_onnx(Path(__file__).parent / "data" / "vovnet.onnx")


def detect(model: onnx.ModelProto, frames: tuple[np.ndarray, ...]) -> Rows:
    boxes, scores, frame = open_session(model).run(None, {"frames": np.stack(frames)})
    return boxes, scores, frame


def overlap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(1) for boxes in (first, second)]
    return shared / (areas[0][:, None] + areas[1][None] - shared)


def agreement(first: Rows, second: Rows, *, score_min: float = 0.6, margin: float = 0.1) -> tuple[float, np.ndarray]:
    """Share of the boxes above `score_min` on either side that the other side has too, and how far apart those are.

    The other side may score them lower by `margin`: a threshold is no place to compare at.
    """
    hits, total, distances = 0, 0, []
    for ours, theirs in ((first, second), (second, first)):
        for frame in range(int(max(ours[2].max(initial=0), theirs[2].max(initial=0))) + 1):
            mine = ours[0][(ours[2] == frame) & (ours[1] > score_min)]
            other = theirs[0][(theirs[2] == frame) & (theirs[1] > score_min - margin)]
            total += len(mine)
            if not len(mine) or not len(other):
                continue
            shares = overlap(mine, other)
            found = shares.max(1) > 0.5
            hits += int(found.sum())
            distances += list(np.abs(mine - other[shares.argmax(1)]).max(1)[found])
    assert total >= 10, "the frames must show garments"
    return hits / total, np.array(distances)


def test_widened_weights_are_those_that_were_stored(embedder: onnx.ModelProto) -> None:
    wide = widen_weights(embedder)
    assert {tensor.data_type for tensor in wide.graph.initializer} & {TensorProto.FLOAT16} == set()
    crops = np.stack(shop_crops(75, 110, 4))
    session = {"crops": crops}
    assert np.array_equal(open_session(wide).run(None, session)[0], open_session(embedder).run(None, session)[0])
    assert halve_weights(wide).graph.initializer == embedder.graph.initializer


def test_all_fp16_computes_in_float16_and_keeps_its_inputs_and_outputs(embedder: onnx.ModelProto) -> None:
    halved, _ = with_precision(embedder, "fp16")
    typed = onnx.shape_inference.infer_shapes(halved)
    types = {value.name: value.type.tensor_type.elem_type for value in typed.graph.value_info}
    convolutions = [node for node in halved.graph.node if node.op_type == "Conv"]
    assert len(convolutions) >= 10
    assert {types[node.output[0]] for node in convolutions} == {TensorProto.FLOAT16}
    outside = [node for node in halved.graph.node if node.op_type in ("Pow", "ReduceL2", "Sub")]
    assert outside
    assert {types.get(node.output[0], TensorProto.FLOAT) for node in outside} == {TensorProto.FLOAT}
    assert halved.graph.input[0].type.tensor_type.elem_type == TensorProto.UINT8
    assert halved.graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT


def cosines(model: onnx.ModelProto, other: onnx.ModelProto, crops: np.ndarray) -> np.ndarray:
    first, second = (open_session(one).run(None, {"crops": crops})[0] for one in (model, other))
    return (first * second).sum(1)


@pytest.mark.parametrize("size", [(120, 209), (162, 162)])
@pytest.mark.parametrize("precision", ["fp32", "fp16-stored", "fp16", "int8"])
def test_features_agree(
    embedder: onnx.ModelProto, vovnet: onnx.ModelProto, precision: Precision, size: tuple[int, int]
) -> None:
    embedder = vovnet if precision == "int8" else embedder
    crops = np.stack(shop_crops(*size, 12))
    calibration = [crop[None] for crop in shop_crops(143, 179, 12)]
    model, _ = with_precision(embedder, precision, lambda: calibration)
    for batch in (crops[:1], crops[1:5]):
        assert (cosines(widen_weights(embedder), model, batch) > FEATURE_COSINE[precision]).all()
    # Different garments are farther apart than the tolerance, or the line above would prove nothing.
    features = open_session(model).run(None, {"crops": crops[:4]})[0]
    assert (features @ features.T).min() < 0.9


def test_boxes_of_fp16_keep_their_place_at_1000_pixels(detector: onnx.ModelProto) -> None:
    frames = shop_frames(608, 1080, 4)
    halved, _ = with_precision(detector, "fp16")
    share, distances = agreement(detect(detector, frames), detect(halved, frames), score_min=0.3)
    assert share == 1
    # Coordinates that had passed through float16 would be on a grid of half a pixel.
    assert np.percentile(distances, 90) < 0.25


def test_int8_boxes_what_float32_boxes(detector: onnx.ModelProto) -> None:
    frames = shop_frames(192, 341, 15)
    # Every other frame is seen in calibration, the rest are judged.
    quantised, report = with_precision(detector, "int8", lambda: [frame[None] for frame in frames[::2]])
    assert report is not None
    assert report.pictures == 8
    assert report.quantised["Conv"] >= 20
    share, distances = agreement(detect(detector, frames[1::2]), detect(quantised, frames[1::2]))
    assert share >= 0.95
    assert np.median(distances) < 2
    weights = Counter(tensor.data_type for tensor in quantised.graph.initializer if np.prod(tensor.dims) >= 1000)
    assert weights[TensorProto.INT8] >= 20
    assert len(quantised.SerializeToString()) < 0.65 * len(detector.SerializeToString())


@pytest.mark.parametrize("precision", ["fp32", "fp16-stored", "fp16", "int8"])
def test_frames_without_a_box_have_no_row(detector: onnx.ModelProto, precision: Precision) -> None:
    garment, blank = shop_frames(192, 341, 1)[0], np.full((341, 192, 3), 128, np.uint8)
    model, _ = with_precision(detector, precision, lambda: [garment[None]])
    _, scores, owners = detect(model, (blank, garment, blank, blank))
    assert set(owners[scores > 0.5].tolist()) == {1}
    assert len(detect(model, (blank,))[1]) == sum(owners == 0)


def test_the_first_and_last_layers_stay_float32(vovnet: onnx.ModelProto) -> None:
    quantised, report = with_precision(vovnet, "int8", lambda: [shop_crops(120, 209, 1)[0][None]])
    assert report is not None
    made_by = {value: node.op_type for node in quantised.graph.node for value in node.output}
    sources = {
        node.name: made_by.get(node.input[1]) for node in quantised.graph.node if node.op_type in ("Conv", "MatMul")
    }
    kept = {name for name, source in sources.items() if source != "DequantizeLinear"}
    assert kept == set(report.kept)
    assert len(kept) == 3


def one_convolution(groups: int, weight: float = 1.0) -> onnx.ModelProto:
    weights = np.full((4, 4 // groups, 1, 1), weight, np.float32)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"], "conv", group=groups)],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 4, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 4, 8, 8])],
        [numpy_helper.from_array(weights, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_int8_refuses_what_gains_nothing(embedder: onnx.ModelProto) -> None:
    for model in (one_convolution(groups=4), embedder):
        with pytest.raises(TrainingFailure, match="int8 makes an EfficientNet no faster"):
            with_precision(model, "int8", lambda: [])


def test_int8_needs_pictures(vovnet: onnx.ModelProto) -> None:
    with pytest.raises(TrainingFailure, match="--calibrate"):
        with_precision(vovnet, "int8", lambda: [])


@pytest.mark.parametrize("precision", ["fp16", "fp16-stored"])
def test_a_weight_beyond_float16_is_refused(precision: Precision) -> None:
    model = one_convolution(groups=1, weight=1e5)
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.full((64, 4, 1, 1), 1e5, np.float32), "w"))
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 64
    with pytest.raises(TrainingFailure, match=r"100000.* fp32"):
        with_precision(model, precision)
