"""The detector's commands of `vitrine-train`."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .command import Command

if TYPE_CHECKING:
    from ..loops.detector_config import DetectorConfig


def add_detector(parser: argparse.ArgumentParser) -> None:
    """Arguments of `detector`."""
    parser.add_argument("--preset", required=True, help="compact, base or seed")
    parser.add_argument("--config", type=Path, help="YAML file that is laid over the preset")
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", help="single values over both"
    )
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="folders of `vitrine export --coco`")
    parser.add_argument("--cutouts", type=Path, nargs="+", default=[], help="packed cut-outs, without extension")
    parser.add_argument("--validation", type=Path, nargs="+", default=[], help="COCO folders to measure over")
    parser.add_argument("--start", help="detectron2:<path>, checkpoint:<path>, onnx:<path> or none")
    parser.add_argument("--max-minutes", type=float, help="run through the schedule in this time at the longest")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: a GPU if any")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint, log and curves")


def read_detector_config(
    preset: str, config: Path | None, assignments: list[str], flags: dict[str, Any]
) -> "DetectorConfig":
    """Lay a YAML file, single values and flags over a preset, in this order; a flag that is None is not given."""
    from ..config import check_values, merge_values, parse_assignments, read_preset, read_values
    from ..loops.detector_config import DetectorConfig

    values = read_preset("detector", preset)
    if config is not None:
        values = merge_values(values, read_values(config))
    values = merge_values(values, parse_assignments(assignments))
    values |= {key: value for key, value in flags.items() if value is not None}
    source = f"of preset {preset}" if config is None else f"{config} over preset {preset}"
    return check_values(DetectorConfig, values, source)


def _run_detector(arguments: argparse.Namespace) -> None:
    from ..loops.one_thread import use_one_thread
    from ..loops.train_detector import DetectorRun, DetectorTraining
    from ..loops.world import join_world
    from ..scoring.coco_map import tell

    flags = {"start": arguments.start, "max_minutes": arguments.max_minutes}
    config = read_detector_config(arguments.preset, arguments.config, arguments.set, flags)
    run = DetectorRun(
        config=config,
        preset=arguments.preset,
        out=arguments.out,
        data=arguments.data,
        cutouts=arguments.cutouts,
        validation=arguments.validation,
    )
    with join_world(arguments.device) as world:
        if world.device.type == "cpu":
            use_one_thread()
        measured = DetectorTraining(run, world).fit()
        if measured is not None and world.is_main:
            print(tell(measured))


def add_evaluate_detector(parser: argparse.ArgumentParser) -> None:
    """Arguments of `evaluate-detector`."""
    parser.add_argument("model", type=Path, help="detector.onnx")
    parser.add_argument("--cutouts", type=Path, required=True, help="packed cut-outs of held-out garments")
    parser.add_argument("--data", type=Path, nargs="+", default=[], help="COCO folders, of which `validation` is used")
    parser.add_argument("--picture-side", type=int, metavar="PX", help="short side of pictures (default: the model's)")
    parser.add_argument("--clip-side", type=int, metavar="PX", help="short side of frames (default: the model's)")
    parser.add_argument("--max-side", type=int, metavar="PX", help="longest side (default: the model's)")
    parser.add_argument(
        "--score-min",
        type=float,
        nargs=2,
        metavar=("PICTURES", "CLIPS"),
        help="the manifest's thresholds (default: searched)",
    )
    parser.add_argument("--checkpoint", type=Path, help="checkpoint.pt that the model came from, for the card")
    parser.add_argument("--card", type=Path, help="card.json whose key `detector` is set")


def _run_evaluate_detector(arguments: argparse.Namespace) -> None:
    from ..exporting.model_facts import read_facts
    from ..exporting.model_set import side_of
    from ..exporting.onnx_file import read_onnx
    from ..loops.one_thread import use_one_thread
    from ..scoring.detector_card import describe_training, measure_detector
    from ..scoring.embedder_card import update_card

    use_one_thread()
    sides = ("picture", "clip")
    facts = read_facts(read_onnx(arguments.model), "detector")
    numbers = measure_detector(
        arguments.model,
        arguments.cutouts,
        data=arguments.data,
        short_sides={side: side_of(facts, f"{side}_side", getattr(arguments, f"{side}_side")) for side in sides},
        max_side=side_of(facts, "max_side", arguments.max_side),
        score_mins=dict(zip(sides, arguments.score_min, strict=True)) if arguments.score_min else None,
    )
    if arguments.checkpoint:
        numbers = {**describe_training(arguments.checkpoint), **numbers}
    print(json.dumps(numbers, indent=2))
    if arguments.card:
        update_card(arguments.card, "detector", numbers)


DETECTOR_COMMANDS = (
    Command(
        "detector",
        "train the detector, or go on from its checkpoint",
        add_detector,
        _run_detector,
        (
            "detector --preset compact --data run/coco --validation run/coco --out run/detector",
            "detector --preset seed --start detectron2:vovnet99_ese_detectron2.pth --data run/coco --out run/seed",
        ),
    ),
    Command(
        "evaluate-detector",
        "measure the detector of a set for its card",
        add_evaluate_detector,
        _run_evaluate_detector,
    ),
)
