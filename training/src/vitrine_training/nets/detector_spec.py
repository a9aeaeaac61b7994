"""What a detector looks like, in numbers: one class for the compact and for the seed's."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, PositiveInt, model_validator

from ..config import StrictModel
from .vovnet import VovNetSpec, parse_body

PIXEL_MEAN = (123.675, 116.28, 103.53)
PIXEL_STD = (58.395, 57.12, 57.375)

Body = Annotated[
    VovNetSpec,
    BeforeValidator(parse_body),
    PlainSerializer(
        lambda body: {
            "stem": list(body.stem),
            "stages": [[stage.width, stage.out, stage.layers, stage.blocks] for stage in body.stages],
            "pooling": body.pooling,
        }
    ),
]
Three = tuple[float, float, float]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class DetectorSpec(StrictModel):
    """The network, and how many boxes pass each step in training and in test.

    The defaults are those of the compact detector; the presets `base` and `seed` set what differs.
    """

    body: Body
    """A name of `vovnet.BODIES`, or `{stem, stages, pooling}`."""
    finest_stride: Literal[4, 8] = 8
    """Stride of the finest pyramid level: 4 makes P2 to P6, 8 makes P3 to P6 (of a body with four stages)."""
    fpn_channels: PositiveInt = 64
    anchors: tuple[PositiveInt, ...] = (24, 48, 96, 192)
    """One anchor size in pixels a level, finest first; the last level is pooled from the one before."""
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0)
    """Height over width of the anchors."""
    is_anchor_rounded: bool = True
    """Whether anchors are rounded to whole pixels, as torchvision has them; Detectron2 leaves them as they are."""
    roi_size: PositiveInt = 7
    roi_base: PositiveInt = 64
    """A region of this side (square root of its area) is pooled from the level of stride 16."""
    roi_samples: int = Field(default=2, ge=0)
    """Samples a bin and axis; 0 takes as many as the bin is wide, as Detectron2 does."""
    is_roi_aligned: bool = False
    """Whether regions are shifted by the half pixel that Detectron2's `ROIAlignV2` takes into account."""
    hidden: PositiveInt = 256
    channels: Literal["rgb", "bgr"] = "rgb"
    """Order in which the body sees the colours, `pixel_mean` and `pixel_std` too; frames always come in as RGB."""
    pixel_mean: Three = PIXEL_MEAN
    pixel_std: Three = PIXEL_STD
    is_norm_frozen: bool = False
    """Whether the body's BatchNorms keep statistics, weight and bias as they were loaded."""
    rpn_pre_nms: PositiveInt = 400
    """Proposals a level before suppression, in test; the next is of all levels together, behind it."""
    rpn_post_nms: PositiveInt = 100
    rpn_nms: Share = 0.7
    rpn_pre_nms_training: PositiveInt = 600
    rpn_post_nms_training: PositiveInt = 300
    rpn_overlaps: tuple[Share, Share] = (0.3, 0.6)
    """An anchor below the first overlap with every box is background, from the second on it is a garment."""
    rpn_batch: PositiveInt = 128
    """Anchors of a frame that count in the loss."""
    roi_batch: PositiveInt = 64
    """Proposals of a frame that count in the loss."""
    roi_positive: Share = 0.3
    score_min: Share = 0.05
    nms: Share = 0.5
    boxes_max: PositiveInt = 50

    @model_validator(mode="after")
    def _fit_levels(self) -> "DetectorSpec":
        wanted = len(self.body.stages) - self.skipped_stages + 1
        if len(self.anchors) != wanted:
            raise ValueError(
                f"Expected {wanted} `anchors`, one a level of this body from stride {self.finest_stride} on and one "
                f"for the pooled level, got {len(self.anchors)}"
            )
        return self

    @staticmethod
    def parse(config: dict[str, Any]) -> "DetectorSpec":
        """Read the `model` part of a configuration; a pydantic error names what is wrong with it."""
        return DetectorSpec.model_validate(config)

    @property
    def skipped_stages(self) -> int:
        """How many of the body's stages are too fine for the pyramid."""
        return 0 if self.finest_stride == 4 else 1

    @property
    def strides(self) -> tuple[int, ...]:
        """Stride of each level, finest first; each is twice the one before."""
        return tuple(self.finest_stride << level for level in range(len(self.anchors)))

    @property
    def roi_strides(self) -> tuple[int, ...]:
        """Strides of the levels that regions are pooled from: all but the last, which only proposes."""
        return self.strides[:-1]
