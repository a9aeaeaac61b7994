"""What an exported file says about itself, in its `metadata_props`: `package` reads there what a manifest must say."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import onnx

PREFIX = "vitrine."

Kind = Literal["detector", "embedder", "bundle"]


@dataclass(frozen=True)
class ModelFacts:
    """Facts about one file; what is not known is None or empty, and must then be said when the set is packaged."""

    kind: Kind
    name: str = ""
    """Of an embedder, its name in the manifest; of a bundle, those of its branches, joined by commas."""
    precision: str = ""
    preset: str = ""
    weights: str = ""
    """Where they come from, in words."""
    crop_scale: float | None = None
    """Of an embedder: its crops are those of SPEC set SM, times this."""
    picture_side: int | None = None
    clip_side: int | None = None
    max_side: int | None = None
    """Of a detector: sides in px that it was trained for."""
    commit: str = ""


def write_facts(model: onnx.ModelProto, facts: ModelFacts) -> None:
    """Put `facts` into the metadata of `model`, in place of those that it had; other entries stay."""
    others = [entry for entry in model.metadata_props if not entry.key.startswith(PREFIX)]
    kept = [(entry.key, entry.value) for entry in others]
    del model.metadata_props[:]
    values = {f"{PREFIX}{key}": str(value) for key, value in vars(facts).items() if value not in (None, "")}
    for key, value in (*kept, *sorted(values.items())):
        model.metadata_props.add(key=key, value=value)


def kind_said(model: onnx.ModelProto) -> str:
    """Say as what a model was exported: `detector`, `embedder` or `bundle`; empty where it does not say."""
    return next((entry.value for entry in model.metadata_props if entry.key == f"{PREFIX}kind"), "")


def read_facts(model: onnx.ModelProto, kind: Kind) -> ModelFacts:
    """Read the facts of a model that serves as `kind`; one that was not exported here has none but its kind."""
    found = {
        entry.key.removeprefix(PREFIX): entry.value for entry in model.metadata_props if entry.key.startswith(PREFIX)
    }
    facts = ModelFacts(kind)
    if found.pop("kind", kind) != kind:
        return facts
    values: dict[str, Any] = {}
    for key, text in found.items():
        if key == "crop_scale":
            values[key] = float(text)
        elif key.endswith("_side"):
            values[key] = int(text)
        elif key in vars(facts):
            values[key] = text
    return replace(facts, **values)
