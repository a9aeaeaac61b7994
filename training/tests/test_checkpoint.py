"""Checkpoints are whole, and belong to one run."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from vitrine_training.failures import TrainingFailure, writing
from vitrine_training.loops.checkpoint import load_checkpoint, read_checkpoint, save_checkpoint

IDENTITY = {"preset": "compact", "network": {"stem": [1, 2], "scale": 0.5}}


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save_checkpoint(path, "embedder", IDENTITY, {"model": {"a": torch.ones(2)}, "step": 3})
    state = load_checkpoint(path, "embedder", {"preset": "compact", "network": {"stem": (1, 2), "scale": 0.5}})
    assert state["step"] == 3
    assert torch.equal(state["model"]["a"], torch.ones(2))
    assert os.listdir(tmp_path) == ["last.pt"]


@pytest.mark.parametrize(
    ("identity", "says"),
    [
        ({**IDENTITY, "preset": "seed"}, "its preset is 'compact', this configuration has 'seed'"),
        ({**IDENTITY, "network": {"stem": [1, 3], "scale": 0.5}}, r"its network\.stem is \[1, 2\], .* \[1, 3\]"),
        ({"preset": "compact"}, r"its network is \{"),
    ],
)
def test_another_run_is_refused_by_what_differs(tmp_path: Path, identity: dict[str, Any], says: str) -> None:
    save_checkpoint(tmp_path / "last.pt", "embedder", IDENTITY, {})
    with pytest.raises(TrainingFailure, match=says):
        load_checkpoint(tmp_path / "last.pt", "embedder", identity)


def test_what_an_older_checkpoint_does_not_say_is_not_compared(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "last.pt", "embedder", {"preset": "compact"}, {"step": 3})
    assert load_checkpoint(tmp_path / "last.pt", "embedder", {"preset": "compact", "seed": 7})["step"] == 3


def test_another_kind_a_damaged_file_and_none_are_sentences(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    with pytest.raises(TrainingFailure, match="There is no checkpoint"):
        read_checkpoint(path, "embedder")
    save_checkpoint(path, "detector", {}, {})
    with pytest.raises(TrainingFailure, match="is a checkpoint of a detector; expected one of kind embedder"):
        read_checkpoint(path, "embedder")
    torch.save({"weights": 1}, path)
    with pytest.raises(TrainingFailure, match="of another program"):
        read_checkpoint(path, "embedder")
    path.write_bytes(b"PK torn")
    with pytest.raises(TrainingFailure, match="is no checkpoint that can be read"):
        read_checkpoint(path, "embedder")


def test_a_full_disk_keeps_the_earlier_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "last.pt"
    save_checkpoint(path, "embedder", IDENTITY, {"step": 1})

    def fill(_state: object, temporary: Path) -> None:
        temporary.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("torch.save", fill)
    with pytest.raises(TrainingFailure, match=r"The disk is full: .*last\.pt could not be written"):
        save_checkpoint(path, "embedder", IDENTITY, {"step": 2})
    assert read_checkpoint(path, "embedder")["step"] == 1
    assert os.listdir(tmp_path) == ["last.pt"]


def test_a_disk_that_is_really_full_is_a_sentence() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(TrainingFailure, match="disk is full"), writing(full), full.open("wb") as file:
        torch.save({"step": torch.zeros(100_000)}, file)
