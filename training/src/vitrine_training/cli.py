"""The command line `vitrine-train`: each command parses its arguments and calls one function."""

import argparse
from collections.abc import Sequence

from .detector_commands import DETECTOR_COMMANDS
from .embedder_commands import (
    add_cutouts,
    add_embedder,
    add_evaluate_embedders,
    add_export_embedder,
    add_model_card,
    add_package,
)

_COMMANDS = (
    ("cutouts", "pack garment photos and masks into one memory-mapped file", add_cutouts),
    ("embedder", "train one embedder, or go on from its checkpoint", add_embedder),
    ("export-embedder", "write a trained embedder as ONNX", add_export_embedder),
    ("evaluate-embedders", "score the four embedders and their ensemble on held-out garments", add_evaluate_embedders),
    ("model-card", "write a model set's README.md from its card.json", add_model_card),
    ("package", "write the manifest of a folder of models", add_package),
    *DETECTOR_COMMANDS,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command; a mistake in the arguments ends with usage and exit code 2."""
    parser = argparse.ArgumentParser(prog="vitrine-train", description="Train, export and package Vitrine's models.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, summary, add_arguments in _COMMANDS:
        add_arguments(commands.add_parser(name, help=summary, description=summary))
    arguments = parser.parse_args(argv)
    arguments.run(arguments)
