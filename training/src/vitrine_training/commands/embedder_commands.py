"""The commands of `vitrine-train` that make embedders and judge them."""

import argparse
import json
from pathlib import Path

from .command import Command
from .embedder import EMBEDDER
from .embedder_ablation import ABLATION
from .evaluate import EVALUATE


def add_cutouts(parser: argparse.ArgumentParser) -> None:
    """Arguments of `cutouts`."""
    parser.add_argument("photos", type=Path, help="folder with photos/<kind>/<id>.jpg and masks/<kind>/<id>.png")
    parser.add_argument("out", type=Path, help="folder for train.npy/.json and validation.npy/.json")
    parser.add_argument("--no-validation", action="store_true", help="hold nothing out (drawn garments)")


def _run_cutouts(arguments: argparse.Namespace) -> None:
    from ..composites.cutouts import VALIDATION_COUNT, list_photos, pack_cutouts, split_photos

    held_out = 0 if arguments.no_validation else VALIDATION_COUNT
    train, validation = split_photos(list_photos(arguments.photos), held_out)
    for name, photos in (("train", train), ("validation", validation)):
        if photos:
            print(f"{name}: {pack_cutouts(photos, arguments.out / name)} garments")


def add_evaluate_embedders(parser: argparse.ArgumentParser) -> None:
    """Arguments of `evaluate-embedders`."""
    parser.add_argument("models", type=Path, help="folder with embedder-a.onnx ... embedder-d.onnx")
    parser.add_argument("--cutouts", type=Path, required=True, help="packed held-out cut-outs, without extension")
    parser.add_argument("--views", type=int, default=4, help="composites a garment and side (default 4)")
    parser.add_argument("--trainings", type=Path, help="folder with embedder-<x>/checkpoint.pt: adds minutes and sizes")
    parser.add_argument("--card", action="store_true", help="write the numbers into card.json of the folder")


def _run_evaluate_embedders(arguments: argparse.Namespace) -> None:
    from ..composites.cutouts import CutoutPool, CutoutStore
    from ..loops.embedder_config import list_members
    from ..loops.one_thread import use_one_thread
    from ..scoring.embedder_card import describe_trainings, update_card
    from ..scoring.evaluate_embedder import evaluate_embedders

    use_one_thread()
    members = list_members("compact")
    models = {name: arguments.models / f"embedder-{name}.onnx" for name in members}
    pool = CutoutPool([CutoutStore(arguments.cutouts)])
    scores = evaluate_embedders(models, pool, arguments.views)
    if arguments.trainings:
        for name, facts in describe_trainings(arguments.trainings, members).items():
            scores[name] = {**facts, **scores[name]}
    if arguments.card:
        update_card(arguments.models / "card.json", "embedders", scores)
    print(json.dumps(scores, indent=1))


EMBEDDER_COMMANDS = (
    Command("cutouts", "pack garment photos and masks into one memory-mapped file", add_cutouts, _run_cutouts),
    EMBEDDER,
    EVALUATE,
    ABLATION,
    Command(
        "evaluate-embedders",
        "score the four compact embedders and their ensemble on held-out cut-outs",
        add_evaluate_embedders,
        _run_evaluate_embedders,
    ),
)
