"""The embedder's formulas, and its ONNX graph against PyTorch."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from vitrine_training.exporting.export_embedder import export_embedder, untrained_embedder
from vitrine_training.exporting.half_weights import halve_weights
from vitrine_training.exporting.untrained import random_embedder
from vitrine_training.nets.embedder import EmbedderSpec
from vitrine_training.nets.gem import GemPool

SPEC = EmbedderSpec(stem=[8, 8], stages=[[8, 16, 2, 1], [8, 24, 2, 2], [8, 32, 2, 1]], scale=0.7, is_gem_learned=True)


def test_gem_is_the_generalised_mean() -> None:
    features = torch.rand(2, 3, 4, 5)
    assert torch.allclose(GemPool(False)(features), (features**3).mean((2, 3)) ** (1 / 3), atol=1e-6)
    assert torch.allclose(GemPool(True, power=1.0)(features), features.mean((2, 3)), atol=1e-6)
    assert torch.isfinite(GemPool(False)(torch.zeros(1, 1, 2, 2))).all()
    assert [GemPool(learned).power.requires_grad for learned in (False, True)] == [False, True]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "embedder.onnx"
    export_embedder(untrained_embedder(SPEC, seed=5), path)
    return path


@pytest.mark.parametrize("size", [(224, 56), (162, 162)])
def test_onnx_equals_torch_at_batch_1_and_4(exported: Path, size: tuple[int, int]) -> None:
    embedder = untrained_embedder(SPEC, seed=5)
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    crops = np.random.default_rng(1).integers(0, 256, (4, *size, 3), dtype=np.uint8)
    crops[1:] //= np.array([2, 3, 5], np.uint8)[:, None, None, None]
    with torch.no_grad():
        expected = embedder.embed(torch.from_numpy(crops)).numpy()
    four = session.run(None, {"crops": crops})[0]
    ones = np.concatenate([session.run(None, {"crops": crops[index : index + 1]})[0] for index in range(4)])
    assert four.shape == (4, 512)
    assert np.linalg.norm(four, axis=1) == pytest.approx(1, abs=1e-5)
    assert ((four * expected).sum(1) > 0.9999).all()
    assert ((ones * expected).sum(1) > 0.9999).all()
    # Different crops give different features, or the lines above would prove nothing.
    assert (four[0] * four[3]).sum() < 0.9999


def test_an_efficientnet_keeps_its_sizes_dynamic(tmp_path: Path) -> None:
    """TensorFlow's padding depends on the size of each map; tracing must not bake one in."""
    embedder = random_embedder(EmbedderSpec(efficientnet="tf_efficientnet_b0", is_gem_learned=True), seed=3)
    export_embedder(embedder, tmp_path / "b0.onnx", is_halved=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "b0.onnx"), providers=["CPUExecutionProvider"])
    for height, width in ((101, 67), (64, 96)):
        crops = np.random.default_rng(1).integers(0, 256, (2, height, width, 3), dtype=np.uint8)
        with torch.no_grad():
            expected = embedder.embed(torch.from_numpy(crops)).numpy()
        found = session.run(None, {"crops": crops})[0]
        assert ((found * expected).sum(1) > 0.9999).all()
        assert (found[0] * found[1]).sum() < 0.9999


def test_pooling_and_neck_are_switches() -> None:
    bare = untrained_embedder(replace(SPEC, has_gem=False, has_neck=False), seed=5)
    assert not any(name == "norm.weight" for name, _ in bare.named_parameters())
    crops = torch.randint(0, 256, (2, 40, 40, 3), dtype=torch.uint8)
    pixels = (crops.permute(0, 3, 1, 2) - bare.mean) / bare.std
    with torch.no_grad():
        expected = bare.body(pixels)[-1].mean((2, 3)) @ bare.project.weight.T
        assert torch.allclose(bare(crops), expected, atol=1e-4)


def test_weights_are_stored_as_float16(exported: Path) -> None:
    large = [tensor for tensor in onnx.load(exported).graph.initializer if np.prod(tensor.dims) >= 64]
    assert large
    assert {tensor.data_type for tensor in large} == {onnx.TensorProto.FLOAT16}


def test_a_weight_beyond_float16_is_an_error() -> None:
    weights = onnx.numpy_helper.from_array(np.full(64, 1e5, np.float32), "w")
    value = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [64])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["w"], ["y"])], "g", [], [value], [weights])
    with pytest.raises(ValueError, match="100000"):
        halve_weights(onnx.helper.make_model(graph))
