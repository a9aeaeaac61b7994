"""The detector's part of the model card's numbers (`card.json`)."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..composites.scene_batches import CLIP_SIZE, SceneBatches
from ..composites.shop_scenes import ShopScenes
from ..loops.detector_checkpoint import load_detector, summarise_run
from .detect import detect_with_onnx
from .evaluate_detector import best_threshold, rank_scenes, rank_shop, summarise, time_frames

SCENES_SEED = 2026
SCENE_BATCHES = 60
"""Batches of eight scenes each, about 290 clip frames and 190 pictures."""


def measure_detector(
    model: Path, cutouts: Path, *, shop: Path | None, score_mins: tuple[float, float] | None
) -> dict[str, Any]:
    """Measure an exported detector over scenes of held-out garments, and over a packed shop if there is one.

    `score_mins` are the manifest's thresholds of pictures and of clips; without them the best ones are searched, over
    the shop where there is one.
    """
    detect = detect_with_onnx(model)
    scenes = SceneBatches([cutouts], seed=SCENES_SEED, batch=8, count=SCENE_BATCHES)
    packed = ShopScenes(shop) if shop else None
    numbers: dict[str, Any] = {"heldOutScenes": {}}
    for place, (side, is_clip) in enumerate((("pictures", False), ("clips", True))):
        on_scenes = rank_scenes(detect, scenes, clips=is_clip)
        on_shop = rank_shop(detect, packed, clips=is_clip) if packed else None
        score_min = score_mins[place] if score_mins else best_threshold(on_shop or on_scenes)
        numbers["heldOutScenes"][side] = summarise(on_scenes, score_min)
        if on_shop:
            numbers.setdefault("heldOutShop", {})[side] = summarise(on_shop, score_min)
    frame = np.zeros((1, *CLIP_SIZE, 3), np.uint8)
    numbers["millisecondsPerClipFrame"] = round(time_frames(detect, frame), 1)
    return numbers


def describe_training(checkpoint: Path) -> dict[str, Any]:
    """Say how the weights of a checkpoint came about."""
    _, state = load_detector(checkpoint)
    return {"parameters": state["parameters"], "trainings": [*state.get("history", []), summarise_run(state)]}


def write_card_part(card: Path, numbers: dict[str, Any]) -> None:
    """Set the key `detector` of `card`, leaving all others as they are."""
    whole = json.loads(card.read_text()) if card.exists() else {}
    whole["detector"] = numbers
    temporary = card.with_name(f".{card.name}.tmp")
    temporary.write_text(json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    temporary.rename(card)
