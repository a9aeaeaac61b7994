"""The commands of `vitrine-train` that make embedders: from cut-outs or crops to ONNX."""

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


def add_export_embedder(parser: argparse.ArgumentParser) -> None:
    """Arguments of `export-embedder`."""
    parser.add_argument("checkpoint", type=Path, help="checkpoint.pt of `embedder`")
    parser.add_argument("out", type=Path, help="the .onnx file to write, e.g. fixtures/models/compact/embedder-a.onnx")
    parser.add_argument("--whiten", type=Path, nargs="+", help="packed training cut-outs to learn a whitening from")
    parser.add_argument("--whiten-data", type=Path, nargs="+", help="folders of training crops to learn it from")
    parser.add_argument("--shrinkage", type=float, default=0.02, help="of that whitening, in (0, 1] (default 0.02)")


def _run_export_embedder(arguments: argparse.Namespace) -> None:
    from ..composites.cutouts import CutoutPool, CutoutStore
    from ..data.crop_table import read_crops
    from ..exporting.export_embedder import export_embedder
    from ..exporting.whiten import whiten_embedder, whiten_on_crops
    from ..loops.one_thread import use_one_thread
    from ..loops.train_embedder import load_trained
    from ..scoring.validate_embedder import crop_sizes

    use_one_thread()
    embedder, config = load_trained(arguments.checkpoint)
    if arguments.whiten:
        pool = CutoutPool([CutoutStore(path) for path in arguments.whiten])
        whiten_embedder(embedder, pool, shrinkage=arguments.shrinkage)
    elif arguments.whiten_data:
        table = read_crops(arguments.whiten_data).train
        whiten_on_crops(embedder, table, crop_sizes(config.crops), shrinkage=arguments.shrinkage)
    export_embedder(embedder, arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes")


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
    Command("export-embedder", "write a trained embedder as ONNX", add_export_embedder, _run_export_embedder),
    Command(
        "evaluate-embedders",
        "score the four compact embedders and their ensemble on held-out cut-outs",
        add_evaluate_embedders,
        _run_evaluate_embedders,
    ),
)
