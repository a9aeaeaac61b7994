"""Packs a model set: writes `manifest.json` for the detector and the embedders that lie in one folder."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx

from ..data.buckets import scaled_sizes
from ..nets.embedder import FEATURE_LENGTH
from ..scoring.embedder_card import write_whole

DATA = (
    "2,532 photos of the train split of github.com/alexeygrigorev/clothing-dataset-small (CC0 1.0), "
    "cut out and composed anew at every step, and drawn garments; 200 photos held out"
)
EMBEDDERS = ("a", "b", "c", "d")
_INTERFACES = {
    "detector": (["frames"], ["boxes", "scores", "frame"]),
    "embedder": (["crops"], ["features"]),
}


@dataclass(frozen=True)
class Thresholds:
    """How the detector is used: sides in px, lowest scores in [0, 1]."""

    picture_side: int = 192
    picture_score: float = 0.9
    clip_side: int = 192
    clip_score: float = 0.9
    max_side: int = 512


def package_models(folder: Path, thresholds: Thresholds, commit: str) -> dict[str, Any]:
    """Check the five ONNX files in `folder` and write `manifest.json` beside them; returns what was written.

    The metrics are copied from `card.json` when there is one.

    Raises:
        FileNotFoundError: a model is missing.
        ValueError: a model's inputs or outputs are not those of the contract.
    """
    card = folder / "card.json"
    manifest: dict[str, Any] = {
        "format": 1,
        "name": "compact",
        "detector": {
            **_file_entry(folder / "detector.onnx", "detector"),
            "pictures": {"shortSide": thresholds.picture_side, "scoreMin": thresholds.picture_score},
            "clips": {"shortSide": thresholds.clip_side, "scoreMin": thresholds.clip_score},
            "maxSide": thresholds.max_side,
        },
        "embedders": [
            {
                "name": name,
                **_file_entry(folder / f"embedder-{name}.onnx", "embedder"),
                "featureLength": FEATURE_LENGTH,
            }
            for name in EMBEDDERS
        ],
        "crops": {"sizes": [list(size) for size in scaled_sizes()]},
        "provenance": {
            "data": DATA,
            "commit": commit,
            "metrics": _headline(json.loads(card.read_text())) if card.is_file() else {},
        },
    }
    write_whole(folder / "manifest.json", json.dumps(manifest, indent=2) + "\n")
    return manifest


def _file_entry(path: Path, interface: str) -> dict[str, str]:
    if not path.is_file():
        raise FileNotFoundError(f"No {path.name} in {path.parent}: export it before packaging")
    graph = onnx.load(path).graph
    found = ([value.name for value in graph.input], [value.name for value in graph.output])
    if found != _INTERFACES[interface]:
        raise ValueError(f"Expected {path.name} to have inputs and outputs {_INTERFACES[interface]}, got {found}")
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _headline(card: dict[str, Any]) -> dict[str, Any]:
    """Copy the few numbers of a card that say how good the set is."""
    detector, ensemble = card.get("detector", {}), card.get("embedders", {}).get("ensemble", {})
    held_out = detector.get("heldOutShop") or detector.get("heldOutScenes", {})
    metrics = {f"detectorAp50{side.capitalize()}": found["ap50"] for side, found in held_out.items()}
    return metrics | {key: ensemble[key] for key in ("boxRecallAt1", "itemRecallAt1") if key in ensemble}
