"""The command `export` of `vitrine-train`: a checkpoint, or a preset's untrained network, as ONNX."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .command import Command

if TYPE_CHECKING:
    from ..exporting.model_facts import ModelFacts
    from ..nets.detector import Detector
    from ..nets.embedder import Embedder


def add_export(parser: argparse.ArgumentParser) -> None:
    """Arguments of `export`."""
    parser.add_argument(
        "checkpoint", type=Path, nargs="?", help="checkpoint.pt of a training, or an .onnx file to convert"
    )
    parser.add_argument("out", type=Path, help="the .onnx file to write")
    parser.add_argument(
        "--precision",
        choices=("fp32", "fp16-stored", "fp16", "int8"),
        default="fp16-stored",
        help="fp16-stored: half the file, same answers (default); fp16: for GPUs; int8: VoVNets on a CPU",
    )
    parser.add_argument("--calibrate", type=Path, metavar="FOLDER", help="pictures, crops or a COCO folder, for int8")
    parser.add_argument("--calibrate-most", type=int, default=64, metavar="N", help="pictures of it (default 64)")
    parser.add_argument(
        "--random", action="store_true", help="the untrained network of --preset, in place of a checkpoint"
    )
    parser.add_argument("--whiten", type=Path, nargs="+", help="packed training cut-outs to learn a whitening from")
    parser.add_argument("--whiten-data", type=Path, nargs="+", help="folders of training crops, alone or too")
    parser.add_argument("--shrinkage", type=float, default=0.02, help="of that whitening, in (0, 1] (default 0.02)")
    parser.add_argument("--preset", help="with --random: compact, base or seed")
    parser.add_argument("--member", help="with --random: the embedder of the preset; without it, its detector")
    parser.add_argument("--seed", type=int, default=1, help="of the random weights (default 1)")
    parser.add_argument("--name", help="of an embedder in the manifest (default: its member's)")
    parser.add_argument("--commit", default="", help="the commit that trained it, for the manifest")


def _run_export(arguments: argparse.Namespace) -> None:
    from ..exporting.export_model import convert_file, export_network
    from ..failures import TrainingFailure
    from ..loops.one_thread import use_one_thread

    use_one_thread()
    if not arguments.random and (arguments.preset or arguments.member):
        raise TrainingFailure("--preset and --member are of --random; a checkpoint or an .onnx file says what it is")
    checkpoint: Path | None = arguments.checkpoint
    if checkpoint is not None and checkpoint.suffix == ".onnx":
        if arguments.whiten or arguments.whiten_data:
            raise TrainingFailure("A whitening is folded into a checkpoint; train on from the .onnx file to get one")
        if arguments.random:
            raise TrainingFailure("Give either an .onnx file, or --random with --preset")
        report = convert_file(
            checkpoint,
            arguments.out,
            arguments.precision,
            _pictures(arguments, _facts_of(checkpoint)),
            name=arguments.name,
            commit=arguments.commit,
        )
    else:
        network, facts = _network(arguments)
        report = export_network(network, arguments.out, arguments.precision, facts, _pictures(arguments, facts))
    print(f"{arguments.out}: {report}")


def _network(arguments: argparse.Namespace) -> "tuple[Detector | Embedder, ModelFacts]":
    from dataclasses import replace

    from ..exporting.checkpoints import load_network, random_facts, random_network
    from ..failures import TrainingFailure

    if arguments.random == (arguments.checkpoint is not None):
        raise TrainingFailure("Give either a checkpoint, or --random with --preset")
    if arguments.random:
        if arguments.preset is None:
            raise TrainingFailure("--random needs --preset: compact, base or seed")
        chosen = (arguments.preset, arguments.member, arguments.seed)
        network, facts = random_network(*chosen), random_facts(*chosen)
    else:
        network, facts = load_network(arguments.checkpoint)
        if arguments.whiten or arguments.whiten_data:
            _whiten(network, arguments)
    return network, replace(facts, name=arguments.name or facts.name, commit=arguments.commit)


def _whiten(network: "Detector | Embedder", arguments: argparse.Namespace) -> None:
    from ..composites.cutouts import CutoutPool, CutoutStore
    from ..data.crop_table import read_crops
    from ..exporting.whiten import features_of_crops, features_of_views, whiten_embedder
    from ..failures import TrainingFailure
    from ..loops.train_embedder import load_trained
    from ..nets.embedder import Embedder
    from ..scoring.validate_embedder import crop_sizes

    if not isinstance(network, Embedder):
        raise TrainingFailure("A whitening is of an embedder's features, but this is a detector's checkpoint")
    parts = []
    crops = load_trained(arguments.checkpoint)[1].crops
    if arguments.whiten:
        pool = CutoutPool([CutoutStore(path) for path in arguments.whiten])
        parts.append(features_of_views(network, pool, factor=crops.factor))
    if arguments.whiten_data:
        sizes = crop_sizes(crops)
        parts.append(features_of_crops(network, read_crops(arguments.whiten_data).train, sizes))
    whiten_embedder(network, parts, shrinkage=arguments.shrinkage)


def _facts_of(path: Path) -> "ModelFacts":
    from ..exporting.contract import kind_of
    from ..exporting.model_facts import read_facts
    from ..exporting.onnx_file import read_onnx

    model = read_onnx(path)
    return read_facts(model, kind_of(model) or "embedder")


def _pictures(arguments: argparse.Namespace, facts: "ModelFacts") -> Any:
    """Give the pictures of `--calibrate` as the graph takes them; None when int8 was not asked for."""
    from ..data.buckets import scaled_sizes
    from ..exporting.calibration import calibration_crops, calibration_frames
    from ..failures import TrainingFailure

    if arguments.precision != "int8":
        return None
    if arguments.calibrate is None:
        raise TrainingFailure("int8 needs pictures that show what is common: give a folder with --calibrate")
    folder, most = arguments.calibrate, arguments.calibrate_most

    def pictures() -> Iterable[Any]:
        if facts.kind == "detector":
            return calibration_frames(folder, facts.clip_side or 608, facts.max_side or 4000, most)
        return calibration_crops(folder, scaled_sizes(facts.crop_scale or 1), most)

    return pictures


EXPORT_COMMAND = Command(
    "export",
    "write a detector or an embedder as ONNX",
    add_export,
    _run_export,
    examples=(
        "export runs/detector/checkpoint.pt models/detector.onnx",
        "export runs/b5a/checkpoint.pt models/embedder-b5a.onnx --precision fp16",
        "export runs/detector/checkpoint.pt models/detector.onnx --precision int8 --calibrate data/coco",
        "export models/embedder-b7.onnx --random --preset seed --member b7 --seed 4",
    ),
)
