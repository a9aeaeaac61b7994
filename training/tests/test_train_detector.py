"""The detector's training: its schedule, its steps, and that a kill changes nothing."""

import errno
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from garments import write_store
from tiny_detector import ALONE, STAGE, make_run, tiny
from vitrine_training.config import merge_values
from vitrine_training.exporting.export_detector import export_detector
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.average import Average
from vitrine_training.loops.detector_checkpoint import load_detector
from vitrine_training.loops.train_detector import DetectorRun, DetectorTraining


def weights(path: Path) -> dict[str, torch.Tensor]:
    state = torch.load(path, weights_only=True)
    return {f"{part}.{name}": value for part in ("model", "average") for name, value in state[part].items()}


def assert_equal_weights(first: Path, second: Path) -> None:
    mine, theirs = weights(first), weights(second)
    assert mine.keys() == theirs.keys()
    for name, value in mine.items():
        assert torch.equal(value, theirs[name]), name


class KilledError(Exception):
    pass


def test_a_killed_run_comes_to_the_weights_of_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = {"optimizer": {"kind": "sgd"}}
    stores = [write_store(tmp_path / "store")]
    whole = make_run(tmp_path, over, out=tmp_path / "whole", cutouts=stores, validation=[])
    DetectorTraining(whole, ALONE).fit()
    # A worker process, which reads ahead of the steps, changes nothing either.
    ahead = merge_values(over, {"data": {"workers": 1}})
    killed = make_run(tmp_path, ahead, out=tmp_path / "killed", cutouts=stores, validation=[])
    step = DetectorTraining.train_step

    def die_at_five(self: DetectorTraining, *rest: Any) -> dict[str, float]:
        if self.step == 5:
            raise KilledError
        return step(self, *rest)

    monkeypatch.setattr(DetectorTraining, "train_step", die_at_five)
    with pytest.raises(KilledError):
        DetectorTraining(killed, ALONE).fit()
    monkeypatch.undo()
    again = DetectorTraining(killed, ALONE)
    assert (again.step, again.stage_steps) == (4, [3, 1])
    again.fit()
    assert_equal_weights(whole.out / "checkpoint.pt", killed.out / "checkpoint.pt")
    lines = [json.loads(line) for line in (killed.out / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == [1, 2, 3, 4, 5, 6]


def test_a_run_learns_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage = {**STAGE, "steps": 60, "batch": 4, "lr": 0.01, "short_side": [48, 64]}
    run = make_run(tmp_path, {"stages": [stage], "validation": {"every": 30, "images": 4}, "log_every": 10})
    measured = DetectorTraining(run, ALONE).fit()
    assert measured is not None
    assert measured["all"]["images"] == 4
    told = capsys.readouterr().err
    assert "trains on 4 pictures and 4 clip frames with" in told
    assert "validates on 2 pictures and 2 clip frames with" in told
    assert "starts from random weights" in told
    assert "step 30: all AP50" in told
    lines = [json.loads(line) for line in (run.out / "log.jsonl").read_text().splitlines()]
    losses = [line for line in lines if "loss" in line]
    assert {"loss_objectness", "loss_rpn_box_reg", "loss_classifier", "loss_box_reg", "lr"} <= set(losses[0])
    assert losses[-1]["loss"] < 0.7 * losses[0]["loss"]
    assert [line["step"] for line in lines if "clip/ap50" in line] == [30, 60]
    assert {path.name for path in run.out.iterdir()} == {"checkpoint.pt", "log.jsonl", "curves.png", "tensorboard"}
    detector, state = load_detector(run.out / "checkpoint.pt")
    assert not detector.training
    assert (state["step"], state["images"]) == (60, 240)


def seen_by(run: DetectorRun, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float]]:
    """Images and rate of each step of a run, none of which moves a weight."""
    seen = []

    def look(self: DetectorTraining, batch: Any, rate: float) -> dict[str, float]:
        seen.append((len(batch.sizes), rate))
        return {"loss": 0.0}

    monkeypatch.setattr(DetectorTraining, "train_step", look)
    DetectorTraining(run, ALONE).fit()
    return seen


def test_the_stages_are_gone_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = seen_by(make_run(tmp_path, validation=[]), monkeypatch)
    assert [images for images, _ in seen] == [2, 2, 2, 3, 3, 3]
    assert [rate for _, rate in seen] == pytest.approx([0.001, 0.0015, 0.0005, 0.0005, 0.00075, 0.00025])


def test_staged_off_goes_on_as_the_first_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = seen_by(make_run(tmp_path, {"staged": False}, validation=[]), monkeypatch)
    assert [images for images, _ in seen] == [2] * 6


def test_max_minutes_end_a_run_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over = {"stages": [{**STAGE, "steps": 100_000}], "max_minutes": 0.01}
    assert 1 <= len(seen_by(make_run(tmp_path, over, validation=[]), monkeypatch)) < 100_000


def test_the_average_lags_behind_the_weights() -> None:
    module = torch.nn.BatchNorm1d(2)
    average = Average(module, 0.9)
    with torch.no_grad():
        module.weight.fill_(11.0)
    assert module.num_batches_tracked is not None
    module.num_batches_tracked += 3
    average.update(module, 1000)
    assert average.module.weight.tolist() == pytest.approx([2.0, 2.0])  # type: ignore[union-attr,operator]
    assert int(average.module.num_batches_tracked) == 3  # type: ignore[arg-type]


def test_what_is_loaded_is_the_average_where_there_is_one(tmp_path: Path) -> None:
    for decay in (0.9, 0.0):
        run = make_run(tmp_path, {"optimizer": {"ema": decay}}, out=tmp_path / f"ema-{decay}", validation=[])
        training = DetectorTraining(run, ALONE)
        training.fit()
        detector, _ = load_detector(run.out / "checkpoint.pt")
        source = training.average.module if training.average else training.detector
        for name, value in detector.state_dict().items():
            assert torch.equal(value, source.state_dict()[name]), name
        assert (training.average is None) == (decay == 0.0)


def test_frozen_normalisations_stay_as_they_are(tmp_path: Path) -> None:
    norms = (".1.weight", ".1.bias", ".1.running_mean", ".1.running_var", ".num_batches_tracked")
    for is_frozen in (True, False):
        run = make_run(tmp_path, {"model": {"is_norm_frozen": is_frozen}}, out=tmp_path / str(is_frozen), validation=[])
        training = DetectorTraining(run, ALONE)
        before = {name: value.clone() for name, value in training.detector.state_dict().items()}
        training.fit()
        body = {n: v for n, v in training.detector.state_dict().items() if n.startswith("pyramid.body.")}
        same = {name for name, value in body.items() if torch.equal(value, before[name])}
        assert same == ({name for name in body if name.endswith(norms)} if is_frozen else set())


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_steps_in_half_precision_stay_finite(tmp_path: Path, precision: str) -> None:
    run = make_run(tmp_path, {"precision": precision}, validation=[])
    training = DetectorTraining(run, ALONE)
    training.fit()
    assert all(value.isfinite().all() for value in training.detector.state_dict().values())
    assert {value.dtype for value in training.detector.parameters()} == {torch.float32}


def test_a_gradient_is_clipped(tmp_path: Path) -> None:
    moved = []
    for clip in (1e-3, 0.0):
        over = {"optimizer": {"kind": "sgd", "momentum": 0.0, "weight_decay": 0.0, "clip": clip}}
        training = DetectorTraining(make_run(tmp_path, over, validation=[]), ALONE)
        before = torch.cat([value.detach().flatten() for value in training.detector.parameters()])
        training.train_step(next(training._first_batches()), 1.0)
        after = torch.cat([value.detach().flatten() for value in training.detector.parameters()])
        moved.append(float((after - before).norm()))
    assert moved[0] == pytest.approx(1e-3, rel=0.02)
    assert moved[1] > 0.1


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path, {"save_every": 2}, validation=[])
    step = DetectorTraining.train_step

    def spoil(self: DetectorTraining, *rest: Any) -> dict[str, float]:
        losses = step(self, *rest)
        return {**losses, "loss_box_reg": float("nan")} if self.step == 4 else losses

    monkeypatch.setattr(DetectorTraining, "train_step", spoil)
    with pytest.raises(TrainingFailure, match="loss_box_reg became nan at step 5"):
        DetectorTraining(run, ALONE).fit()
    assert load_detector(run.out / "checkpoint.pt")[1]["step"] == 4


