"""The detector's part of the model card's numbers (`card.json`)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..composites.scene_batches import SceneBatches
from ..loops.detector_checkpoint import load_detector, summarise_run
from .coco_map import evaluate_detector
from .detect import detect_with_onnx
from .evaluate_detector import rank_scenes, summarise, time_frames

SCENES_SEED = 2026
SCENE_BATCHES = 60
"""Batches of eight scenes each, about 290 clip frames and 190 pictures."""


def measure_detector(
    model: Path,
    cutouts: Path,
    *,
    data: Sequence[Path],
    short_sides: Mapping[str, int],
    max_side: int,
    score_mins: Mapping[str, float] | None,
) -> dict[str, Any]:
    """Measure an exported detector over scenes of held-out garments, and over COCO folders if there are any.

    `score_mins` are the manifest's thresholds by side (`picture`, `clip`); without them the best ones are searched,
    over the folders where there are some. The scenes are of short side 192, the folders are measured at `short_sides`.
    """
    detect = detect_with_onnx(model)
    scenes = SceneBatches([cutouts], seed=SCENES_SEED, batch=8, count=SCENE_BATCHES)
    measured = None
    if data:
        measured = evaluate_detector(
            model, data, short_sides=short_sides, max_side=max_side, score_mins=score_mins or {}
        )
    numbers: dict[str, Any] = {"heldOutScenes": {}}
    for side, name in (("picture", "pictures"), ("clip", "clips")):
        ranked = rank_scenes(detect, scenes, clips=side == "clip")
        part = measured.get(side) if measured else None
        score_min = (score_mins or {}).get(side) or (part["scoreMin"] if part else ranked.best_score_min())
        numbers["heldOutScenes"][name] = summarise(ranked, score_min)
        if part:
            numbers.setdefault("heldOutShop", {})[name] = part
    if measured:
        numbers |= {"shortSides": dict(short_sides), "maxSide": max_side}
    short_side = short_sides["clip"]
    frame = np.zeros((1, round(short_side * 16 / 9), short_side, 3), np.uint8)
    numbers["millisecondsPerClipFrame"] = round(time_frames(detect, frame), 1)
    return numbers


def describe_training(checkpoint: Path) -> dict[str, Any]:
    """Say how the weights of a checkpoint came about."""
    _, state = load_detector(checkpoint)
    return {"parameters": state["parameters"], "trainings": [*state.get("history", []), summarise_run(state)]}
