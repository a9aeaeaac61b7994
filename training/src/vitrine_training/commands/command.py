"""The shape of a command of `vitrine-train`."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command: its name, one sentence, its arguments, and what it does.

    `run` imports what is heavy, so that `--help` answers at once.
    """

    name: str
    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]
    examples: tuple[str, ...] = ()
    """Command lines without the program's name, shown below the help."""
