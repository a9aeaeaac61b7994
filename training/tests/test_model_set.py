"""Packaging: the manifest names every file with its digest and refuses what breaks the contract."""

import hashlib
import json
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from vitrine_training.exporting.model_set import Thresholds, package_models
from vitrine_training.scoring.embedder_card import update_card
from vitrine_training.scoring.model_card import write_model_card

CLIPS = {"boxes": 1200, "ap50": 0.91, "scoreMin": 0.85, "precision": 0.93, "recall": 0.88}


def write_model(path: Path, inputs: list[str], outputs: list[str]) -> None:
    nodes = [helper.make_node("Identity", [inputs[0]], [output]) for output in outputs]
    values = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in names] for names in (inputs, outputs)
    ]
    onnx.save(helper.make_model(helper.make_graph(nodes, path.stem, *values)), path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_model(tmp_path / "detector.onnx", ["frames"], ["boxes", "scores", "frame"])
    for name in "abcd":
        write_model(tmp_path / f"embedder-{name}.onnx", ["crops"], ["features"])
    return tmp_path


def test_manifest_holds_files_digests_and_thresholds(folder: Path) -> None:
    update_card(folder / "card.json", "detector", {"heldOutShop": {"clips": CLIPS}})
    update_card(folder / "card.json", "embedders", {"ensemble": {"boxRecallAt1": 0.8, "itemRecallAt1": 0.95}})
    package_models(folder, Thresholds(clip_score=0.8), "abc")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [embedder["name"] for embedder in manifest["embedders"]] == ["a", "b", "c", "d"]
    for entry in (manifest["detector"], *manifest["embedders"]):
        assert entry["sha256"] == hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest()
    assert manifest["detector"]["clips"] == {"shortSide": 192, "scoreMin": 0.8}
    assert manifest["crops"]["sizes"][7] == [162, 162]
    assert manifest["provenance"]["metrics"] == {"detectorAp50Clips": 0.91, "boxRecallAt1": 0.8, "itemRecallAt1": 0.95}
    assert set(manifest) == {"format", "name", "detector", "embedders", "crops", "provenance"}


def test_a_missing_model_is_named(folder: Path) -> None:
    (folder / "embedder-c.onnx").unlink()
    with pytest.raises(FileNotFoundError, match=r"embedder-c\.onnx"):
        package_models(folder, Thresholds(), "")
    assert not (folder / "manifest.json").exists()


def test_a_model_with_other_outputs_is_refused(folder: Path) -> None:
    write_model(folder / "embedder-b.onnx", ["crops"], ["feature"])
    with pytest.raises(ValueError, match=r"embedder-b\.onnx"):
        package_models(folder, Thresholds(), "")


def test_card_holds_every_number_of_its_json(tmp_path: Path) -> None:
    cuts = {"p5": 0.11, "p25": 0.22, "p50": 0.33, "p75": 0.44, "p95": 0.55}
    scores = {"boxRecallAt1": 0.801, "itemRecallAt1": 0.952, "trueNearest": cuts, "falseNearest": cuts}
    facts = {"identities": 2532, "parameters": 1330241, "steps": 2505, "minutes": 36.0}
    embedders = {"a": facts | scores, "b": facts | scores | {"identities": 3201}, "ensemble": {"views": 4} | scores}
    update_card(tmp_path / "card.json", "embedders", embedders)
    write_model_card(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert "| a | 1,330,241 | 2,532 | 2,505 | 36.0 | 0.801 | 0.952 |" in text
    assert "| the same garment | 0.11 | 0.22 | 0.33 | 0.44 | 0.55 |" in text
    assert "up to 669 more identities" in text
    assert "## Detector" not in text
    update_card(tmp_path / "card.json", "detector", {"heldOutShop": {"clips": CLIPS}})
    write_model_card(tmp_path)
    assert "| rendered shop, clips | 1,200 | 0.910 | 0.85 | 0.930 | 0.880 |" in (tmp_path / "README.md").read_text()
