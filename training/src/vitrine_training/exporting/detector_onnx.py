"""The detector as one batched graph: any number of frames of one size, all suppression inside.

torchvision's own export fixes the number of images. This module runs on the trained parts and spells out the steps with
operators whose batch is dynamic: one `NonMaxSuppression` for the proposals with the pyramid level as class, one for the
results with the frame as class, `RoiAlign` a level with batch indices. It also runs eagerly, for the parity tests.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import nms, roi_align

from ..nets.detector import SIZE_DIVISOR, Detector
from ..nets.roi_pool import level_of_regions

DELTA_MAX = math.log(1000.0 / 16)
"""torchvision's bound on the log of a box's growth."""


class NonMaxSuppression(torch.autograd.Function):
    """ONNX NonMaxSuppression: boxes [B, S, 4], scores [B, C, S] -> kept (batch, class, box) int64 [K, 3].

    Rows come by batch, by class, then by falling score; only scores above `score_min` count.
    """

    @staticmethod
    def forward(ctx: Any, boxes: Tensor, scores: Tensor, most: int, overlap: float, score_min: float) -> Tensor:
        """Eager counterpart on torchvision's `nms`."""
        rows = []
        for batch in range(scores.shape[0]):
            for label in range(scores.shape[1]):
                above = torch.nonzero(scores[batch, label] > score_min)[:, 0]
                kept = above[nms(boxes[batch, above], scores[batch, label, above], overlap)][:most]
                rows.append(torch.stack([torch.full_like(kept, batch), torch.full_like(kept, label), kept], 1))
        return torch.cat(rows)

    @staticmethod
    def symbolic(g: Any, boxes: Any, scores: Any, most: int, overlap: float, score_min: float) -> Any:
        """Write the operator."""
        return g.op(
            "NonMaxSuppression",
            boxes,
            scores,
            g.op("Constant", value_t=torch.tensor([most], dtype=torch.int64)),
            g.op("Constant", value_t=torch.tensor([overlap], dtype=torch.float32)),
            g.op("Constant", value_t=torch.tensor([score_min], dtype=torch.float32)),
        )


class RoiAlign(torch.autograd.Function):
    """ONNX RoiAlign; `is_aligned` says whether regions are shifted by half a pixel (torchvision's `aligned`).

    `samples` 0 takes as many samples as a bin is wide.
    """

    @staticmethod
    def forward(
        ctx: Any, features: Tensor, rois: Tensor, batch: Tensor, size: int, scale: float, samples: int, is_aligned: bool
    ) -> Tensor:
        """Eager counterpart: features [N, C, H, W], rois [R, 4], batch [R] -> [R, C, size, size]."""
        indexed = torch.cat([batch[:, None].to(rois.dtype), rois], 1)
        pooled: Tensor = roi_align(features, indexed, size, scale, samples or -1, aligned=is_aligned)
        return pooled

    @staticmethod
    def symbolic(
        g: Any, features: Any, rois: Any, batch: Any, size: int, scale: float, samples: int, is_aligned: bool
    ) -> Any:
        """Write the operator; the coordinate mode must be named, its default differs from opset 16 on."""
        return g.op(
            "RoiAlign",
            features,
            rois,
            batch,
            coordinate_transformation_mode_s="half_pixel" if is_aligned else "output_half_pixel",
            mode_s="avg",
            output_height_i=size,
            output_width_i=size,
            sampling_ratio_i=samples,
            spatial_scale_f=scale,
        )


