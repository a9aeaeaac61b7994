"""The command `embedder` of `vitrine-train`."""

import argparse
from pathlib import Path

from .command import Command


def add_embedder(parser: argparse.ArgumentParser) -> None:
    """Arguments of `embedder`."""
    from ..config import list_presets

    parser.add_argument("--preset", required=True, metavar="NAME", help=", ".join(list_presets("embedder")))
    parser.add_argument("--member", metavar="NAME", help="which embedder of the preset (default: its first)")
    parser.add_argument("--config", type=Path, metavar="YAML", help="values that are laid over the preset's")
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", help="single values: loss.margin=0"
    )
    data = parser.add_mutually_exclusive_group(required=True)
    data.add_argument("--data", type=Path, nargs="+", help="folders that `vitrine export --crops` wrote")
    data.add_argument("--cutouts", type=Path, nargs="+", help="packed cut-outs (without extension), to be composed")
    parser.add_argument("--validation", type=Path, help="with --cutouts: packed cut-outs of held-out garments")
    parser.add_argument(
        "--start", metavar="CHECKPOINT", help="short for --set start=checkpoint:CHECKPOINT; onnx:FILE and the like too"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint.pt, log.jsonl, curves.png, ...")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch on a CPU (default 1)")


def _run_embedder(arguments: argparse.Namespace) -> None:
    import torch

    from ..composites.cutouts import CutoutPool, CutoutStore
    from ..data.crop_table import read_crops
    from ..failures import TrainingFailure
    from ..loops.embedder_config import read_embedder_config
    from ..loops.embedder_sources import BatchSource, CompositeSource, CropSource
    from ..loops.embedder_start import name_start
    from ..loops.one_thread import use_one_thread
    from ..loops.run_embedder import Validate, run_embedder
    from ..loops.world import join_world
    from ..scoring.validate_embedder import validate_on_composites, validate_on_crops

    assignments = [*arguments.set, *([f"start={name_start(arguments.start)}"] if arguments.start else [])]
    config = read_embedder_config(arguments.preset, arguments.member, arguments.config, assignments)
    if arguments.data and arguments.validation:
        raise TrainingFailure("--validation goes with --cutouts; crops have their own split")
    use_one_thread()
    torch.set_num_threads(arguments.threads)
    validate: Validate | None = None
    with join_world(arguments.device) as world:
        source: BatchSource
        if arguments.data:
            data = read_crops(arguments.data)
            source, validate = CropSource(config, data, arguments.data, world), validate_on_crops(data)
        else:
            source = CompositeSource(config, CutoutPool([CutoutStore(path) for path in arguments.cutouts]), world)
            if arguments.validation:
                validate = validate_on_composites(CutoutPool([CutoutStore(arguments.validation)]))
        run_embedder(config, source, arguments.out, world, validate)


EMBEDDER = Command(
    "embedder",
    "train one embedder, or go on from its checkpoint",
    add_embedder,
    _run_embedder,
    examples=(
        "embedder --preset compact --data crops --out runs/a",
        "embedder --preset seed --member b6 --data part1 part2 --out runs/b6 --set train.workers=6",
        "embedder --preset compact --member b --cutouts run/cutouts/train --start runs/a/checkpoint.pt --out runs/b",
    ),
)
