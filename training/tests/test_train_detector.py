"""The detector's training: schedule, checkpoints, average and card."""

import json
from pathlib import Path

import pytest
import torch
import yaml

from garments import write_store
from vitrine_training.composites.scene_batches import SceneBatches
from vitrine_training.loops.train_detector import Average, DetectorRun, DetectorTraining, learning_rate, load_detector
from vitrine_training.nets.detector import Detector, DetectorSpec
from vitrine_training.scoring.detector_card import write_card_part

TINY = {
    "model": {
        "body": {"stem": [4, 8], "stages": [[4, 8, 1], [4, 8, 1], [4, 8, 1], [4, 8, 1]]},
        "fpn_channels": 8,
        "hidden": 8,
        "rpn_pre_nms": 20,
        "rpn_post_nms": 10,
    },
    "train": {"seed": 1, "batch": 2, "lr": 0.001, "weight_decay": 0.01, "warmup_steps": 5, "ema": 0.9},
}


@pytest.fixture
def run(tmp_path: Path) -> DetectorRun:
    config = tmp_path / "tiny.yaml"
    config.write_text(yaml.safe_dump(TINY))
    store = write_store(tmp_path / "store")
    return DetectorRun(config=config, cutouts=[store], validation=store, out=tmp_path / "out", minutes=0.02)


def test_the_rate_rises_then_falls_to_two_percent() -> None:
    assert learning_rate(1.0, 0, 10, 0.0) == pytest.approx(0.1)
    assert learning_rate(1.0, 9, 10, 0.0) == pytest.approx(1.0)
    assert learning_rate(1.0, 500, 10, 0.5) == pytest.approx(0.51)
    assert learning_rate(1.0, 999, 10, 1.0) == learning_rate(1.0, 999, 10, 1.7) == pytest.approx(0.02)


def test_the_average_lags_behind_the_weights() -> None:
    module = torch.nn.BatchNorm1d(2)
    average = Average(module, 0.9)
    with torch.no_grad():
        module.weight.fill_(11.0)
    module.num_batches_tracked += 3
    average.update(module, 1000)
    assert average.module.weight.tolist() == pytest.approx([2.0, 2.0])
    assert int(average.module.num_batches_tracked) == 3


def test_an_unknown_key_of_the_model_is_named() -> None:
    with pytest.raises(TypeError, match="colour"):
        DetectorSpec.parse({**TINY["model"], "colour": 3})


def test_a_run_goes_on_from_its_checkpoint(run: DetectorRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitrine_training.loops.train_detector.VALIDATION_BATCHES", 1)
    monkeypatch.setattr("vitrine_training.loops.train_detector.LOG_EVERY", 1)
    training = DetectorTraining(run)
    before = {name: value.clone() for name, value in training.detector.state_dict().items()}
    training.fit()
    assert training.step >= 1
    assert any(not torch.equal(value, before[name]) for name, value in training.detector.state_dict().items())
    lines = [json.loads(line) for line in (run.out / "log.jsonl").read_text().splitlines()]
    assert {"loss_objectness", "loss_rpn_box_reg", "loss_classifier", "loss_box_reg"} <= set(lines[0])
    assert "ap50" in lines[-1]

    again = DetectorTraining(run)
    assert (again.step, again.used_s) == (training.step, training.used_s)
    for mine, theirs in ((again.detector, training.detector), (again.average.module, training.average.module)):
        for name, value in mine.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[name]), name
    assert next(iter(again.batches().indices)) == training.step  # type: ignore[attr-defined]
    moments = again.optimizer.state_dict()["state"]
    assert moments, "the optimiser's moments are restored too"


def test_a_run_can_start_from_another_ones_average(run: DetectorRun, tmp_path: Path) -> None:
    first = DetectorTraining(run)
    first.step, first.used_s = 40, 120.0
    with torch.no_grad():
        for value in first.average.module.parameters():
            value.add_(1.0)
    first.save()
    second = DetectorTraining(
        DetectorRun(
            config=run.config, cutouts=run.cutouts, validation=run.validation,
            out=tmp_path / "second", start=first.checkpoint,
        )
    )  # fmt: skip
    assert second.step == 0
    assert second.history == [{"steps": 40, "batch": 2, "minutes": 2.0}]
    for name, value in second.detector.state_dict().items():
        assert torch.equal(value, first.average.module.state_dict()[name]), name
    detector, state = load_detector(first.checkpoint)
    assert isinstance(detector, Detector)
    assert not detector.training
    assert state["step"] == 40


def test_a_batch_depends_on_seed_and_number_alone(tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    one, same, other = (SceneBatches([store], seed=seed, batch=2) for seed in (3, 3, 4))
    one[0]
    assert torch.equal(one[5].frames, same[5].frames)
    assert all(torch.equal(a, b) for a, b in zip(one[5].boxes, same[5].boxes, strict=True))
    assert one[5].frames.shape != other[5].frames.shape or not torch.equal(one[5].frames, other[5].frames)


def test_the_card_keeps_what_others_wrote(tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text('{"embedders": {"a": 1}, "detector": {"old": 1}}')
    write_card_part(card, {"ap50": 0.5})
    assert json.loads(card.read_text()) == {"embedders": {"a": 1}, "detector": {"ap50": 0.5}}
    assert [path.name for path in tmp_path.iterdir()] == ["card.json"]