class PadBottomRight(torch.autograd.Function):
    """ONNX Pad with zeros by `pads` [8] (begins then ends of the four axes)."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, pads: Tensor) -> Tensor:
        """Eager counterpart; only the ends of height and width are used."""
        return F.pad(images, (0, int(pads[7]), 0, int(pads[6])))

    @staticmethod
    def symbolic(g: Any, images: Any, pads: Any) -> Any:
        """Write the operator."""
        return g.op("Pad", images, pads, mode_s="constant")


def shape_of(tensor: Tensor) -> Any:
    """Return the shape as a tensor, so that tracing keeps it dynamic.

    The type is Any because torch's stubs take only whole numbers where tracing needs these tensors.
    """
    return torch._shape_as_tensor(tensor)


def decode_boxes(anchors: Tensor, deltas: Tensor, weights: tuple[float, float, float, float]) -> Tensor:
    """Apply deltas [..., 4] to anchors [..., 4]; both broadcast over leading axes."""
    width = anchors[..., 2] - anchors[..., 0]
    height = anchors[..., 3] - anchors[..., 1]
    x = anchors[..., 0] + 0.5 * width + deltas[..., 0] / weights[0] * width
    y = anchors[..., 1] + 0.5 * height + deltas[..., 1] / weights[1] * height
    half_width = 0.5 * torch.exp(torch.clamp(deltas[..., 2] / weights[2], max=DELTA_MAX)) * width
    half_height = 0.5 * torch.exp(torch.clamp(deltas[..., 3] / weights[3], max=DELTA_MAX)) * height
    return torch.stack([x - half_width, y - half_height, x + half_width, y + half_height], -1)


class BatchedDetector(nn.Module):
    """`frames` uint8 [N, H, W, 3] RGB -> `boxes` float32 [K, 4], `scores` float32 [K], `frame` int64 [K].

    Rows are ordered by frame, then by falling score; a frame without a box has no row. Boxes are in input pixels.
    """

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector
        self.spec = detector.spec
        anchors: Any = detector.rpn.anchor_generator
        self.cell_anchors = [cell.float() for cell in anchors.cell_anchors]

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Run the graph."""
        spec, detector = self.spec, self.detector
        size = shape_of(frames)
        # x1 and x2 end at the width, y1 and y2 at the height: boxes never reach into the padding.
        limit = torch.stack([size[2], size[1], size[2], size[1]]).float()
        images = detector.normalise(frames)
        ends = (SIZE_DIVISOR - size[1:3] % SIZE_DIVISOR) % SIZE_DIVISOR
        images = PadBottomRight.apply(images, torch.cat([torch.zeros(6, dtype=torch.int64), ends]))
        maps = detector.pyramid(images)
        rois, batch = self._propose(maps, limit)
        regions = self._pool(maps, rois, batch)
        heads: Any = detector.heads
        logits, deltas = heads.box_predictor(heads.box_head(regions))
        scores = F.softmax(logits, -1)[:, 1]
        boxes = clip_boxes(decode_boxes(rois, deltas[:, 4:8], (10.0, 10.0, 5.0, 5.0)), limit)
        scores = torch.where(has_area(boxes, 1e-2), scores, torch.full_like(scores, -1.0))
        owners = torch.arange(size[0])[:, None] == batch[None, :]
        by_frame = torch.where(owners, scores[None, :], torch.full_like(scores, -1.0)[None, :])
        kept = NonMaxSuppression.apply(boxes[None], by_frame[None], spec.boxes_max, spec.nms, spec.score_min)
        frame, row = kept[:, 1], kept[:, 2]
        return boxes[row], scores[row], frame

    def _propose(self, maps: list[Tensor], limit: Tensor) -> tuple[Tensor, Tensor]:
        """Proposals of all frames as flat rois [R, 4] and their frame [R]."""
        spec = self.spec
        head: Any = self.detector.rpn.head
        logits, deltas = head(maps)
        boxes, scores, levels = [], [], []
        for level, stride in enumerate(spec.strides):
            shape = shape_of(logits[level])
            count = shape[0]
            flat = logits[level].permute(0, 2, 3, 1).reshape(count, -1)
            moves = deltas[level].permute(0, 2, 3, 1).reshape(count, -1, 4)
            anchors = grid_anchors(self.cell_anchors[level], shape[2], shape[3], stride)
            most: Any = torch.minimum(torch.tensor(spec.rpn_pre_nms), shape_of(flat)[1])
            best, index = torch.topk(flat, most, dim=1)
            moves = torch.gather(moves, 1, index[..., None].expand(-1, -1, 4))
            boxes.append(decode_boxes(anchors[index], moves, (1.0, 1.0, 1.0, 1.0)))
            scores.append(torch.sigmoid(best))
            levels.append(torch.full_like(best[0], level))
        box = clip_boxes(torch.cat(boxes, 1), limit)
        score = torch.cat(scores, 1)
        score = torch.where(has_area(box, 1e-3), score, torch.full_like(score, -1.0))
        of_level = torch.arange(len(maps)).float()[:, None] == torch.cat(levels)[None, :]
        by_level = torch.where(of_level[None], score[:, None, :], torch.full_like(score, -1.0)[:, None, :])
        kept = NonMaxSuppression.apply(box, by_level, spec.rpn_post_nms, spec.rpn_nms, 0.0)
        size = shape_of(score)
        flags = torch.zeros_like(score).reshape(-1)
        flags = flags.scatter(0, kept[:, 0] * size[1] + kept[:, 2], torch.ones_like(kept[:, 0]).float())
        kept_score = torch.where(flags.reshape(size[0], -1) > 0, score, torch.full_like(score, -1.0))
        kept_most: Any = torch.minimum(torch.tensor(spec.rpn_post_nms), size[1])
        best, index = torch.topk(kept_score, kept_most, dim=1)
        rois = torch.gather(box, 1, index[..., None].expand(-1, -1, 4))
        valid = torch.nonzero(best >= 0)
        flat_rows = valid[:, 0] * shape_of(best)[1] + valid[:, 1]
        return rois.reshape(-1, 4)[flat_rows], valid[:, 0]

    def _pool(self, maps: list[Tensor], rois: Tensor, batch: Tensor) -> Tensor:
        """Pool each roi from the level of its size, in the order of the rois."""
        spec = self.spec
        level = level_of_regions(rois, spec)
        pooled, rows = [], []
        for index, stride in enumerate(spec.roi_strides):
            row = torch.nonzero(level == index)[:, 0]
            how = (spec.roi_size, 1.0 / stride, spec.roi_samples, spec.is_roi_aligned)
            pooled.append(RoiAlign.apply(maps[index], rois[row], batch[row], *how))
            rows.append(row)
        order = torch.cat(rows)
        back = torch.zeros_like(order).scatter(0, order, torch.arange(shape_of(order)[0]))
        return torch.cat(pooled)[back]


def grid_anchors(cell: Tensor, height: Any, width: Any, stride: int) -> Tensor:
    """All anchors [height * width * A, 4] of one level from its cell anchors [A, 4]."""
    x = (torch.arange(width) * stride).float()
    y = (torch.arange(height) * stride).float()
    grid_y = y[:, None].expand(-1, shape_of(x)[0]).reshape(-1)
    grid_x = x[None, :].expand(shape_of(y)[0], -1).reshape(-1)
    shifts = torch.stack([grid_x, grid_y, grid_x, grid_y], 1)
    return (shifts[:, None] + cell[None]).reshape(-1, 4)


def clip_boxes(boxes: Tensor, limit: Tensor) -> Tensor:
    """Clip [..., 4] to 0..limit [4]."""
    return torch.minimum(torch.clamp(boxes, min=0.0), limit)


def has_area(boxes: Tensor, side_min: float) -> Tensor:
    """Whether both sides of [..., 4] are at least `side_min` pixels."""
    wide = boxes[..., 2] - boxes[..., 0] >= side_min
    return wide & (boxes[..., 3] - boxes[..., 1] >= side_min)
