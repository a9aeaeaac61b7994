"""`evaluate` finds out what a file is, and scores it over the split that was asked for."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from crop_folder import write_crops
from small_embedder import train_on
from vitrine_training.cli import main
from vitrine_training.data.buckets import scaled_sizes
from vitrine_training.data.crop_table import read_crops
from vitrine_training.exporting.export_embedder import export_embedder
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.train_embedder import load_trained
from vitrine_training.scoring import coco_map
from vitrine_training.scoring.embed_crops import embed_with_torch, score_table
from vitrine_training.scoring.evaluate_model import evaluate_model

FIGURES = {"item_top1", "recall_at_1", "recall_at_5", "recall_at_10", "map_at_r", "items", "queries", "gallery"}


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_crops(tmp_path_factory.mktemp("crops"), 4, 5)


@pytest.fixture(scope="module")
def checkpoint(crops: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "checkpoint.pt"
    train_on(crops, steps=2).save(path)
    return path


@pytest.fixture(scope="module")
def models(checkpoint: Path) -> Path:
    """A set of two embedders and a detector that nobody opens."""
    folder = checkpoint.parent
    embedder = load_trained(checkpoint)[0]
    for name in ("x", "y"):
        export_embedder(embedder, folder / f"embedder-{name}.onnx", is_halved=False)
        with torch.no_grad():
            embedder.project.weight.mul_(torch.rand(512, 1))
    embedders = [
        {"name": name, "file": f"embedder-{name}.onnx", "sha256": hashlib.sha256(b"").hexdigest(), "featureLength": 512}
        for name in ("x", "y")
    ]
    detector = {
        "file": "detector.onnx",
        "pictures": {"shortSide": 192, "scoreMin": 0.9},
        "clips": {"shortSide": 160, "scoreMin": 0.9},
        "maxSide": 512,
    }
    sizes = [list(size) for size in scaled_sizes()]
    manifest = {"format": 1, "detector": detector, "embedders": embedders, "crops": {"sizes": sizes}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_a_checkpoint_and_its_graph_score_alike(crops: Path, checkpoint: Path, models: Path) -> None:
    scores = evaluate_model(checkpoint, [crops])
    embedder, _ = load_trained(checkpoint)
    expected = score_table(read_crops([crops]).validation, scaled_sizes(), embed_with_torch(embedder)).known()
    assert scores == {"a": expected}
    assert set(expected) == FIGURES
    assert evaluate_model(models / "embedder-x.onnx", [crops])["embedder-x"] == pytest.approx(expected)
    train = evaluate_model(checkpoint, [crops], split="train")["a"]
    assert (train["queries"], train["gallery"], scores["a"]["queries"]) == (8, 8, 10)


def test_a_set_scores_each_embedder_and_all_together(crops: Path, models: Path) -> None:
    scores = evaluate_model(models, [crops])["embedders"]
    assert list(scores) == ["x", "y", "ensemble"]
    assert all(set(one) == FIGURES for one in scores.values())


def test_a_bundle_is_run_in_place_of_its_parts(crops: Path, models: Path, tmp_path: Path) -> None:
    manifest = json.loads((models / "manifest.json").read_text())
    manifest["bundle"] = {"file": "embedders.onnx"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "embedders.onnx").write_bytes((models / "embedder-x.onnx").read_bytes())
    assert list(evaluate_model(tmp_path, [crops])["embedders"]) == ["bundle"]


def test_the_command_prints_a_table_and_writes_json(
    crops: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["evaluate", str(checkpoint), "--data", str(crops), "--json", str(tmp_path / "scores.json")])
    scores = json.loads((tmp_path / "scores.json").read_text())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "a"
    assert f"{scores['a']['recall_at_1']:.4f}" in lines[2]
    assert len(lines) == 1 + len(FIGURES)


def test_a_detector_is_measured_at_the_sides_of_its_set(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def measure(model: Path, data: list[Path], **options: Any) -> dict[str, Any]:
        asked.append((model, data, options))
        return {"all": {"ap50": 0.5}}

    monkeypatch.setattr(coco_map, "evaluate_detector", measure)
    (tmp_path / "annotations").mkdir()
    scores = evaluate_model(models, [tmp_path], short_sides={"clip": 96}, split="train")
    assert scores == {"detector": {"all": {"ap50": 0.5}}}
    options = {"split": "train", "short_sides": {"picture": 192, "clip": 96}, "max_side": 512}
    assert asked == [(models / "detector.onnx", [tmp_path], options)]


def test_what_cannot_be_scored_ends_in_a_sentence(crops: Path, checkpoint: Path, models: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingFailure, match="There is no model"):
        evaluate_model(tmp_path / "none.pt", [crops])
    with pytest.raises(TrainingFailure, match=r"manifest.json is no manifest of a model set"):
        evaluate_model(tmp_path, [crops])
    with pytest.raises(TrainingFailure, match=r"has neither crops.csv nor annotations/"):
        evaluate_model(models, [tmp_path])
    with pytest.raises(TrainingFailure, match="has no validation rows; export with --validation"):
        evaluate_model(checkpoint, [write_crops(tmp_path / "train", 2)])
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Identity", ["x"], ["y"])
    graph = onnx.helper.make_graph(
        [node], "g", [value], [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])]
    )
    onnx.save(onnx.helper.make_model(graph), tmp_path / "other.onnx")
    with pytest.raises(TrainingFailure, match=r"neither a detector \(input `frames`\) nor an embedder"):
        evaluate_model(tmp_path / "other.onnx", [crops])


def test_unreadable_crops_are_counted(checkpoint: Path, tmp_path: Path) -> None:
    folder = write_crops(tmp_path, 1, 3)
    (folder / "crops" / "2-clip-1.jpg").write_bytes(b"no picture")
    scores = evaluate_model(checkpoint, [folder])
    assert scores["leftOut"] == {"unreadable": 1}
    assert scores["a"]["gallery"] == 5
    assert np.isfinite(scores["a"]["map_at_r"])
