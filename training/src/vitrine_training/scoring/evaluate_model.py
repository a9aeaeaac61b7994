"""Scores whatever was trained or exported, over one split of exported data: what it is shows in the file."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..data.buckets import COMPACT_SCALE, scaled_sizes
from ..data.crop_table import CSV_NAME, CropTable, read_crops
from ..exporting.checkpoints import checkpoint_kind, load_network
from ..exporting.contract import kind_of
from ..exporting.model_facts import ModelFacts, read_facts
from ..exporting.onnx_file import read_onnx
from ..failures import TrainingFailure
from ..loops.train_embedder import load_trained
from .embed_crops import EmbedBatch, embed_crops, embed_with_onnx, embed_with_torch
from .evaluate_embedder import join_features
from .retrieval import Features, score_retrieval
from .validate_embedder import crop_sizes

MANIFEST = "manifest.json"
Sizes = Sequence[tuple[int, int]]


def evaluate_model(
    model: Path,
    data: Sequence[Path],
    *,
    split: str = "validation",
    crop_scale: float | None = None,
    short_sides: Mapping[str, int] | None = None,
    max_side: int | None = None,
) -> dict[str, Any]:
    """Score a checkpoint, an ONNX file or a model set over `data`.

    Of a set, all embedders, each alone and joined, over folders with crops, and the detector over COCO folders.
    `short_sides` (`picture`, `clip`) and `max_side` in px, and `crop_scale`, stand in place of what the model says.

    Raises:
        TrainingFailure: the model or the data cannot be read, or there is nothing to score.
    """
    sides = dict(short_sides or {})
    if model.is_dir():
        return _evaluate_set(model, data, split, sides, max_side)
    if not model.is_file():
        raise TrainingFailure(f"There is no model {model}")
    if model.suffix == ".onnx":
        graph = read_onnx(model)
        kind = kind_of(graph)
        if kind is None:
            raise TrainingFailure(f"{model} is neither a detector (input `frames`) nor an embedder (input `crops`)")
        facts = read_facts(graph, kind)
        if kind == "detector":
            return _evaluate_detector(model, data, split, facts, sides, max_side)
        sizes = scaled_sizes(crop_scale or facts.crop_scale or COMPACT_SCALE)
        return _evaluate_embedders({model.stem: (embed_with_onnx(model), sizes)}, data, split)
    if checkpoint_kind(model) == "detector":
        return _evaluate_detector(model, data, split, load_network(model)[1], sides, max_side)
    embedder, config = load_trained(model)
    return _evaluate_embedders({config.member: (embed_with_torch(embedder), crop_sizes(config.crops))}, data, split)


def _evaluate_set(
    folder: Path, data: Sequence[Path], split: str, sides: dict[str, int], max_side: int | None
) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        detector, embedders = manifest["detector"], manifest["embedders"]
        sizes = [(int(width), int(height)) for width, height in manifest["crops"]["sizes"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingFailure(f"{folder / MANIFEST} is no manifest of a model set ({error}); see `package`") from error
    crops = [one for one in data if (one / CSV_NAME).is_file()]
    images = [one for one in data if (one / "annotations").is_dir()]
    scores: dict[str, Any] = {}
    if crops:
        files = {manifest["bundle"]["file"]: "bundle"} if "bundle" in manifest else {}
        files = files or {entry["file"]: entry["name"] for entry in embedders}
        models = {name: (embed_with_onnx(folder / file), sizes) for file, name in files.items()}
        scores["embedders"] = _evaluate_embedders(models, crops, split)
    if images:
        own = {"picture": detector["pictures"]["shortSide"], "clip": detector["clips"]["shortSide"]}
        facts = ModelFacts("detector", picture_side=own["picture"], clip_side=own["clip"], max_side=detector["maxSide"])
        path = folder / detector["file"]
        scores["detector"] = _evaluate_detector(path, images, split, facts, sides, max_side)
    if not scores:
        names = ", ".join(str(one) for one in data)
        raise TrainingFailure(f"{names} has neither {CSV_NAME} nor annotations/; `vitrine export` writes both")
    return scores


def _evaluate_embedders(
    models: Mapping[str, tuple[EmbedBatch, Sizes]], data: Sequence[Path], split: str
) -> dict[str, Any]:
    """Score each model, and of several also their joined features (SPEC 5)."""
    crops = read_crops(data)
    table = crops.validation if split == "validation" else crops.train
    if not len(table):
        names = ", ".join(str(one) for one in data)
        raise TrainingFailure(
            f"{names} has no {split} rows; export with --validation or --validation-share, or give --split"
        )
    parts: list[Features] = []
    scores: dict[str, Any] = {}
    for name, (embed, sizes) in models.items():
        features, rows = embed_crops(table, sizes, embed, None if parts else crops.report)
        parts.append(join_features([features]))
        scores[name] = _score(parts[-1], rows, table)
    if len(models) > 1:
        scores["ensemble"] = _score(join_features(parts), rows, table)
    left_out = {fault: count for fault, count in crops.report.counts.items() if fault != "single"}
    return {**scores, "leftOut": left_out} if left_out else scores


def _score(features: Features, rows: np.ndarray[Any, Any], table: CropTable) -> dict[str, float]:
    is_picture, ids = table.is_picture[rows], table.identities[rows]
    return score_retrieval(features[is_picture], ids[is_picture], features[~is_picture], ids[~is_picture]).known()


def _evaluate_detector(
    model: Path, data: Sequence[Path], split: str, facts: ModelFacts, sides: dict[str, int], max_side: int | None
) -> dict[str, Any]:
    from .coco_map import evaluate_detector

    known = {"picture": facts.picture_side, "clip": facts.clip_side, **sides}
    longest = max_side or facts.max_side
    lacking = [f"--{side}-side" for side in ("picture", "clip") if known[side] is None]
    lacking += [] if longest else ["--max-side"]
    if lacking or not longest:
        raise TrainingFailure(f"{model} does not say its sizes; give {', '.join(lacking)}")
    given = {side: value for side, value in known.items() if value is not None}
    return evaluate_detector(model, data, split=split, short_sides=given, max_side=longest)
