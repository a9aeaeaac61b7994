"""The ablation: which trainings it makes, what it writes, and that it goes on."""

import json
from pathlib import Path

import pytest

from crop_folder import write_crops
from small_embedder import SMALL, train_on
from vitrine_training.cli import main
from vitrine_training.data.crop_table import read_crops
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops import ablate_embedder, run_log
from vitrine_training.loops.ablate_embedder import Ablation, describe


def test_every_trick_is_left_out_once_a_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_log, "draw_curves", lambda *_: None)
    folder = write_crops(tmp_path / "crops", 4, 3)
    train_on(folder, steps=1).save(tmp_path / "start.pt")
    out = tmp_path / "out"
    command = ["ablation", "--data", str(folder), "--out", str(out), "--seeds", "3", "--set", *SMALL]
    command += [f"start=checkpoint:{tmp_path / 'start.pt'}", "train.epochs=1"]
    main(command)
    summary = json.loads((out / "ablation.json").read_text())
    assert list(summary["results"]) == ["all", *"abcdefghi"]
    assert summary["train"] == {"crops": 16, "identities": 4}
    assert summary["validation"] == {"crops": 12, "identities": 3}
    table = (out / "ablation.md").read_text().splitlines()
    assert len(table) == 2 + 10
    assert table[2].startswith("| nothing | ")
    assert table[5].startswith("| (c) augmentation | ")
    trained = []
    monkeypatch.setattr(ablate_embedder, "run_embedder", lambda *given: trained.append(given))
    main(command)
    assert len(trained) == 10
    assert json.loads((out / "ablation.json").read_text()) == summary


def test_a_trick_that_is_off_already_is_named() -> None:
    with pytest.raises(TrainingFailure, match=r"Trick \(f\), cross-batch memory, is off already"):
        Ablation("scratch", None, (), (1,)).config("f", 1)


def test_without_validation_there_is_nothing_to_compare(tmp_path: Path) -> None:
    data = read_crops([write_crops(tmp_path, 3)])
    with pytest.raises(TrainingFailure, match="An ablation needs validation rows"):
        ablate_embedder.run_ablation(Ablation("scratch", None, (), (1,)), data, [tmp_path], tmp_path, None)  # type: ignore[arg-type]


def test_the_table_gives_means_and_differences_by_seed() -> None:
    def scores(recall: float) -> dict[str, float]:
        return {"item_top1": 0.5, "recall_at_1": recall, "map_at_r": 0.25}

    summary = {
        "tricks": {"a": {"name": "first"}, "b": {"name": "second"}},
        "results": {"all": {"1": scores(0.8), "2": scores(0.7)}, "a": {"1": scores(0.6)}},
    }
    assert describe(summary).splitlines()[2:] == [
        "| nothing | 0.500 | 0.750 | 0.250 |  |",
        "| (a) first | 0.500 | 0.600 | 0.250 | -0.200 |",
    ]
