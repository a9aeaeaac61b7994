"""Networks of a preset with random weights, to try a set out before anything is trained."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..nets.detector import Detector
from ..nets.detector_spec import DetectorSpec
from ..nets.embedder import Embedder, EmbedderSpec

RESIDUAL_GAIN = 0.1
"""Of the last normalisation in an untrained residual block."""


def smooth_pictures(count: int, width: int, height: int, seed: int) -> Tensor:
    """Random pictures of soft colours, uint8 [count, height, width, 3]."""
    source = torch.Generator().manual_seed(seed)
    coarse = torch.rand((count, 3, 6, 5), generator=source) * 255
    pictures = functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=False)
    grain = torch.randn(pictures.shape, generator=source) * 6
    return (pictures + grain).clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def random_detector(spec: DetectorSpec, seed: int) -> Detector:
    """Build a detector with random weights whose normalisations are settled, in inference mode."""
    torch.manual_seed(seed)
    detector = Detector(spec).eval()
    calm_residuals(detector)
    frames = smooth_pictures(2, 256, 320, seed)
    settle_norms(detector, lambda: detector.pyramid(detector.normalise(frames)))
    return detector


def random_embedder(spec: EmbedderSpec, seed: int, side: int = 128) -> Embedder:
    """Build an embedder with random weights whose normalisations are settled, in inference mode.

    `side` is that of the random crops that settle them, in px.
    """
    torch.manual_seed(seed)
    embedder = Embedder(spec).eval()
    calm_residuals(embedder)
    crops = smooth_pictures(8, side, side, seed)
    settle_norms(embedder, lambda: embedder.embed(crops))
    return embedder


def calm_residuals(module: nn.Module) -> None:
    """Make each residual block of an EfficientNet or a VoVNet begin near its identity, in place.

    A deep network of full random branches is chaotic: rounding its weights to float16 turned the features of a b5 by 50
    degrees, and adding up in another order moved boxes of a VoVNet-99 by 0.7 px. Trained weights do not do that.
    """
    for block in module.modules():
        # timm's blocks and ours; the norm of an eSE or SE gate would come last, but there is none.
        if getattr(block, "has_skip", False) or getattr(block, "has_identity", False):
            norms = [part for part in block.modules() if isinstance(part, nn.BatchNorm2d)]
            nn.init.constant_(norms[-1].weight, RESIDUAL_GAIN)


def settle_norms(module: nn.Module, run: Callable[[], Any]) -> None:
    """Set the statistics of each BatchNorm in `module` to those of one forward pass, in place.

    Random weights without this make activations grow from layer to layer, until they leave float16 and all inputs look
    alike.
    """
    norms = [part for part in module.modules() if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # The average over all passes, of which there is one.
        norm.train()
    try:
        with torch.no_grad():
            run()
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
            norm.eval()
