"""The tricks of the recipe (SPEC 9), by letter: what switches each one off."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trick:
    """One trick: what it does, and the assignments (as after `--set`) that leave it out."""

    name: str
    off: tuple[str, ...]


TRICKS: dict[str, Trick] = {
    "a": Trick("batches of one aspect bucket", ("crops.is_grouped=false",)),
    "b": Trick("multi-scale S/SM/M", ("crops.sets=[SM]",)),
    "c": Trick("augmentation", ("augment.is_full=false",)),
    "d": Trick("GeM pooling", ("net.pooling=mean",)),
    "e": Trick("ArcFace margin", ("loss.margin=0",)),
    "f": Trick("cross-batch memory", ("loss.memory=0",)),
    "g": Trick("BatchNorm neck", ("net.has_neck=false",)),
    "h": Trick("warm-up and cosine", ("train.warm_up=0", "train.decay=constant")),
    "i": Trick("pretrained start", ("start=none",)),
}
