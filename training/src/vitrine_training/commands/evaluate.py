"""The command `evaluate` of `vitrine-train`: a detector or embedders, over the validation split of exported data."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .command import Command


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """Arguments of `evaluate`."""
    parser.add_argument("model", type=Path, help="a checkpoint, an .onnx file, or a folder with manifest.json")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="what `vitrine export` wrote")
    parser.add_argument("--split", choices=("train", "validation"), default="validation")
    parser.add_argument("--crop-scale", type=float, help="embedder.onnx: of set SM's sizes (default: what it says)")
    parser.add_argument("--picture-side", type=int, help="detector: short side of pictures in px")
    parser.add_argument("--clip-side", type=int, help="detector: short side of frames in px")
    parser.add_argument("--max-side", type=int, help="detector: longest side in px")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the scores as JSON")


def _run_evaluate(arguments: argparse.Namespace) -> None:
    from ..failures import writing
    from ..loops.one_thread import use_one_thread
    from ..scoring.evaluate_model import evaluate_model

    use_one_thread()
    sides = {"picture": arguments.picture_side, "clip": arguments.clip_side}
    scores = evaluate_model(
        arguments.model,
        arguments.data,
        split=arguments.split,
        crop_scale=arguments.crop_scale,
        short_sides={key: value for key, value in sides.items() if value is not None},
        max_side=arguments.max_side,
    )
    print("\n".join(_table(scores)))
    if arguments.json:
        with writing(arguments.json):
            arguments.json.write_text(json.dumps(scores, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _table(scores: Mapping[str, Any], indent: str = "") -> list[str]:
    lines = []
    for key, value in scores.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{key}", *_table(value, indent + "  ")]
        else:
            text = f"{value:.4f}" if isinstance(value, float) else str(value)
            lines.append(f"{indent}{key:<{28 - len(indent)}}{text}")
    return lines


EVALUATE = Command(
    "evaluate",
    "score a detector or embedders over the validation split of exported data",
    add_evaluate,
    _run_evaluate,
    examples=(
        "evaluate runs/a/checkpoint.pt --data crops",
        "evaluate fixtures/models/compact --data crops --json scores.json",
        "evaluate runs/detector/checkpoint.pt --data coco",
    ),
)
