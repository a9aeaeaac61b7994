"""What a run leaves to read and to look at."""

import json
from pathlib import Path

import cv2
import pytest

from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.run_log import RunLog


def lines(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_means_notes_events_and_curves(tmp_path: Path) -> None:
    with RunLog(tmp_path / "run", title="tiny", total=4, every=2) as log:
        for step, loss in enumerate((4.0, 2.0, 1.0, 0.5), 1):
            log.step(step, {"loss": loss, "lr": 0.1})
        log.note(4, {"recall": 0.75})
    assert lines(tmp_path / "run") == [
        {"step": 2, "loss": 3.0, "lr": 0.1},
        {"step": 4, "loss": 0.75, "lr": 0.1},
        {"step": 4, "recall": 0.75},
    ]
    assert list((tmp_path / "run" / "tensorboard").iterdir())
    picture = cv2.imread(str(tmp_path / "run" / "curves.png"))
    assert picture is not None
    assert picture.std() > 5


def test_a_run_that_goes_on_has_each_step_once(tmp_path: Path) -> None:
    with RunLog(tmp_path, title="tiny", total=4, every=1) as log:
        for step in (1, 2, 3):
            log.step(step, {"loss": float(step)})
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"step": 4, "lo')  # killed in the middle of a line
    with RunLog(tmp_path, title="tiny", total=4, done=2, every=1) as log:
        for step in (3, 4):
            log.step(step, {"loss": float(10 * step)})
    assert [(line["step"], line["loss"]) for line in lines(tmp_path)] == [(1, 1.0), (2, 2.0), (3, 30.0), (4, 40.0)]


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_the_run(tmp_path: Path, loss: float) -> None:
    says = f"The class_loss became {loss} at step 7: lower the learning rate"
    with pytest.raises(TrainingFailure, match=says), RunLog(tmp_path, title="tiny", total=9) as log:
        log.step(7, {"class_loss": loss})


def test_other_processes_write_nothing(tmp_path: Path) -> None:
    with RunLog(tmp_path / "run", title="tiny", total=1, every=1, is_main=False) as log:
        log.step(1, {"loss": 1.0})
        log.note(1, {"recall": 1.0})
        log.say("nothing")
    assert not (tmp_path / "run").exists()
