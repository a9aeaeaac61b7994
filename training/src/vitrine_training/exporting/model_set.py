"""Packs a model set: writes `manifest.json` for the detector and the embedders that lie in one folder.

Nothing here knows a particular set: what the manifest says comes from the files' own metadata, and what they do not say
from options.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx

from ..data.buckets import scaled_sizes
from ..failures import TrainingFailure
from ..whole_file import write_whole
from .bundle import bundle_embedders
from .contract import check_contract, feature_length, try_detector
from .model_facts import ModelFacts, read_facts
from .onnx_file import read_onnx, write_onnx

PICTURE_SCORE, CLIP_SCORE = 0.90, 0.95
"""SPEC 3."""

BUNDLE_FILE = "embedders.onnx"
_MIDDLE_BUCKET = 7


@dataclass(frozen=True)
class SetOptions:
    """What is said about a set beside what its files say; None leaves it to the files."""

    name: str | None = None
    """Default: the folder's name."""
    embedders: tuple[str, ...] = ()
    """Order of the embedders' names; default: that of the file names."""
    embedders_from: Path | None = None
    """A set whose embedders this one shares, in a folder beside this one; default: they lie with the detector."""
    picture_side: int | None = None
    picture_score: float = PICTURE_SCORE
    clip_side: int | None = None
    clip_score: float = CLIP_SCORE
    max_side: int | None = None
    crop_scale: float | None = None
    """Crops are those of SPEC set SM, times this."""
    data: str | None = None
    """What the models were trained on, in words; default: what card.json says."""
    commit: str | None = None
    is_bundled: bool = False
    """Whether the embedders become one file."""


@dataclass(frozen=True)
class _Embedder:
    name: str
    path: Path
    model: onnx.ModelProto
    facts: ModelFacts


