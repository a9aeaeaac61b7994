"""A network that is read back out of its exported graph computes the same, in test and in training."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from vitrine_training.exporting.export_embedder import export_embedder
from vitrine_training.failures import TrainingFailure
from vitrine_training.nets.embedder import Embedder, EmbedderSpec
from vitrine_training.nets.weights_from_onnx import load_onnx_weights, restore_statistics

SPEC = EmbedderSpec(stem=[8, 8], stages=[[8, 16, 2, 1], [8, 24, 2, 2]], is_gem_learned=True)


def crops(seed: int, count: int = 8) -> Tensor:
    """Smooth random crops, so that their statistics are typical of each other."""
    rng = np.random.default_rng(seed)
    small = torch.from_numpy(rng.integers(0, 256, (count, 3, 6, 6)).astype(np.float32))
    large = torch.nn.functional.interpolate(small, (48, 48), mode="bilinear")
    return large.permute(0, 2, 3, 1).to(torch.uint8).contiguous()


def varied_embedder(seed: int, spec: EmbedderSpec = SPEC) -> Embedder:
    """An embedder whose normalisations are not neutral."""
    torch.manual_seed(seed)
    embedder = Embedder(spec)
    with torch.no_grad():
        embedder.pool.power.fill_(2.5)
        for module in embedder.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                assert module.running_mean is not None and module.running_var is not None
                module.weight.uniform_(0.5, 1.5)
                module.bias.uniform_(-0.2, 0.4)
                module.running_mean.uniform_(-0.1, 0.1)
                module.running_var.uniform_(0.5, 1.5)
    return embedder.eval()


@pytest.fixture
def loaded(tmp_path: Path) -> tuple[Embedder, Embedder]:
    source = varied_embedder(1)
    export_embedder(source, tmp_path / "source.onnx")
    other = varied_embedder(2)
    assert load_onnx_weights(other, tmp_path / "source.onnx", lambda: other.embed(crops(3))) == 15
    return source, other


def test_the_network_of_the_graph_is_back(loaded: tuple[Embedder, Embedder]) -> None:
    source, other = loaded
    assert other.pool.power.item() == pytest.approx(2.5, abs=2e-3)
    similarity = (source.embed(crops(5)) * other.embed(crops(5))).sum(1)
    assert similarity.min() > 0.9999  # weights are stored as float16


def test_training_goes_on_from_the_same_network(loaded: tuple[Embedder, Embedder]) -> None:
    source, other = loaded
    untold = copy.deepcopy(other).train()
    before = (source.embed(crops(5, 32)) * untold.embed(crops(5, 32))).sum(1).mean().item()
    load = [lambda seed=seed: other.embed(crops(seed, 32)) for seed in (6, 7, 8)]
    restore_statistics(other, load)
    exact = (source.embed(crops(5)) * other.embed(crops(5))).sum(1)
    assert exact.min() > 0.9999
    other.body.train()
    after = (source.embed(crops(5, 32)) * other.embed(crops(5, 32))).sum(1).mean().item()
    assert after > 0.99 > before


def test_another_network_is_refused_by_the_layer_that_differs(tmp_path: Path) -> None:
    export_embedder(varied_embedder(1), tmp_path / "source.onnx")
    wider = varied_embedder(2, EmbedderSpec(stem=[8, 8], stages=[[8, 16, 2, 1], [12, 24, 2, 2]]))
    with pytest.raises(TrainingFailure, match=r"layer body\.stages\.1\.1\.layers\.0\.0 has weights"):
        load_onnx_weights(wider, tmp_path / "source.onnx", lambda: wider.embed(crops(3)))
    deeper = varied_embedder(2, EmbedderSpec(stem=[8, 8], stages=[[8, 16, 2, 1], [8, 24, 2, 3]]))
    with pytest.raises(TrainingFailure, match="has 15 layers with weights, this network has 19"):
        load_onnx_weights(deeper, tmp_path / "source.onnx", lambda: deeper.embed(crops(3)))


def test_a_file_that_is_no_model_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(TrainingFailure, match=r"text\.onnx is no ONNX model"):
        load_onnx_weights(varied_embedder(1), tmp_path / "text.onnx", lambda: None)
