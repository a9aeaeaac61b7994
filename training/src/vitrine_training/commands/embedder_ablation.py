"""The command `ablation` of `vitrine-train`."""

import argparse
from pathlib import Path

from .command import Command


def add_ablation(parser: argparse.ArgumentParser) -> None:
    """Arguments of `ablation`."""
    parser.add_argument("--preset", default="scratch", metavar="NAME")
    parser.add_argument("--member", metavar="NAME", help="which embedder of the preset (default: its first)")
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", help="values for every training"
    )
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders that `vitrine export` wrote")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], help="(default 1 2)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the trainings and ablation.json, .md")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")


def _run_ablation(arguments: argparse.Namespace) -> None:
    from ..data.crop_table import read_crops
    from ..loops.ablate_embedder import Ablation, describe, run_ablation
    from ..loops.one_thread import use_one_thread
    from ..loops.world import join_world

    use_one_thread()
    ablation = Ablation(arguments.preset, arguments.member, tuple(arguments.set), tuple(arguments.seeds))
    with join_world(arguments.device) as world:
        data = read_crops(arguments.data)
        print(describe(run_ablation(ablation, data, arguments.data, arguments.out, world)))


ABLATION = Command(
    "ablation",
    "train an embedder with each trick of the recipe left out in turn, and tell what each brings",
    add_ablation,
    _run_ablation,
    examples=("ablation --data crops --out runs/ablation --set loss.memory=256 start=checkpoint:runs/b/checkpoint.pt",),
)
