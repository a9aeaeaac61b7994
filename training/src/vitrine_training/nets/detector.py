"""The compact garment detector: Faster R-CNN on a small VoVNet with FPN, one class ("clothes").

Training runs torchvision's own parts (RPN, RoI heads). The graph that ships is built from the same weights by
`detector_onnx`.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import AnchorGenerator, RegionProposalNetwork, RPNHead
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

from .vovnet import VovNet, VovNetSpec

PIXEL_MEAN = (123.675, 116.28, 103.53)
PIXEL_STD = (58.395, 57.12, 57.375)
SIZE_DIVISOR = 32


@dataclass(frozen=True)
class DetectorSpec:
    """What the network looks like and how many boxes pass each step in test.

    `anchors` holds one anchor size in pixels a level, finest first; the finest level has stride 8. A region of
    `roi_base` pixels (square root of its area) is pooled from the stride-16 level, one of half that from stride 8.
    """

    body: VovNetSpec
    fpn_channels: int = 64
    anchors: tuple[int, ...] = (24, 48, 96, 192)
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0)
    roi_size: int = 7
    roi_base: int = 64
    hidden: int = 256
    rpn_pre_nms: int = 400
    rpn_post_nms: int = 100
    rpn_nms: float = 0.7
    score_min: float = 0.05
    nms: float = 0.5
    boxes_max: int = 50

    @staticmethod
    def parse(config: dict[str, Any]) -> "DetectorSpec":
        """Read the `model` part of a configuration file; an unknown key is a TypeError that names it."""
        values = dict(config)
        body = values.pop("body")
        for key in ("anchors", "ratios"):
            if key in values:
                values[key] = tuple(values[key])
        return DetectorSpec(body=VovNetSpec.parse(body["stem"], body["stages"]), **values)

    @property
    def strides(self) -> tuple[int, ...]:
        """Stride of each level that holds anchors: 8, 16, 32 from the body and 64 by pooling."""
        return tuple(8 << level for level in range(len(self.anchors)))


class StrideAnchors(AnchorGenerator):  # type: ignore[misc]
    """Anchors at level index x stride.

    torchvision divides the image's size by the map's, which is off wherever a level was rounded up; the exported graph
    and training must agree, so both use the true stride.
    """

    def __init__(self, spec: DetectorSpec) -> None:
        super().__init__(tuple((size,) for size in spec.anchors), (spec.ratios,) * len(spec.anchors))
        self.level_strides = spec.strides

    def forward(self, image_list: ImageList, feature_maps: list[Tensor]) -> list[Tensor]:
        """One tensor [anchors, 4] an image, all levels, finest first."""
        device, dtype = feature_maps[0].device, feature_maps[0].dtype
        self.set_cell_anchors(dtype, device)
        sizes = [list(maps.shape[-2:]) for maps in feature_maps]
        strides = [
            [torch.tensor(stride, device=device), torch.tensor(stride, device=device)] for stride in self.level_strides
        ]
        anchors = torch.cat(self.grid_anchors(sizes, strides))
        return [anchors for _ in image_list.image_sizes]


class BoxHead(nn.Module):
    """Two fully connected layers on a flattened region."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.second = nn.Linear(hidden, hidden)

    def forward(self, regions: Tensor) -> Tensor:
        """Map [R, C, s, s] to [R, hidden]."""
        return F.relu(self.second(F.relu(self.first(regions.flatten(1)))))


class PyramidBody(nn.Module):
    """VoVNet + FPN at strides 8, 16, 32 and one pooled level of stride 64."""

    def __init__(self, spec: DetectorSpec) -> None:
        super().__init__()
        self.body = VovNet(spec.body)
        self.fpn = FeaturePyramidNetwork(self.body.channels[1:], spec.fpn_channels, LastLevelMaxPool())

    def forward(self, images: Tensor) -> list[Tensor]:
        """Map [N, 3, H, W] to the levels' maps, finest first."""
        maps = self.body(images)[1:]
        named = self.fpn(OrderedDict((str(level), features) for level, features in enumerate(maps)))
        return list(named.values())


class Detector(nn.Module):
    """The network in torchvision's parts; takes uint8 frames and, in training, boxes.

    In training `forward(frames, boxes)` returns the four losses; in test it returns one `{"boxes", "scores"}` a frame.
    """

    def __init__(self, spec: DetectorSpec) -> None:
        super().__init__()
        self.spec = spec
        self.pyramid = PyramidBody(spec)
        anchors = StrideAnchors(spec)
        self.rpn = RegionProposalNetwork(
            anchors,
            RPNHead(spec.fpn_channels, anchors.num_anchors_per_location()[0]),
            fg_iou_thresh=0.6,
            bg_iou_thresh=0.3,
            batch_size_per_image=128,
            positive_fraction=0.5,
            pre_nms_top_n={"training": 600, "testing": spec.rpn_pre_nms},
            post_nms_top_n={"training": 300, "testing": spec.rpn_post_nms},
            nms_thresh=spec.rpn_nms,
        )
        # Levels by name: stride 8, 16 and 32; the pooled level proposes only.
        pool = MultiScaleRoIAlign(["0", "1", "2"], spec.roi_size, 2, canonical_scale=spec.roi_base, canonical_level=4)
        self.heads = RoIHeads(
            pool,
            BoxHead(spec.fpn_channels * spec.roi_size**2, spec.hidden),
            FastRCNNPredictor(spec.hidden, 2),
            fg_iou_thresh=0.5,
            bg_iou_thresh=0.5,
            batch_size_per_image=64,
            positive_fraction=0.3,
            bbox_reg_weights=(10.0, 10.0, 5.0, 5.0),
            score_thresh=spec.score_min,
            nms_thresh=spec.nms,
            detections_per_img=spec.boxes_max,
        )
        self.register_buffer("mean", torch.tensor(PIXEL_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(PIXEL_STD).view(1, 3, 1, 1), persistent=False)
        self.mean: Tensor
        self.std: Tensor

    def forward(self, frames: Tensor, boxes: list[Tensor] | None = None) -> Any:
        """Frames are uint8 [N, H, W, 3] RGB; `boxes` one float [n, 4] (x1 y1 x2 y2, pixels) a frame."""
        height, width = frames.shape[1:3]
        images = (frames.permute(0, 3, 1, 2).float() - self.mean) / self.std
        images = F.pad(images, (0, -width % SIZE_DIVISOR, 0, -height % SIZE_DIVISOR))
        maps = self.pyramid(images.contiguous(memory_format=torch.channels_last))
        named = OrderedDict((str(level), features) for level, features in enumerate(maps))
        sizes = [(height, width)] * len(frames)
        targets = None
        if boxes is not None:
            targets = [
                {"boxes": one, "labels": torch.ones(len(one), dtype=torch.int64, device=one.device)} for one in boxes
            ]
        proposals, rpn_losses = self.rpn(ImageList(images, sizes), named, targets)
        found, head_losses = self.heads(named, proposals, sizes, targets)
        if self.training:
            return {**rpn_losses, **head_losses}
        return [{"boxes": one["boxes"], "scores": one["scores"]} for one in found]


def count_parameters(module: nn.Module) -> int:
    """Count the trainable values."""
    return sum(parameter.numel() for parameter in module.parameters())
