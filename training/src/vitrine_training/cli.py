"""The command line `vitrine-train`: each command parses its arguments and calls one function."""

import argparse
import sys
from collections.abc import Sequence

from .commands.command import Command
from .commands.detector_commands import DETECTOR_COMMANDS
from .commands.embedder_commands import EMBEDDER_COMMANDS
from .commands.package import PACKAGE_COMMANDS
from .failures import TrainingFailure

COMMANDS: tuple[Command, ...] = (*DETECTOR_COMMANDS, *EMBEDDER_COMMANDS, *PACKAGE_COMMANDS)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; what it parses has the command's function as `run`."""
    parser = argparse.ArgumentParser(prog="vitrine-train", description="Train, export and package Vitrine's models.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for command in COMMANDS:
        lines = "\n".join(f"  vitrine-train {example}" for example in command.examples)
        added = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=f"examples:\n{lines}" if lines else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command.

    A mistake in the arguments ends with usage and exit code 2, a `TrainingFailure` with its sentence and exit code 1,
    ctrl-C with exit code 130.
    """
    arguments = make_parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except TrainingFailure as failure:
        print(f"vitrine-train: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(
            "vitrine-train: interrupted; the same command goes on from the last checkpoint, if there is one yet",
            file=sys.stderr,
        )
        sys.exit(130)
