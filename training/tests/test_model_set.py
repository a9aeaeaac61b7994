"""Packaging: the manifest names every file with its digest, and what breaks the contract is refused."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from onnx_models import write_detector, write_embedder
from vitrine_training.cli import main
from vitrine_training.data.buckets import scaled_sizes
from vitrine_training.exporting.contract import check_contract
from vitrine_training.exporting.export_model import convert_file
from vitrine_training.exporting.model_facts import ModelFacts, read_facts
from vitrine_training.exporting.model_set import SetOptions, package_models
from vitrine_training.exporting.onnx_file import open_session, read_onnx
from vitrine_training.failures import TrainingFailure
from vitrine_training.scoring.embedder_card import update_card
from vitrine_training.scoring.model_card import write_model_card

CLIPS = {"boxes": 1200, "ap50": 0.91, "scoreMin": 0.85, "precision": 0.93, "recall": 0.88}
DETECTOR = ModelFacts("detector", picture_side=800, clip_side=608, max_side=4000, commit="abc", weights="random")


def embedder_facts(name: str, scale: float | None = 1.0) -> ModelFacts:
    return ModelFacts("embedder", name=name, crop_scale=scale)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_detector(tmp_path / "detector.onnx", DETECTOR)
    for seed, name in enumerate(("b5a", "b5b", "b6")):
        write_embedder(tmp_path / f"embedder-{name}.onnx", embedder_facts(name), seed=seed)
    return tmp_path


def read_manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


def test_manifest_says_what_the_files_say(folder: Path) -> None:
    update_card(folder / "card.json", "detector", {"heldOutShop": {"clips": CLIPS}})
    update_card(folder / "card.json", "embedders", {"ensemble": {"boxRecallAt1": 0.8, "itemRecallAt1": 0.95}})
    update_card(folder / "card.json", "about", {"provenance": "photos of a shop"})
    package_models(folder, SetOptions(name="mine", clip_score=0.8))
    manifest = read_manifest(folder)
    assert [embedder["name"] for embedder in manifest["embedders"]] == ["b5a", "b5b", "b6"]
    assert [embedder["featureLength"] for embedder in manifest["embedders"]] == [8, 8, 8]
    for entry in (manifest["detector"], *manifest["embedders"]):
        assert entry["sha256"] == hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest()
    assert manifest["detector"]["pictures"] == {"shortSide": 800, "scoreMin": 0.90}
    assert manifest["detector"]["clips"] == {"shortSide": 608, "scoreMin": 0.8}
    assert manifest["detector"]["maxSide"] == 4000
    assert manifest["crops"]["sizes"][7] == [290, 290]
    assert manifest["provenance"] == {
        "data": "photos of a shop",
        "commit": "abc",
        "metrics": {"detectorAp50Clips": 0.91, "boxRecallAt1": 0.8, "itemRecallAt1": 0.95},
    }
    assert set(manifest) == {"format", "name", "detector", "embedders", "crops", "provenance"}
    assert manifest["name"] == "mine"


def test_options_say_it_instead(folder: Path) -> None:
    order = ("b6", "b5a", "b5b")
    options = SetOptions(embedders=order, picture_side=192, clip_side=190, max_side=512, crop_scale=0.56, data="d")
    package_models(folder, options)
    manifest = read_manifest(folder)
    assert tuple(embedder["name"] for embedder in manifest["embedders"]) == order
    assert manifest["detector"]["pictures"]["shortSide"] == 192
    assert manifest["detector"]["clips"]["shortSide"] == 190
    assert manifest["detector"]["maxSide"] == 512
    assert manifest["crops"]["sizes"] == [list(size) for size in scaled_sizes(0.56)]
    assert manifest["provenance"]["data"] == "d"


def test_a_set_shares_the_embedders_of_the_one_beside_it(folder: Path, tmp_path: Path) -> None:
    whole, part = tmp_path / "sets" / "whole", tmp_path / "sets" / "part"
    for place in (whole, part):
        place.mkdir(parents=True)
    for path in folder.glob("embedder-*.onnx"):
        path.rename(whole / path.name)
    (folder / "detector.onnx").rename(part / "detector.onnx")
    main(["package", str(part), "--embedders-from", str(whole)])
    manifest = read_manifest(part)
    assert manifest["detector"]["file"] == "detector.onnx"
    assert [entry["file"] for entry in manifest["embedders"]] == [
        f"../whole/embedder-{name}.onnx" for name in ("b5a", "b5b", "b6")
    ]
    for entry in manifest["embedders"]:
        assert entry["sha256"] == hashlib.sha256((part / entry["file"]).read_bytes()).hexdigest()


@pytest.mark.parametrize("place", [".", "..", "inner", "../other/inner"])
def test_a_set_shares_with_one_beside_it_only(folder: Path, place: str) -> None:
    with pytest.raises(TrainingFailure, match=r"--embedders-from .* is not another folder beside"):
        package_models(folder, SetOptions(embedders_from=folder / place))


def test_a_bundle_stands_in_place_of_the_files_and_gives_the_same(folder: Path) -> None:
    main(["package", str(folder), "--bundle", "--embedders", "b5b", "b6", "b5a"])
    manifest = read_manifest(folder)
    assert manifest["embedders"] == [{"name": name, "featureLength": 8} for name in ("b5b", "b6", "b5a")]
    bundle = folder / manifest["bundle"]["file"]
    assert manifest["bundle"]["sha256"] == hashlib.sha256(bundle.read_bytes()).hexdigest()
    crops = np.random.default_rng(0).integers(0, 256, (3, 20, 10, 3), dtype=np.uint8)
    parts = [
        open_session(folder / f"embedder-{name}.onnx").run(None, {"crops": crops})[0] for name in ("b5b", "b6", "b5a")
    ]
    joined = np.concatenate(parts, 1)
    expected = joined / np.linalg.norm(joined, axis=1, keepdims=True)
    found = open_session(bundle).run(None, {"crops": crops})[0]
    assert found.shape == (3, 24)
    assert np.abs(found - expected).max() <= 1e-6
    # Other orders give other vectors, or the line above would prove nothing.
    assert np.abs(np.roll(found, 8, axis=1) - expected).max() > 1e-3
    assert read_facts(read_onnx(bundle), "bundle").name == "b5b,b6,b5a"
    with pytest.raises(TrainingFailure, match="is a bundle: convert the embedders that it was made of"):
        convert_file(bundle, folder / "other.onnx", "fp32")
    assert "3 branches (b5b, b6, b5a)" in (folder / "README.md").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (SetOptions(embedders=("b5a", "b6")), "--embedders names b5a, b6, but .* holds b5a, b5b, b6"),
        (SetOptions(max_side=700), "max side, 700 px, must not be below"),
    ],
)
def test_options_that_cannot_be_are_refused(folder: Path, options: SetOptions, message: str) -> None:
    with pytest.raises(TrainingFailure, match=message):
        package_models(folder, options)
    assert not (folder / "manifest.json").exists()


def test_what_no_file_says_must_be_said(folder: Path) -> None:
    write_embedder(folder / "embedder-b6.onnx", embedder_facts("b6", None), seed=1)
    with pytest.raises(TrainingFailure, match=r"embedder-b6\.onnx does not say .* --crop-scale"):
        package_models(folder, SetOptions())
    write_embedder(folder / "embedder-b6.onnx", embedder_facts("b6", 0.5), seed=1)
    with pytest.raises(TrainingFailure, match=r"different crop scales .*embedder-b6\.onnx for 0\.5"):
        package_models(folder, SetOptions())
    write_detector(folder / "detector.onnx", ModelFacts("detector", picture_side=9, max_side=90))
    with pytest.raises(TrainingFailure, match="clip side: give --clip-side"):
        package_models(folder, SetOptions(crop_scale=1))


def test_two_embedders_of_one_name_are_refused(folder: Path) -> None:
    write_embedder(folder / "embedder-b6.onnx", embedder_facts("b5a"), seed=1)
    with pytest.raises(TrainingFailure, match=r"embedder-b5a\.onnx, embedder-b6\.onnx all say that their name is b5a"):
        package_models(folder, SetOptions())


def test_a_missing_model_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "detector.onnx").unlink()
    with pytest.raises(SystemExit) as ended:
        main(["package", str(folder)])
    assert ended.value.code == 1
    assert "There is no " + str(folder / "detector.onnx") in capsys.readouterr().err
    assert not (folder / "manifest.json").exists()


def test_no_embedder_at_all(folder: Path) -> None:
    for path in folder.glob("embedder-*.onnx"):
        path.unlink()
    with pytest.raises(TrainingFailure, match=r"There is no embedder-<name>\.onnx"):
        package_models(folder, SetOptions())


def test_a_file_that_is_no_model(folder: Path) -> None:
    (folder / "embedder-b6.onnx").write_bytes(b"not a model")
    with pytest.raises(TrainingFailure, match="no ONNX model that can be read"):
        package_models(folder, SetOptions())


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"input_name": "images"}, r"has the inputs images; an embedder has one, `crops` \(uint8 \[N, h, w, 3\]\)"),
        ({"input_type": TensorProto.FLOAT}, "has `crops` as float32, expected uint8 .* belong inside the graph"),
        ({"input_shape": ["N", 3, "h", "w"]}, r"`crops` of shape \[any, 3, any, any\], expected \[N, h, w, 3\]"),
        ({"input_shape": [1, "h", "w", 3]}, r"`crops` of shape \[1, any, any, 3\]"),
        ({"input_shape": ["N", "h", 3]}, r"`crops` of shape \[any, any, 3\]"),
        (
            {"output_name": "embedding"},
            r"has the outputs embedding; an embedder has `features` \(float32 \[N, length\]\)",
        ),
        ({"output_type": TensorProto.FLOAT16}, "has `features` as float16, expected float32"),
        ({"output_shape": ["N"]}, r"`features` of shape \[any\]"),
    ],
)
def test_a_broken_contract_is_named(folder: Path, broken: dict[str, Any], message: str) -> None:
    path = folder / "embedder-b6.onnx"
    write_embedder(path, embedder_facts("b6"), **broken)
    with pytest.raises(TrainingFailure, match=message):
        check_contract(onnx.load(path), "embedder", path)


def test_features_must_have_unit_length(folder: Path) -> None:
    write_embedder(folder / "embedder-b6.onnx", embedder_facts("b6"), gain=2.0)
    with pytest.raises(TrainingFailure, match=r"features of length 2, expected 1"):
        package_models(folder, SetOptions())


def test_card_holds_every_number_of_its_json(folder: Path) -> None:
    cuts = {"p5": 0.11, "p25": 0.22, "p50": 0.33, "p75": 0.44, "p95": 0.55}
    scores = {"boxRecallAt1": 0.801, "itemRecallAt1": 0.952, "trueNearest": cuts, "falseNearest": cuts}
    facts = {"identities": 2532, "parameters": 1330241, "steps": 2505, "minutes": 36.0}
    embedders = {"b5a": facts | scores, "b6": facts | scores | {"identities": 3201}, "ensemble": {"views": 4} | scores}
    card = folder / "card.json"
    package_models(folder, SetOptions(name="mine"))
    update_card(card, "embedders", embedders)
    update_card(card, "about", {"title": "Models of a shop", "data": ["{photos} photos", "up to {drawn} more"]})
    write_model_card(folder)
    text = (folder / "README.md").read_text()
    assert text.startswith("# Models of a shop\n")
    assert "| b5a | 1,330,241 | 2,532 | 2,505 | 36.0 | 0.801 | 0.952 |" in text
    assert "| the same garment | 0.11 | 0.22 | 0.33 | 0.44 | 0.55 |" in text
    assert "- 2,532 photos\n- up to 669 more\n" in text
    assert "`embedder-b5a.onnx`, `embedder-b5b.onnx`, `embedder-b6.onnx`" in text
    assert "## Detector" not in text
    assert "## Limits" not in text
    update_card(card, "detector", {"heldOutShop": {"clips": CLIPS}})
    write_model_card(folder)
    assert "| rendered shop, clips | 1,200 | 0.910 | 0.85 | 0.930 | 0.880 |" in (folder / "README.md").read_text()


def test_a_set_without_card_gets_one_from_its_manifest(folder: Path) -> None:
    main(["package", str(folder), "--name", "bare"])
    text = (folder / "README.md").read_text()
    assert text.startswith("# bare\n")
    assert "Short side 800 px for pictures, 608 px for clips." in " ".join(text.split())
    assert "## Data" not in text


def test_a_card_needs_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailure, match=r"manifest\.json: `vitrine-train package` writes it"):
        write_model_card(tmp_path)
