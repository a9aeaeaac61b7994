"""The configuration of a detector's training: what stands in `presets/detector-*.yaml`."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from ..config import StrictModel
from ..nets.detector_spec import DetectorSpec, Share


class StageConfig(StrictModel):
    """One stage of the schedule."""

    steps: PositiveInt
    batch: PositiveInt
    """Images a step and process."""
    short_side: tuple[PositiveInt, PositiveInt]
    """The shorter side in pixels is drawn from this range, ends included."""
    max_side: PositiveInt
    """Bound on the longer side; it wins."""
    lr: PositiveFloat
    """Peak learning rate."""
    decay: Literal["constant", "cosine"] = "constant"
    floor: Share = 0.0
    """Share of the peak at which a cosine ends."""
    warm_up: NonNegativeInt = 1000
    """Steps over which the rate rises from 0."""

    @model_validator(mode="after")
    def _order_sides(self) -> "StageConfig":
        if not self.short_side[0] <= self.short_side[1] <= self.max_side:
            raise ValueError("Expected `short_side` to rise and to end at or below `max_side`")
        return self


class DataConfig(StrictModel):
    """How images are varied."""

    hflip: Share = 0.5
    """Share of images that are mirrored; 0 switches it off."""
    multi_scale: bool = True
    """Whether the short side is drawn from a stage's range; else it is the range's upper end."""
    photometric: bool = False
    """Whether light, sharpness and compression are changed now and then."""
    composed_share: Share = 0.3
    """Share of batches that are composed from `--cutouts`, where those are given beside `--data`."""
    workers: NonNegativeInt = 2
    """Processes that read and resize; 0 does it between the steps."""


class OptimizerConfig(StrictModel):
    """How weights move."""

    kind: Literal["sgd", "adamw"] = "sgd"
    momentum: Share = 0.9
    """Of SGD; AdamW has its usual 0.9 and 0.999."""
    weight_decay: NonNegativeFloat = 0.0001
    """Of kernels and matrices; biases and normalisations have none."""
    clip: NonNegativeFloat = 10.0
    """Largest norm of the gradient; 0 leaves it as it is."""
    ema: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Decay of the moving average of the weights, which is then what is measured and exported; 0 keeps none."""


class ValidationConfig(StrictModel):
    """How the detector is measured while it trains, and at the end over all images."""

    every: PositiveInt = 5000
    """Steps between two measurements."""
    images: PositiveInt = 500
    """At most so many images, evenly spread, while it trains."""
    picture: PositiveInt = 800
    """Short side of pictures."""
    clip: PositiveInt = 608
    """Short side of clip frames."""
    max_side: PositiveInt = 4000


class DetectorConfig(StrictModel):
    """A training of the detector."""

    model: DetectorSpec
    start: str = "none"
    """`none`, or weights to start from: `detectron2:<path>`, `checkpoint:<path>` or `onnx:<path>`."""
    seed: NonNegativeInt = 1
    staged: bool = True
    """Whether the stages follow each other; else all steps are made as the first stage has it."""
    stages: Annotated[tuple[StageConfig, ...], Field(min_length=1)]
    max_minutes: PositiveFloat | None = None
    """Ends the run early on a slow machine: the schedule is run through in this time, to its end."""
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    data: DataConfig = DataConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    validation: ValidationConfig = ValidationConfig()
    log_every: PositiveInt = 20
    save_every: PositiveInt = 1000
    """Steps between two checkpoints."""
