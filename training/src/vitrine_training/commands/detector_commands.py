"""The detector's commands of `vitrine-train`."""

import argparse
import json
from pathlib import Path

from .command import Command


def add_detector(parser: argparse.ArgumentParser) -> None:
    """Arguments of `detector`."""
    parser.add_argument("config", type=Path, help="training/configs/detector-compact.yaml")
    parser.add_argument("--cutouts", type=Path, nargs="+", required=True, help="packed cut-outs, without extension")
    parser.add_argument("--validation", type=Path, required=True, help="packed cut-outs of held-out garments")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt and log.jsonl")
    parser.add_argument("--minutes", type=float, default=40.0, help="budget of the whole run (default 40)")
    parser.add_argument("--start", type=Path, help="checkpoint of an earlier run to start from")
    parser.add_argument("--lr", type=float, help="peak learning rate in place of the configuration's")
    parser.add_argument("--scene-seed", type=int, default=1, help="seed of the scenes (default 1)")
    parser.add_argument("--shop", type=Path, nargs="*", default=[], help="packed shops (pack-shop) that are mixed in")
    parser.add_argument("--shop-share", type=float, default=0.4, help="share of batches from --shop (default 0.4)")


def _run_detector(arguments: argparse.Namespace) -> None:
    from ..loops.one_thread import use_one_thread
    from ..loops.train_detector import DetectorRun, DetectorTraining

    use_one_thread()
    run = DetectorRun(
        config=arguments.config,
        cutouts=arguments.cutouts,
        validation=arguments.validation,
        out=arguments.out,
        minutes=arguments.minutes,
        start=arguments.start,
        lr=arguments.lr,
        scene_seed=arguments.scene_seed,
        shops=arguments.shop,
        shop_share=arguments.shop_share,
    )
    DetectorTraining(run).fit()


def add_pack_shop(parser: argparse.ArgumentParser) -> None:
    """Arguments of `pack-shop`."""
    parser.add_argument("root", type=Path, help="a shop with annotations, as `vitrine synth` writes it")
    parser.add_argument("out", type=Path, help="the .npz file to write")


def _run_pack_shop(arguments: argparse.Namespace) -> None:
    from ..composites.shop_scenes import pack_shop

    print(f"{pack_shop(arguments.root, arguments.out)} frames and pictures")


def add_export_detector(parser: argparse.ArgumentParser) -> None:
    """Arguments of `export-detector`."""
    parser.add_argument("checkpoint", type=Path, help="last.pt of a training")
    parser.add_argument("out", type=Path, help="the .onnx file to write")


def _run_export_detector(arguments: argparse.Namespace) -> None:
    from ..exporting.export_detector import export_detector
    from ..loops.train_detector import load_detector

    export_detector(load_detector(arguments.checkpoint)[0], arguments.out)


def add_evaluate_detector(parser: argparse.ArgumentParser) -> None:
    """Arguments of `evaluate-detector`."""
    parser.add_argument("model", type=Path, help="detector.onnx")
    parser.add_argument("--validation", type=Path, required=True, help="packed cut-outs of held-out garments")
    parser.add_argument("--shop", type=Path, help="packed shop (pack-shop) of held-out garments")
    parser.add_argument(
        "--score-min",
        type=float,
        nargs=2,
        metavar=("PICTURES", "CLIPS"),
        help="the manifest's thresholds (default: searched)",
    )
    parser.add_argument("--checkpoint", type=Path, help="last.pt that the model came from, for the card")
    parser.add_argument("--card", type=Path, help="card.json whose key `detector` is set")


def _run_evaluate_detector(arguments: argparse.Namespace) -> None:
    from ..loops.one_thread import use_one_thread
    from ..scoring.detector_card import describe_training, measure_detector, write_card_part

    use_one_thread()
    score_mins = tuple(arguments.score_min) if arguments.score_min else None
    numbers = measure_detector(arguments.model, arguments.validation, shop=arguments.shop, score_mins=score_mins)
    if arguments.checkpoint:
        numbers = {**describe_training(arguments.checkpoint), **numbers}
    print(json.dumps(numbers, indent=2))
    if arguments.card:
        write_card_part(arguments.card, numbers)


DETECTOR_COMMANDS = (
    Command("detector", "train the detector, or go on from its checkpoint", add_detector, _run_detector),
    Command(
        "pack-shop",
        "pack a synthetic shop's frames for training and measuring the detector",
        add_pack_shop,
        _run_pack_shop,
    ),
    Command("export-detector", "write a checkpoint's detector as ONNX", add_export_detector, _run_export_detector),
    Command(
        "evaluate-detector",
        "measure a detector over held-out garments",
        add_evaluate_detector,
        _run_evaluate_detector,
    ),
)