def test_a_full_disk_ends_the_run_and_keeps_the_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path, {"save_every": 2}, validation=[])
    save = torch.save

    def fill(state: dict[str, Any], path: Path) -> None:
        if state["step"] == 4:
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        save(state, path)

    monkeypatch.setattr(torch, "save", fill)
    with pytest.raises(TrainingFailure, match="The disk is full"):
        DetectorTraining(run, ALONE).fit()
    assert load_detector(run.out / "checkpoint.pt")[1]["step"] == 2
    assert not list(run.out.glob(".*"))


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path, validation=[])
    DetectorTraining(run, ALONE).fit()
    other_kind = "adamw" if run.config.optimizer.kind == "sgd" else "sgd"
    cases: list[tuple[DetectorRun, str]] = [
        (replace(run, preset="other"), "its preset is 'tiny', this configuration has 'other'"),
        (replace(run, config=tiny({"model": {"hidden": 16}})), "its model.hidden is 8, this configuration has 16"),
        (replace(run, config=tiny({"seed": 77})), "its seed is .*, this configuration has 77"),
        (replace(run, config=tiny({"optimizer": {"kind": other_kind}})), f"its optimizer.kind is .*{other_kind}"),
        (replace(run, config=tiny({"staged": False})), "a schedule of 2 stages, this configuration has 1"),
    ]
    for other, message in cases:
        with pytest.raises(TrainingFailure, match=message):
            DetectorTraining(other, ALONE)


