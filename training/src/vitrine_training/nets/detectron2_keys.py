"""Weights out of a Detectron2 checkpoint of the `vovnet99_ese` family into our detector.

The layout is that of vovnet-detectron2: `backbone.bottom_up.stage2.OSA2_1.layers.0.OSA2_1_0/conv.weight` and so on. A
checkpoint of the body alone, as trained on ImageNet, has the same names, with or without what stands before `stem`.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..failures import TrainingFailure
from .detector import Detector
from .detectron2_file import read_detectron2

BODY_PREFIXES = ("backbone.bottom_up.", "bottom_up.", "backbone.", "")
_IGNORED = ("num_batches_tracked", "anchor_generator", "pixel_mean", "pixel_std")
"""Parts of a checkpoint that hold no weights of ours: anchors and pixel statistics are configuration."""


@dataclass(frozen=True)
class KeyReport:
    """Our parameters that were `taken` and that are `missing` from a checkpoint, and its own that were `left_over`."""

    taken: tuple[str, ...]
    missing: tuple[str, ...]
    left_over: tuple[str, ...]

    def lines(self) -> list[str]:
        """Tell it in three lines at most."""
        lines = [f"{len(self.taken)} tensors taken"]
        if self.missing:
            lines.append(f"{len(self.missing)} missing, left as they were: {', '.join(self.missing)}")
        if self.left_over:
            lines.append(f"{len(self.left_over)} left over: {', '.join(self.left_over)}")
        return lines


def load_detectron2(detector: Detector, path: Path) -> KeyReport:
    """Give `detector` the weights of a Detectron2 checkpoint (.pth, or .pkl with arrays).

    The body must be there as a whole; pyramid, proposals and heads are taken where they are there and fit. A box head
    for another number of classes is left over.

    Raises:
        TrainingFailure: the file cannot be read, or does not hold this body; the message names what is wrong.
    """
    theirs = read_detectron2(path)
    names = detectron2_names(detector)
    prefix = next((one for one in BODY_PREFIXES if f"{one}stem.stem_1/conv.weight" in theirs), None)
    if prefix is None:
        raise TrainingFailure(
            f"{path} holds no VoVNet in Detectron2's layout: there is no stem.stem_1/conv.weight in it"
        )
    state = detector.state_dict()
    taken: dict[str, str] = {}
    for ours, their in names.items():
        full = prefix + their.removeprefix(BODY_PREFIXES[0]) if their.startswith(BODY_PREFIXES[0]) else their
        if full not in theirs:
            continue
        value = _in_our_order(ours, theirs[full])
        if value.shape == state[ours].shape:
            state[ours] = value.to(state[ours].dtype)
            taken[ours] = full
        elif ours.startswith("pyramid.body."):
            wanted = tuple(state[ours].shape)
            raise TrainingFailure(
                f"{path} holds another body: {full} is {tuple(value.shape)}, this network has {wanted}"
            )
    missing = tuple(ours for ours in names if ours not in taken)
    body = next((one for one in missing if one.startswith("pyramid.body.")), None)
    if body is not None:
        raise TrainingFailure(f"{path} holds another body: it lacks {names[body]}")
    used = set(taken.values())
    left_over = tuple(key for key in theirs if key not in used and not any(part in key for part in _IGNORED))
    deeper = next((key for key in left_over if key.startswith((f"{prefix}stem.", f"{prefix}stage"))), None)
    if deeper is not None:
        raise TrainingFailure(f"{path} holds another body: this network has no {deeper}")
    detector.load_state_dict(state)
    return KeyReport(tuple(taken), missing, left_over)


def detectron2_names(detector: Detector) -> dict[str, str]:
    """Detectron2's name of each tensor of `detector`, by our name."""
    names: dict[str, str] = {}
    body = "pyramid.body."
    stem = detector.pyramid.body.stem
    for index in range(len(stem)):
        _add_conv(names, f"{body}stem.{index}", f"backbone.bottom_up.stem.stem_{index + 1}")
    first_level = 2 + detector.spec.skipped_stages
    for stage, spec in enumerate(detector.spec.body.stages):
        has_pool = 1 if stage else 0
        for block in range(spec.blocks):
            ours = f"{body}stages.{stage}.{block + has_pool}"
            name = f"OSA{stage + 2}_{block + 1}"
            theirs = f"backbone.bottom_up.stage{stage + 2}.{name}"
            for layer in range(spec.layers):
                _add_conv(names, f"{ours}.layers.{layer}", f"{theirs}.layers.{layer}.{name}_{layer}")
            _add_conv(names, f"{ours}.fuse", f"{theirs}.concat.{name}_concat")
            _add_plain(names, f"{ours}.weigh.gate", f"{theirs}.ese.fc")
    for level in range(len(detector.spec.roi_strides)):
        _add_plain(names, f"pyramid.fpn.inner_blocks.{level}.0", f"backbone.fpn_lateral{level + first_level}")
        _add_plain(names, f"pyramid.fpn.layer_blocks.{level}.0", f"backbone.fpn_output{level + first_level}")
    proposals = "proposal_generator.rpn_head"
    _add_plain(names, "rpn.head.conv.0.0", f"{proposals}.conv")
    _add_plain(names, "rpn.head.cls_logits", f"{proposals}.objectness_logits")
    _add_plain(names, "rpn.head.bbox_pred", f"{proposals}.anchor_deltas")
    for ours, theirs in (("first", "fc1"), ("second", "fc2")):
        _add_plain(names, f"heads.box_head.{ours}", f"roi_heads.box_head.{theirs}")
    for name in ("cls_score", "bbox_pred"):
        _add_plain(names, f"heads.box_predictor.{name}", f"roi_heads.box_predictor.{name}")
    return names


def _add_plain(names: dict[str, str], ours: str, theirs: str) -> None:
    for part in ("weight", "bias"):
        names[f"{ours}.{part}"] = f"{theirs}.{part}"


def _add_conv(names: dict[str, str], ours: str, theirs: str) -> None:
    names[f"{ours}.0.weight"] = f"{theirs}/conv.weight"
    for part in ("weight", "bias", "running_mean", "running_var"):
        names[f"{ours}.1.{part}"] = f"{theirs}/norm.{part}"


def _in_our_order(ours: str, value: Tensor) -> Tensor:
    """Detectron2 has the background last and no deltas for it; torchvision has it first, with deltas of no use."""
    if ours.startswith("heads.box_predictor.cls_score"):
        return value.roll(1, 0)
    if ours.startswith("heads.box_predictor.bbox_pred"):
        return torch.cat([torch.zeros_like(value[:4]), value])
    return value
