"""How large networks are and how much they compute, beside what was published."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from ..nets.detector import SIZE_DIVISOR, Detector
from ..nets.embedder import Embedder
from ..nets.vovnet import BODIES, VovNet

IMAGENET_CLASSES = 1000

EFFICIENTNETS: Mapping[str, tuple[int, float, float]] = {
    "tf_efficientnet_b5": (456, 30.0, 9.9),
    "tf_efficientnet_b6": (528, 43.0, 19.0),
    "tf_efficientnet_b7": (600, 66.0, 37.0),
}
"""Side in px, million parameters with the classifier, and billion multiply-adds, from Tan and Le, "EfficientNet", 2019,
table 2, which calls a multiply-add one FLOP."""

VOVNET_STEPS: Sequence[tuple[str, str, float]] = (
    ("vovnet19", "vovnet39", 15.0),
    ("vovnet39", "vovnet57", 16.3),
    ("vovnet57", "vovnet99", 28.0),
)
"""How many million parameters a body has more than another, by the table of the vovnet-detectron2 repository (V2-19-FPN
37.6, V2-39-FPN 52.6, V2-57-FPN 68.9, V2-99-FPN 96.9). Each row exceeds the parts of a Faster R-CNN by the same 9.9, so
the table speaks of bodies by its differences."""


def count_macs(module: nn.Module, *inputs: Tensor) -> int:
    """Count the multiply-adds of one call in convolutions and matrix products; the meta device computes nothing."""
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        module(*inputs)
    return int(counter.get_total_flops()) // 2


def detector_macs(detector: Detector, height: int, width: int) -> int:
    """Count the multiply-adds of one frame, padded as the graph does; `detector` is moved to the meta device."""
    detector.to("meta")
    spec = detector.spec
    sides = [side + -side % SIZE_DIVISOR for side in (height, width)]
    images = torch.empty((1, 3, *sides), device="meta")
    with torch.no_grad():
        maps = detector.pyramid(images)
    regions = torch.empty((spec.rpn_post_nms, spec.fpn_channels, spec.roi_size, spec.roi_size), device="meta")
    heads: Any = detector.heads
    found = heads.box_head(regions)
    parts = (
        (detector.pyramid, images),
        (detector.rpn.head, maps),
        (heads.box_head, regions),
        (heads.box_predictor, found),
    )
    return sum(count_macs(part, value) for part, value in parts)


def embedder_macs(embedder: Embedder, height: int, width: int) -> int:
    """Count the multiply-adds of one crop in the body and the Linear; `embedder` is moved to the meta device."""
    embedder.to("meta")
    scale = embedder.spec.scale
    pixels = torch.empty((1, 3, int(height * scale), int(width * scale)), device="meta")
    return count_macs(embedder.body, pixels) + embedder.project.weight.numel()


def count_all(module: nn.Module) -> int:
    """Count all parameters, also those that training leaves alone."""
    return sum(parameter.numel() for parameter in module.parameters())


def beside_published(embedder: Embedder) -> dict[str, float] | None:
    """Size and work of an EfficientNet beside the paper's; None for another body. It is moved to the meta device.

    The paper counts a classifier of 1000 classes in place of Linear and BatchNorm.
    """
    name = embedder.spec.efficientnet or ""
    if name not in EFFICIENTNETS:
        return None
    side, parameters, macs = EFFICIENTNETS[name]
    channels = embedder.body.channels[-1]
    own = count_all(embedder.body) + (channels + 1) * IMAGENET_CLASSES
    return {
        "side": side,
        "millionParametersWithClassifier": round(own / 1e6, 2),
        "publishedMillionParameters": parameters,
        "billionMultiplyAdds": round(embedder_macs(embedder, side, side) / 1e9, 2),
        "publishedBillionMultiplyAdds": macs,
    }


def vovnet_steps() -> list[dict[str, Any]]:
    """Differences in size between the published VoVNet bodies, ours beside the table's."""
    with torch.device("meta"):
        sizes = {name: count_all(VovNet(BODIES[name])) for name in {*(step[0] for step in VOVNET_STEPS), "vovnet99"}}
    return [
        {
            "from": smaller,
            "to": larger,
            "millionParameters": round((sizes[larger] - sizes[smaller]) / 1e6, 2),
            "publishedMillionParameters": published,
        }
        for smaller, larger, published in VOVNET_STEPS
    ]