def test_a_resumed_run_takes_decay_and_momentum_of_its_configuration(tmp_path: Path) -> None:
    run = make_run(tmp_path, {"optimizer": {"kind": "sgd"}}, validation=[])
    DetectorTraining(run, ALONE).fit()
    over = {"optimizer": {"kind": "sgd", "weight_decay": 0.125, "momentum": 0.5}}
    again = DetectorTraining(replace(run, config=tiny(over)), ALONE)
    groups = again.optimizer.param_groups
    assert [(group["weight_decay"], group["momentum"]) for group in groups] == [(0.125, 0.5), (0.0, 0.5)]


def test_a_run_starts_from_what_it_is_told(tmp_path: Path) -> None:
    first = make_run(tmp_path, validation=[])
    DetectorTraining(first, ALONE).fit()
    source, state = load_detector(first.out / "checkpoint.pt")
    export_detector(source, tmp_path / "first.onnx", is_halved=False)
    frames = torch.randint(0, 256, (2, 64, 96, 3), dtype=torch.uint8)

    def maps(training: DetectorTraining) -> list[torch.Tensor]:
        with torch.no_grad():
            return list(training.detector.eval().pyramid(training.detector.normalise(frames)))

    with torch.no_grad():
        expected = source.pyramid(source.normalise(frames))
    for start in (f"checkpoint:{first.out / 'checkpoint.pt'}", f"onnx:{tmp_path / 'first.onnx'}"):
        training = DetectorTraining(make_run(tmp_path, {"start": start}, out=tmp_path / "next", validation=[]), ALONE)
        for mine, theirs in zip(maps(training), expected, strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=1e-3)
        if start.startswith("checkpoint"):
            assert training.history == [{"steps": 6, "images": 15, "minutes": round(state["used_s"] / 60, 1)}]
            assert training.step == 0
    for start, message in (
        ("imagenet", "Expected `start` to be none, detectron2:<path>"),
        ("checkpoint:", "Expected `start` to be none"),
        (f"checkpoint:{tmp_path / 'absent.pt'}", "There is no checkpoint"),
        (f"detectron2:{tmp_path / 'absent.pth'}", "There is no checkpoint"),
        (f"onnx:{tmp_path / 'absent.onnx'}", "is no ONNX model"),
    ):
        with pytest.raises(TrainingFailure, match=message):
            DetectorTraining(make_run(tmp_path, {"start": start}, out=tmp_path / "none", validation=[]), ALONE)
    with pytest.raises(TrainingFailure, match="holds another network than this configuration"):
        over = {"start": f"checkpoint:{first.out / 'checkpoint.pt'}", "model": {"hidden": 16}}
        DetectorTraining(make_run(tmp_path, over, out=tmp_path / "none", validation=[]), ALONE)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_set_of_unreadable_files_ends_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], workers: int
) -> None:
    run = make_run(tmp_path, {"data": {"workers": workers}}, validation=[])
    files = sorted((tmp_path / "coco" / "images" / "train").glob("*/*.png"))
    if not workers:
        files[0].write_bytes(b"")
        DetectorTraining(run, ALONE).fit()
        assert f"not used: {files[0]} cannot be read as a picture" in capsys.readouterr().err
    for file in files:
        file.write_bytes(b"")
    again = DetectorTraining(replace(run, out=tmp_path / "again"), ALONE)
    with pytest.raises(TrainingFailure) as failed:
        again.fit()
    assert str(failed.value).startswith("8 images in a row cannot be used; the first: ")
    assert "\n" not in str(failed.value)
