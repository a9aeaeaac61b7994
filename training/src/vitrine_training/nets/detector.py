"""The garment detector: Faster R-CNN on a VoVNet with FPN, one class ("clothes"), from the compact one to the seed's.

Training runs torchvision's own parts (RPN, RoI heads). The graph that ships is built from the same weights by
`detector_onnx`.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import AnchorGenerator, RegionProposalNetwork, RPNHead
from torchvision.ops import FeaturePyramidNetwork
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

from .detector_spec import DetectorSpec
from .roi_pool import LevelRoiPool
from .vovnet import VovNet

SIZE_DIVISOR = 32


class StrideAnchors(AnchorGenerator):  # type: ignore[misc]
    """Anchors at level index x stride.

    torchvision divides the image's size by the map's, which is off wherever a level was rounded up; the exported graph
    and training must agree, so both use the true stride.
    """

    def __init__(self, spec: DetectorSpec) -> None:
        self.level_strides = spec.strides
        self.is_rounded = spec.is_anchor_rounded
        super().__init__(tuple((size,) for size in spec.anchors), (spec.ratios,) * len(spec.anchors))

    def generate_anchors(
        self,
        scales: Sequence[int],
        aspect_ratios: Sequence[float],
        dtype: torch.dtype = torch.float32,
        device: torch.device | None = None,
    ) -> Tensor:
        """Anchors [ratios, 4] around 0 of one level."""
        if self.is_rounded:
            rounded: Tensor = super().generate_anchors(scales, aspect_ratios, dtype, device)
            return rounded
        root = torch.tensor(aspect_ratios, dtype=dtype, device=device).sqrt()
        half_width, half_height = scales[0] / root / 2, scales[0] * root / 2
        return torch.stack([-half_width, -half_height, half_width, half_height], 1)

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


class FloatRpnHead(RPNHead):  # type: ignore[misc]
    """The RPN's convolutions; what they say is float32 even under autocast, so that boxes keep their precision."""

    def forward(self, maps: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """One objectness and one delta map a level."""
        logits, deltas = super().forward(maps)
        return [level.float() for level in logits], [level.float() for level in deltas]


class FloatBoxPredictor(FastRCNNPredictor):  # type: ignore[misc]
    """The last layers; float32 as in `FloatRpnHead`."""

    def forward(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        """Map [R, hidden] to logits [R, 2] and deltas [R, 8]; index 0 is the background."""
        logits, deltas = super().forward(regions)
        return logits.float(), deltas.float()


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
    """VoVNet + FPN from the finest stride on, and one pooled level."""

    def __init__(self, spec: DetectorSpec) -> None:
        super().__init__()
        self.skipped = spec.skipped_stages
        self.body = VovNet(spec.body)
        self.fpn = FeaturePyramidNetwork(self.body.channels[self.skipped :], spec.fpn_channels, LastLevelMaxPool())

    def forward(self, images: Tensor) -> list[Tensor]:
        """Map [N, 3, H, W] to the levels' maps, finest first."""
        maps = self.body(images)[self.skipped :]
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
            FloatRpnHead(spec.fpn_channels, len(spec.ratios)),
            fg_iou_thresh=spec.rpn_overlaps[1],
            bg_iou_thresh=spec.rpn_overlaps[0],
            batch_size_per_image=spec.rpn_batch,
            positive_fraction=0.5,
            pre_nms_top_n={"training": spec.rpn_pre_nms_training, "testing": spec.rpn_pre_nms},
            post_nms_top_n={"training": spec.rpn_post_nms_training, "testing": spec.rpn_post_nms},
            nms_thresh=spec.rpn_nms,
        )
        self.heads = RoIHeads(
            LevelRoiPool(spec),
            BoxHead(spec.fpn_channels * spec.roi_size**2, spec.hidden),
            FloatBoxPredictor(spec.hidden, 2),
            fg_iou_thresh=0.5,
            bg_iou_thresh=0.5,
            batch_size_per_image=spec.roi_batch,
            positive_fraction=spec.roi_positive,
            bbox_reg_weights=(10.0, 10.0, 5.0, 5.0),
            score_thresh=spec.score_min,
            nms_thresh=spec.nms,
            detections_per_img=spec.boxes_max,
        )
        self.register_buffer("mean", torch.tensor(spec.pixel_mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(spec.pixel_std).view(1, 3, 1, 1), persistent=False)
        self.mean: Tensor
        self.std: Tensor
        if spec.is_norm_frozen:
            for norm in self._norms():
                norm.requires_grad_(False)
            self.train(self.training)

    def _norms(self) -> list[nn.BatchNorm2d]:
        return [module for module in self.pyramid.body.modules() if isinstance(module, nn.BatchNorm2d)]

    def train(self, mode: bool = True) -> "Detector":
        """Set training mode, but leave frozen normalisations in test mode."""
        super().train(mode)
        if self.spec.is_norm_frozen:
            for norm in self._norms():
                norm.eval()
        return self

    def normalise(self, frames: Tensor) -> Tensor:
        """Frames uint8 [N, H, W, 3] RGB to float [N, 3, H, W] in the body's channel order, mean and deviation."""
        channels = frames.permute(0, 3, 1, 2).float()
        if self.spec.channels == "bgr":
            channels = channels[:, [2, 1, 0]]
        return (channels - self.mean) / self.std

    def forward(
        self, frames: Tensor, boxes: list[Tensor] | None = None, sizes: Sequence[tuple[int, int]] | None = None
    ) -> Any:
        """Frames are uint8 [N, H, W, 3] RGB; `boxes` one float [n, 4] (x1 y1 x2 y2, pixels) a frame.

        `sizes` holds each frame's true (height, width) where frames are padded to share a tensor; what lies beyond
        counts as the padding that every frame gets, and no box reaches into it.
        """
        height, width = frames.shape[1:3]
        images = self.normalise(frames)
        true_sizes = [(height, width)] * len(frames) if sizes is None else list(sizes)
        for image, (true_height, true_width) in zip(images, true_sizes, strict=True):
            image[:, true_height:] = 0
            image[:, :, true_width:] = 0
        images = F.pad(images, (0, -width % SIZE_DIVISOR, 0, -height % SIZE_DIVISOR))
        maps = self.pyramid(images.contiguous(memory_format=torch.channels_last))
        named = OrderedDict((str(level), features) for level, features in enumerate(maps))
        targets = None
        if boxes is not None:
            targets = [
                {"boxes": one, "labels": torch.ones(len(one), dtype=torch.int64, device=one.device)} for one in boxes
            ]
        proposals, rpn_losses = self.rpn(ImageList(images, true_sizes), named, targets)
        found, head_losses = self.heads(named, proposals, true_sizes, targets)
        if self.training:
            return {**rpn_losses, **head_losses}
        return [{"boxes": one["boxes"], "scores": one["scores"]} for one in found]


def count_parameters(module: nn.Module) -> int:
    """Count the trainable values."""
    return sum(parameter.numel() for parameter in module.parameters())
