"""Whole runs: what they write, that a kill changes nothing, and the sentences that they end in."""

import errno
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from crop_folder import read_rows, write_crops, write_rows
from small_embedder import SMALL
from vitrine_training.cli import main
from vitrine_training.loops import run_log, train_embedder
from vitrine_training.loops.checkpoint import read_checkpoint


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_crops(tmp_path_factory.mktemp("crops"), 5, 3)


@pytest.fixture(autouse=True)
def without_curves(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no curves, which takes longer than the training, but where they are looked at."""
    if "logs" not in request.node.name:
        monkeypatch.setattr(run_log, "draw_curves", lambda *_: None)


def run(folder: Path, out: Path, *more: str) -> None:
    main(["embedder", "--preset", "scratch", "--data", str(folder), "--out", str(out), "--set", *SMALL, *more])


def lines_of(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


def sentence_of(capsys: pytest.CaptureFixture[str], folder: Path, out: Path, *more: str) -> str:
    with pytest.raises(SystemExit) as ended:
        run(folder, out, *more)
    assert ended.value.code == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("vitrine-train: ")
    return last


def test_a_run_validates_logs_and_does_not_start_again(crops: Path, tmp_path: Path) -> None:
    run(crops, tmp_path)
    lines = lines_of(tmp_path)
    validations = [line["step"] for line in lines if "recall_at_1" in line]
    assert validations == [0, 4, 8, 10]
    assert {"item_top1", "recall_at_1", "recall_at_5", "recall_at_10", "map_at_r"} <= set(lines[0])
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert list((tmp_path / "tensorboard").iterdir())
    written = (tmp_path / "checkpoint.pt").read_bytes()
    run(crops, tmp_path)
    assert (tmp_path / "checkpoint.pt").read_bytes() == written


def test_without_validation_rows_training_garments_are_asked_for(tmp_path: Path) -> None:
    run(write_crops(tmp_path / "crops", 5), tmp_path / "out")
    assert "train_recall_at_1" in lines_of(tmp_path / "out")[0]
    assert "recall_at_1" not in lines_of(tmp_path / "out")[0]


class Killed(BaseException):
    """Ends a run where it stands, as a signal would."""


def test_a_killed_run_goes_on_as_if_nothing_had_been(
    crops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(crops, tmp_path / "whole", "train.checkpoint_minutes=0")
    step = train_embedder.EmbedderTraining.step

    def dying(self: train_embedder.EmbedderTraining) -> dict[str, float]:
        if self.steps_done == 4:
            raise Killed
        return step(self)

    monkeypatch.setattr(train_embedder.EmbedderTraining, "step", dying)
    with pytest.raises(Killed):
        run(crops, tmp_path / "cut", "train.checkpoint_minutes=0")
    monkeypatch.undo()
    assert read_checkpoint(tmp_path / "cut" / "checkpoint.pt", "embedder")["steps_done"] == 4
    run(crops, tmp_path / "cut", "train.checkpoint_minutes=0")
    whole, cut = (read_checkpoint(tmp_path / name / "checkpoint.pt", "embedder") for name in ("whole", "cut"))
    for part in ("model", "memory"):
        assert all(torch.equal(value, cut[part][key]) for key, value in whole[part].items())
    assert torch.equal(whole["centres"], cut["centres"])
    validations = [
        [(line["step"], line["map_at_r"]) for line in lines_of(tmp_path / name) if "map_at_r" in line]
        for name in ("whole", "cut")
    ]
    assert validations[0] == validations[1]


def test_a_loss_that_is_no_number_ends_in_a_sentence(
    crops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ("train.rate=1e18", "train.clip=null", "train.warm_up=0")
    sentence = sentence_of(capsys, crops, tmp_path, *more)
    assert "became nan at step" in sentence
    assert "lower the learning rate" in sentence


def test_a_full_disk_ends_in_a_sentence_and_leaves_the_last_checkpoint(
    crops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(crops, tmp_path, "train.epochs=1")
    kept = (tmp_path / "checkpoint.pt").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    assert f"The disk is full: {tmp_path / 'checkpoint.pt'}" in sentence_of(capsys, crops, tmp_path)
    assert (tmp_path / "checkpoint.pt").read_bytes() == kept


def test_a_checkpoint_of_another_preset_ends_in_a_sentence(
    crops: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(crops, tmp_path, "train.epochs=1")
    assert "comes from another run: its net" in sentence_of(capsys, crops, tmp_path, "net.scale=0.4")
    assert "comes from another run: its preset is 'scratch'" in sentence_of(capsys, crops, tmp_path, "preset=other")
    torch.save({"format": 1, "kind": "detector", "identity": {}}, tmp_path / "checkpoint.pt")
    assert "is a checkpoint of a detector" in sentence_of(capsys, crops, tmp_path)


def test_bad_data_ends_in_a_sentence_or_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "crops.csv cannot be read" in sentence_of(capsys, tmp_path / "none", tmp_path / "out")
    folder = write_crops(tmp_path / "crops", 3, 2)
    rows = read_rows(folder)
    (folder / "crops" / "0-clip-0.jpg").unlink()
    (folder / "crops" / "1-clip-1.jpg").write_bytes(b"no picture")
    (folder / "crops" / "4-clip-1.jpg").write_bytes(b"no picture")
    rows[0][2] = "test"
    write_rows(folder, rows)
    run(folder, tmp_path / "out", "train.epochs=4")
    report = json.loads((tmp_path / "out" / "data-report.json").read_text())
    assert (report["counts"]["wrong"], report["counts"]["missing"]) == (1, 1)
    assert report["counts"]["unreadable"] == 2
    assert any(f"{folder / 'crops.csv'}:9: " in sentence for sentence in report["first"])


def test_a_worker_that_can_read_nothing_ends_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_crops(tmp_path / "crops", 3)
    for path in (folder / "crops").iterdir():
        path.write_bytes(b"no picture")
    sentence = sentence_of(capsys, folder, tmp_path / "out", "train.workers=1")
    assert sentence.startswith("vitrine-train: None of the crops of a batch can be read; ")


def test_workers_change_nothing(crops: Path, tmp_path: Path) -> None:
    run(crops, tmp_path / "alone", "train.epochs=1")
    run(crops, tmp_path / "workers", "train.epochs=1", "train.workers=2")
    alone, workers = (read_checkpoint(tmp_path / name / "checkpoint.pt", "embedder") for name in ("alone", "workers"))
    assert all(torch.equal(value, workers["model"][key]) for key, value in alone["model"].items())


def command(folder: Path, out: Path, *more: str) -> list[str]:
    arguments = ["--preset", "scratch", "--data", str(folder), "--out", str(out), "--device", "cpu"]
    return ["-c", "from vitrine_training.cli import main; main()", "embedder", *arguments, "--set", *SMALL, *more]


def test_a_run_survives_sigkill(crops: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, *command(crops, tmp_path, "train.epochs=400", "train.checkpoint_minutes=0")],
        stderr=subprocess.DEVNULL,
    )
    checkpoint = tmp_path / "checkpoint.pt"
    deadline = time.monotonic() + 60
    while not checkpoint.is_file() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    done = read_checkpoint(checkpoint, "embedder")["steps_done"]
    run(crops, tmp_path, f"train.epochs={(done + 5) / 5}")
    steps = [line["step"] for line in lines_of(tmp_path) if "recall_at_1" not in line]
    assert steps == sorted(set(steps))
    assert read_checkpoint(checkpoint, "embedder")["steps_done"] > done


TWO = """
import sys
import torch
from vitrine_training.cli import main
from vitrine_training.loops.train_embedder import EmbedderTraining

held = []
begin = EmbedderTraining.begin
EmbedderTraining.begin = lambda self: (held.append(self), begin(self))[1]
out = sys.argv.pop(1)
main()
training = held.pop()
torch.save(training.losses.state_dict(), f"{out}/rank-{training.world.rank}.pt")
del training
"""


def test_two_processes_share_a_run(tmp_path: Path) -> None:
    crops = write_crops(tmp_path / "crops", 5, 3)
    for name in ("0-clip-0", "0-clip-1", "3-picture-0", "3-picture-1"):
        (crops / "crops" / f"{name}.jpg").write_bytes(b"no picture")
    (tmp_path / "two.py").write_text(TWO)
    torchrun = ["-m", "torch.distributed.run", "--nproc-per-node=2", "--rdzv-backend=c10d"]
    torchrun += ["--rdzv-endpoint=localhost:0", str(tmp_path / "two.py"), str(tmp_path)]
    arguments = command(crops, tmp_path / "out")[2:]
    process = subprocess.run(
        [sys.executable, *torchrun, *arguments], capture_output=True, text=True, timeout=150, check=False
    )
    assert process.returncode == 0, process.stderr
    first, second = (torch.load(tmp_path / f"rank-{rank}.pt", weights_only=True) for rank in range(2))
    # Batches differ, and with them what a BatchNorm has seen; the gradient is shared.
    trained = [key for key in first if "running" not in key and "num_batches" not in key]
    assert all(torch.equal(first[key], second[key]) for key in trained)
    # Both processes' batches are in the memory, and the steps of an epoch are halved.
    assert (first["memory.labels"] >= 0).all()
    assert read_checkpoint(tmp_path / "out" / "checkpoint.pt", "embedder")["steps_done"] == 5
    assert [line["step"] for line in lines_of(tmp_path / "out") if "recall_at_1" in line] == [0, 2, 4, 5]
    # What either process could not read is told once.
    assert json.loads((tmp_path / "out" / "data-report.json").read_text())["counts"] == {"unreadable": 4}
