"""Every command line that a page shows is one that the program takes."""

import re
import shlex
from pathlib import Path

import pytest

from vitrine_training.cli import COMMANDS, make_parser

ROOT = Path(__file__).parents[2]
PAGES = {"training/README.md": 15, "docs/guide/train-your-own.md": 5, "docs/guide/bring-your-own-model.md": 1}


def command_lines(text: str) -> list[list[str]]:
    """Arguments of each `vitrine-train` call that begins a line or a loop's body."""
    whole = re.sub(r"\\\n\s*", " ", text)
    found = re.findall(r"^(?:for \w in [\w ]+; do|\s|python -m)*vitrine-train (.+?)(?:; done)?$", whole, re.MULTILINE)
    return [shlex.split(re.sub(r"<([\w -]+)>", r"\1", line).replace("$x", "a"), comments=True) for line in found]


@pytest.mark.parametrize(("page", "least"), PAGES.items())
def test_pages(page: str, least: int) -> None:
    lines = command_lines((ROOT / page).read_text())
    assert len(lines) >= least
    for line in lines:
        make_parser().parse_args(line)


def test_examples() -> None:
    for command in COMMANDS:
        for example in command.examples:
            make_parser().parse_args(shlex.split(example))


def test_a_line_that_is_not_one_is_seen() -> None:
    lines = command_lines("text\n    vitrine-train embedder --presett compact \\\n      --out x\n")
    assert lines == [["embedder", "--presett", "compact", "--out", "x"]]
    with pytest.raises(SystemExit):
        make_parser().parse_args(lines[0])
