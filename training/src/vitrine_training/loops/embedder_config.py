"""The configuration of one embedder's training: a member of a preset, with what is laid over it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ..config import StrictModel, check_values, merge_values, parse_assignments, read_preset, read_values
from ..data.augment import Augmentation
from ..failures import TrainingFailure
from ..nets.embedder import EmbedderSpec

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class VovNetBody(StrictModel):
    """A VoVNetV2 body: channels of the stem's convolutions, and [width, out, layers, blocks] a stage."""

    kind: Literal["vovnet"] = "vovnet"
    stem: list[int]
    stages: list[list[int]]


class EfficientNetBody(StrictModel):
    """An EfficientNet of timm, such as `tf_efficientnet_b5`."""

    kind: Literal["efficientnet"] = "efficientnet"
    name: str


class NetConfig(StrictModel):
    """The network."""

    body: Annotated[VovNetBody | EfficientNetBody, Field(discriminator="kind")]
    scale: Positive = 1.0
    """Input scale, relative to the set's crop sizes; the graph resizes by it."""
    pooling: Literal["gem", "mean"] = "gem"
    power: Positive = 3.0
    is_power_learned: bool = False
    has_neck: bool = True
    """Whether a BatchNorm comes last."""


class CropConfig(StrictModel):
    """Sizes of the crops, and which share a batch."""

    factor: Positive = 1.0
    """Multiplies SPEC 4's sizes; the set's manifest lists the products."""
    sets: list[Literal["S", "SM", "M"]] = Field(default=["S", "SM", "M"], min_length=1)
    """Each batch draws one of these sizes; models are run at SM."""
    is_grouped: bool = True
    """Whether batches hold crops of one aspect bucket; else every crop is brought to the square size."""
    views: Count = 1
    """How many crops of one garment come together, as far as a bucket has them; the pair loss needs 2."""


class LossConfig(StrictModel):
    """ArcFace, the memory, and the pair loss beside them."""

    scale: Positive = 30.0
    margin: Annotated[float, Field(ge=0, lt=1.5)] = 0.3
    margin_start: Share = 0.0
    margin_full: Share = 0.0
    """The margin rises from nothing at `margin_start` of the schedule to `margin` at `margin_full`."""
    memory: Annotated[int, Field(ge=0)] = 0
    """Features of earlier batches that share in the loss."""
    pair_weight: Annotated[float, Field(ge=0)] = 0.0
    pair_scale: Positive = 16.0


class TrainConfig(StrictModel):
    """The optimiser and its schedule."""

    epochs: Positive = 10.0
    """Passes over the crops; composites have `composites.steps`."""
    max_minutes: Positive | None = None
    """Ends the schedule early, annealed to the end, on a machine that is too slow for it."""
    batch: Annotated[int, Field(ge=2)] = 32
    optimiser: Literal["adam", "adamw"] = "adam"
    rate: Positive = 3.5e-4
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    warm_up: Share = 0.025
    decay: Literal["cosine", "constant"] = "cosine"
    clip: Positive | None = None
    """Longest gradient of the network."""
    is_mixed: bool = True
    """Mixed precision, on a GPU."""
    norm_momentum: Share | None = None
    """BatchNorm's; small because a batch holds one bucket and shows one kind of garment more than others."""
    frozen_norm_share: Share = 0.0
    """Share at the end in which BatchNorm uses its running statistics: batches of one bucket are not the whole."""
    workers: Annotated[int, Field(ge=0)] = 2
    """Processes that read and augment crops; 0 does it between the steps."""
    checkpoint_minutes: Annotated[float, Field(ge=0)] = 3.0
    validate_epochs: Positive = 1.0
    """Epochs between validations; of composites, a tenth of the steps."""


class CompositeConfig(StrictModel):
    """What only holds for a training on composites (`--cutouts`)."""

    steps: Count = 2900
    small_share: Share = 0.55
    """Share of the schedule that runs on smaller crops, which is faster."""
    small_factor: Positive = 0.72
    grey: Share = 0.0
    blank: Share = 0.0


class EmbedderConfig(StrictModel):
    """Everything that decides one training, except where its data lies and where it writes."""

    preset: str
    member: str
    seed: int
    start: str = "none"
    """`noisy-student`, `efficientnet-lite`, `file:<path>`, `checkpoint:<path>`, `onnx:<path>` or `none`: see
    `loops/embedder_start.py`."""
    net: NetConfig
    crops: CropConfig = CropConfig()
    augment: Augmentation = Augmentation()
    loss: LossConfig = LossConfig()
    train: TrainConfig = TrainConfig()
    composites: CompositeConfig = CompositeConfig()

    @model_validator(mode="after")
    def _margin_rises(self) -> "EmbedderConfig":
        if self.loss.margin_full < self.loss.margin_start:
            raise ValueError("loss.margin_full lies before loss.margin_start")
        return self

    @property
    def spec(self) -> EmbedderSpec:
        """The embedder that this configuration trains."""
        net, body = self.net, self.net.body
        return EmbedderSpec(
            stem=body.stem if isinstance(body, VovNetBody) else (),
            stages=body.stages if isinstance(body, VovNetBody) else (),
            efficientnet=body.name if isinstance(body, EfficientNetBody) else None,
            scale=net.scale,
            is_gem_learned=net.is_power_learned,
            gem_power=net.power,
            has_gem=net.pooling == "gem",
            has_neck=net.has_neck,
        )

    def identity(self) -> dict[str, Any]:
        """Return what a run shares with the checkpoint that it goes on from."""
        values = self.model_dump(mode="json")
        return {key: values[key] for key in ("preset", "member", "seed", "net", "crops", "augment", "loss")}


def list_members(preset: str) -> list[str]:
    """Names of the members of a preset, the default one first.

    Raises:
        TrainingFailure: there is no such preset.
    """
    return list(read_preset("embedder", preset)["members"])


def read_embedder_config(
    preset: str, member: str | None = None, over: Path | None = None, assignments: Sequence[str] = ()
) -> EmbedderConfig:
    """Read member `member` (default: the first) of `preset`, with the file `over` and then `assignments` laid over it.

    `over` may have `members` too; they are laid over what it says to all.

    Raises:
        TrainingFailure: there is no such preset or member, or a value is wrong; the message names it.
    """
    values = read_preset("embedder", preset)
    laid = read_values(over) if over is not None else {}
    members, more = values.pop("members"), laid.pop("members", {})
    chosen = member or next(iter(members))
    if chosen not in members and chosen not in more:
        known = ", ".join([*members, *(name for name in more if name not in members)])
        raise TrainingFailure(f"The preset {preset} has no member {chosen!r}; it has {known}")
    for part in (members.get(chosen) or {}, laid, more.get(chosen) or {}, parse_assignments(assignments)):
        values = merge_values(values, part)
    source = " with ".join([f"{preset} {chosen}", *([str(over)] if over else []), *assignments])
    return check_values(EmbedderConfig, {"preset": preset, "member": chosen, **values}, source)