def package_models(folder: Path, options: SetOptions) -> dict[str, Any]:
    """Check and try the ONNX files in `folder`, and write `manifest.json` beside them; returns what was written.

    The detector is `detector.onnx`, the embedders are all `embedder-*.onnx`, of `embedders_from` if that is given.
    Metrics are copied from `card.json` when there is one. With `is_bundled` the embedders are also merged into
    `embedders.onnx`, which the manifest then names in place of their files.

    Raises:
        TrainingFailure: a model is missing, breaks the contract or cannot be run; something must be said that no file
            says; or two files contradict each other.
    """
    detector_path = folder / "detector.onnx"
    detector = read_onnx(detector_path)
    check_contract(detector, "detector", detector_path)
    try_detector(detector, detector_path)
    shared = _beside(folder, options.embedders_from) if options.embedders_from else folder
    embedders = _find_embedders(shared, options.embedders)
    scale = _crop_scale(embedders, options.crop_scale)
    sizes = scaled_sizes(scale)
    lengths = {one.name: feature_length(one.model, one.path, sizes[_MIDDLE_BUCKET]) for one in embedders}
    card_path = folder / "card.json"
    card: dict[str, Any] = json.loads(card_path.read_text(encoding="utf-8")) if card_path.is_file() else {}
    manifest: dict[str, Any] = {
        "format": 1,
        "name": options.name or folder.resolve().name,
        "detector": {**_file_entry(detector_path, folder), **_sides(read_facts(detector, "detector"), options)},
    }
    if options.is_bundled:
        models = {one.name: one.model for one in embedders}
        write_onnx(bundle_embedders(models, lengths), folder / BUNDLE_FILE)
        manifest["embedders"] = [{"name": one.name, "featureLength": lengths[one.name]} for one in embedders]
        manifest["bundle"] = _file_entry(folder / BUNDLE_FILE, folder)
    else:
        manifest["embedders"] = [
            {"name": one.name, **_file_entry(one.path, folder), "featureLength": lengths[one.name]} for one in embedders
        ]
    manifest["crops"] = {"sizes": [list(size) for size in sizes]}
    manifest["provenance"] = {
        "data": options.data or card.get("about", {}).get("provenance") or _weights_in_words(detector, embedders),
        "commit": options.commit or read_facts(detector, "detector").commit,
        "metrics": _headline(card),
    }
    write_whole(folder / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return manifest


def _find_embedders(folder: Path, order: tuple[str, ...]) -> list[_Embedder]:
    found = []
    for path in sorted(folder.glob("embedder-*.onnx")):
        model = read_onnx(path)
        check_contract(model, "embedder", path)
        facts = read_facts(model, "embedder")
        found.append(_Embedder(facts.name or path.stem.removeprefix("embedder-"), path, model, facts))
    if not found:
        raise TrainingFailure(f"There is no embedder-<name>.onnx in {folder}: export one first")
    names = [one.name for one in found]
    for one in found:
        if names.count(one.name) > 1:
            files = ", ".join(other.path.name for other in found if other.name == one.name)
            raise TrainingFailure(f"{files} all say that their name is {one.name}: export them with different names")
    if order and sorted(order) != sorted(names):
        raise TrainingFailure(f"--embedders names {', '.join(order)}, but {folder} holds {', '.join(names)}")
    return sorted(found, key=lambda one: order.index(one.name)) if order else found


def _crop_scale(embedders: list[_Embedder], said: float | None) -> float:
    if said is not None:
        return said
    scales = {one.facts.crop_scale for one in embedders}
    if None in scales:
        silent = next(one.path.name for one in embedders if one.facts.crop_scale is None)
        raise TrainingFailure(
            f"{silent} does not say for which crop sizes it was trained: give --crop-scale, 1 for those of set SM"
        )
    if len(scales) > 1:
        told = ", ".join(f"{one.path.name} for {one.facts.crop_scale:g}" for one in embedders)
        raise TrainingFailure(
            f"The embedders were trained for different crop scales ({told}), but a set has one: give --crop-scale"
        )
    return float(next(iter(scales)) or 1)


def side_of(facts: ModelFacts, key: str, said: int | None) -> int:
    """Return a side of a detector in px: `said`, or else what its file tells under `key`.

    Raises:
        TrainingFailure: neither says it.
    """
    told: int | None = getattr(facts, key) if said is None else said
    if told is None:
        raise TrainingFailure(
            f"detector.onnx does not say its {key.replace('_', ' ')}: give --{key.replace('_', '-')} in px"
        )
    return told


def _sides(facts: ModelFacts, options: SetOptions) -> dict[str, Any]:
    keys = ("picture_side", "clip_side", "max_side")
    sides = {key: side_of(facts, key, getattr(options, key)) for key in keys}
    if sides["max_side"] < max(sides["picture_side"], sides["clip_side"]):
        raise TrainingFailure(f"The max side, {sides['max_side']} px, must not be below the picture side or clip side")
    return {
        "pictures": {"shortSide": sides["picture_side"], "scoreMin": options.picture_score},
        "clips": {"shortSide": sides["clip_side"], "scoreMin": options.clip_score},
        "maxSide": sides["max_side"],
    }


def _weights_in_words(detector: onnx.ModelProto, embedders: list[_Embedder]) -> str:
    told = {f"detector: {read_facts(detector, 'detector').weights}": None}
    told |= {f"{one.name}: {one.facts.weights}": None for one in embedders}
    return "; ".join(part for part in told if not part.endswith(": ")) or "not said"


def _beside(folder: Path, other: Path) -> Path:
    folder, other = folder.resolve(), other.resolve()
    if other == folder or other.parent != folder.parent:
        raise TrainingFailure(f"--embedders-from {other} is not another folder beside {folder}: a set is moved with it")
    return other


def _file_entry(path: Path, folder: Path) -> dict[str, str]:
    beside = path.parent.resolve() != folder.resolve()
    name = f"../{path.parent.name}/{path.name}" if beside else path.name
    return {"file": name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _headline(card: dict[str, Any]) -> dict[str, Any]:
    """Copy the few numbers of a card that say how good the set is."""
    detector, ensemble = card.get("detector", {}), card.get("embedders", {}).get("ensemble", {})
    held_out = detector.get("heldOutShop") or detector.get("heldOutScenes", {})
    metrics = {f"detectorAp50{side.capitalize()}": found["ap50"] for side, found in held_out.items()}
    return metrics | {key: ensemble[key] for key in ("boxRecallAt1", "itemRecallAt1") if key in ensemble}
