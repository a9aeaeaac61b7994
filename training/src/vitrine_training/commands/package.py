"""The commands of `vitrine-train` that make a folder of ONNX files a model set: `export`, `package`, `model-card`."""

import argparse
from pathlib import Path

from .check_set import CHECK_SET_COMMAND
from .command import Command
from .export import EXPORT_COMMAND


def add_package(parser: argparse.ArgumentParser) -> None:
    """Arguments of `package`."""
    parser.add_argument("models", type=Path, help="folder with detector.onnx and one embedder-<name>.onnx an embedder")
    parser.add_argument("--bundle", action="store_true", help="merge the embedders into one graph, embedders.onnx")
    parser.add_argument("--name", help="of the set (default: the folder's name)")
    parser.add_argument(
        "--embedders", nargs="+", default=[], metavar="NAME", help="their order (default: by file name)"
    )
    parser.add_argument(
        "--embedders-from",
        type=Path,
        metavar="FOLDER",
        help="a set beside this one, whose embedders are this one's too (default: those in the folder)",
    )
    parser.add_argument(
        "--picture-side", type=int, metavar="PX", help="short side of pictures (default: the detector's)"
    )
    parser.add_argument("--picture-score", type=float, default=0.90, help="a picture's box counts above (default 0.90)")
    parser.add_argument("--clip-side", type=int, metavar="PX", help="short side of clips (default: the detector's)")
    parser.add_argument("--clip-score", type=float, default=0.95, help="a clip's box counts above (default 0.95)")
    parser.add_argument("--max-side", type=int, metavar="PX", help="of the longer side (default: the detector's)")
    parser.add_argument("--crop-scale", type=float, help="of set SM's crop sizes (default: the embedders')")
    parser.add_argument("--data", help="what the models were trained on, in words (default: what card.json says)")
    parser.add_argument("--commit", help="the commit that trained the models (default: what the detector says)")


def _run_package(arguments: argparse.Namespace) -> None:
    from ..exporting.model_set import SetOptions, package_models
    from ..scoring.model_card import write_model_card

    folder: Path = arguments.models
    options = SetOptions(
        name=arguments.name,
        embedders=tuple(arguments.embedders),
        embedders_from=arguments.embedders_from,
        picture_side=arguments.picture_side,
        picture_score=arguments.picture_score,
        clip_side=arguments.clip_side,
        clip_score=arguments.clip_score,
        max_side=arguments.max_side,
        crop_scale=arguments.crop_scale,
        data=arguments.data,
        commit=arguments.commit,
        is_bundled=arguments.bundle,
    )
    manifest = package_models(folder, options)
    write_model_card(folder)
    embedders = ", ".join(entry["name"] for entry in manifest["embedders"])
    form = f"bundled in {manifest['bundle']['file']}" if "bundle" in manifest else "a file each"
    print(f"{folder / 'manifest.json'}: detector, embedders {embedders} ({form})")


def add_model_card(parser: argparse.ArgumentParser) -> None:
    """Arguments of `model-card`."""
    parser.add_argument("models", type=Path, help="folder with manifest.json and card.json; its README.md is written")


def _run_model_card(arguments: argparse.Namespace) -> None:
    from ..scoring.model_card import write_model_card

    write_model_card(arguments.models)


PACKAGE_COMMANDS = (
    EXPORT_COMMAND,
    Command(
        "package",
        "check a folder of models and write its manifest and card",
        add_package,
        _run_package,
        examples=(
            "package runs/shop --picture-score 0.8 --clip-score 0.85",
            "package runs/shop --bundle --embedders b5a b5b b6 b7",
        ),
    ),
    Command("model-card", "write a model set's README.md again", add_model_card, _run_model_card),
    CHECK_SET_COMMAND,
)
