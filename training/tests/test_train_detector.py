"""The detector's training: its schedule, its steps, and that a kill changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from coco_folder import write_coco
from garments import write_store
from vitrine_training.config import check_values, merge_values
from vitrine_training.loops.detector_config import DetectorConfig
from vitrine_training.loops.train_detector import DetectorRun, DetectorTraining
from vitrine_training.loops.world import World

ALONE = World(0, 1, torch.device("cpu"))
STAGE = {"steps": 3, "batch": 2, "short_side": [48, 64], "max_side": 96, "lr": 0.002, "decay": "cosine", "warm_up": 2}
TINY: dict[str, Any] = {
    "model": {
        "body": {"stem": [4, 8], "stages": [[4, 8, 1], [4, 8, 1], [4, 8, 1], [4, 8, 1]]},
        "fpn_channels": 8,
        "hidden": 8,
        "rpn_pre_nms": 20,
        "rpn_post_nms": 10,
    },
    "stages": [STAGE, {**STAGE, "batch": 3, "lr": 0.001}],
    "data": {"workers": 0, "photometric": True},
    "optimizer": {"kind": "adamw", "weight_decay": 0.01, "ema": 0.9},
    "validation": {"every": 4, "images": 2, "picture": 48, "clip": 48, "max_side": 96},
    "save_every": 4,
    "log_every": 1,
}


def tiny(over: dict[str, Any] | None = None) -> DetectorConfig:
    return check_values(DetectorConfig, merge_values(TINY, over or {}), "of the test")


def make_run(tmp_path: Path, over: dict[str, Any] | None = None, **values: Any) -> DetectorRun:
    folder = tmp_path / "coco"
    if not folder.exists():
        write_coco(folder)
        write_coco(folder, 4, "validation", seed=1)
    given = {"data": [folder], "validation": [folder], "out": tmp_path / "out", **values}
    return DetectorRun(config=tiny(over), preset="tiny", **given)


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


@pytest.mark.parametrize("workers", [0, 1])
def test_a_killed_run_comes_to_the_weights_of_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    over = {"data": {"workers": workers}, "optimizer": {"kind": "sgd"}}
    whole = make_run(tmp_path, over, out=tmp_path / "whole", cutouts=[write_store(tmp_path / "store")])
    DetectorTraining(whole, ALONE).fit()
    killed = make_run(tmp_path, over, out=tmp_path / "killed", cutouts=whole.cutouts)
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
