"""How the program ends: with a sentence, never with a traceback, when it is not its own fault."""

import argparse
from collections.abc import Callable

import pytest

from vitrine_training import cli
from vitrine_training.commands.command import Command
from vitrine_training.failures import TrainingFailure


def fail() -> None:
    raise TrainingFailure("The data set is empty")


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("act", "code", "says"),
    [
        (fail, 1, "vitrine-train: The data set is empty\n"),
        (
            interrupt,
            130,
            "vitrine-train: interrupted; the same command goes on from the last checkpoint, if there is one yet\n",
        ),
    ],
)
def test_ends_with_a_sentence(
    act: Callable[[], None],
    code: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(_arguments: argparse.Namespace) -> None:
        act()

    monkeypatch.setattr(cli, "COMMANDS", (Command("act", "acts", lambda _parser: None, run, ("act now",)),))
    with pytest.raises(SystemExit) as ended:
        cli.main(["act"])
    assert ended.value.code == code
    assert capsys.readouterr().err == says


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for command in cli.COMMANDS:
        with pytest.raises(SystemExit) as ended:
            cli.main([command.name, "--help"])
        assert ended.value.code == 0
        out = capsys.readouterr().out
        for example in command.examples:
            assert f"  vitrine-train {example}\n" in out
