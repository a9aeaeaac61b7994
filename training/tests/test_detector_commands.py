"""`vitrine-train detector` from the command line, and the detector's part of a card."""

import json
from pathlib import Path

import pytest

from coco_folder import read_record, write_coco, write_record
from garments import write_store
from vitrine_training.cli import main
from vitrine_training.commands.detector_commands import read_detector_config
from vitrine_training.exporting.export_detector import export_detector
from vitrine_training.exporting.model_facts import ModelFacts, write_facts
from vitrine_training.exporting.onnx_file import read_onnx, write_onnx
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.detector_checkpoint import load_detector
from vitrine_training.scoring.embedder_card import update_card

STAGE = "stages=[{steps: 2, batch: 2, short_side: [48, 64], max_side: 96, lr: 0.001}]"
BODY = "model.body={stem: [4, 8], stages: [[4, 8, 1], [4, 8, 1], [4, 8, 1], [4, 8, 1]]}"
SMALL = [STAGE, BODY, "model.fpn_channels=8", "model.hidden=8", "data.workers=0", "log_every=1"]


def test_flags_lie_over_values_over_a_file_over_the_preset(tmp_path: Path) -> None:
    over = tmp_path / "over.yaml"
    over.write_text("seed: 5\noptimizer: {clip: 3.0}\nmax_minutes: 9\n")
    config = read_detector_config("compact", over, ["seed=6", "data.hflip=0"], {"max_minutes": 7.0, "start": None})
    assert (config.seed, config.optimizer.clip, config.max_minutes, config.start) == (6, 3.0, 7.0, "none")
    assert (config.data.hflip, config.optimizer.kind, config.data.photometric) == (0.0, "adamw", True)
    with pytest.raises(TrainingFailure, match=r"over\.yaml over preset compact is wrong: `colour`"):
        over.write_text("colour: 5\n")
        read_detector_config("compact", over, [], {})


def test_detector_trains_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_coco(write_coco(tmp_path / "coco", 6), 2, "validation", seed=1)
    record = read_record(data)
    record["annotations"][0]["category_id"] = 9
    write_record(data, "train", images=record["images"], annotations=record["annotations"])
    out = tmp_path / "out"
    given = ["--data", str(data), "--validation", str(data), "--out", str(out), "--device", "cpu"]
    main(["detector", "--preset", "compact", "--set", *SMALL, *given])
    told = capsys.readouterr()
    assert told.out.startswith("all AP50 ")
    assert "trains on 3 pictures and 3 clip frames with" in told.err
    assert "  boxes of an unknown category, skipped: 1, first " in told.err
    assert (out / "problems-train.txt").read_text().count("\n") == 1
    assert load_detector(out / "checkpoint.pt")[1]["step"] == 2

    main(["detector", "--preset", "compact", "--set", *SMALL, *given])
    assert "goes on from step 2" in capsys.readouterr().err


def test_a_failure_ends_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for given, message in (
        (["--preset", "huge"], "No detector preset 'huge'; there are base, compact, seed"),
        (["--preset", "compact"], "There is nothing to train on"),
        (["--preset", "compact", "--data", str(tmp_path)], "There is no "),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["detector", *given, "--out", str(tmp_path / "out"), "--device", "cpu"])
        assert ended.value.code == 1
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1


def test_a_card_gets_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitrine_training.scoring.detector_card.SCENE_BATCHES", 2)
    data, store = write_coco(write_coco(tmp_path / "coco", 4), 4, "validation", seed=1), write_store(tmp_path / "store")
    out = tmp_path / "out"
    main(["detector", "--preset", "compact", "--set", *SMALL, "--data", str(data), "--out", str(out)])
    export_detector(load_detector(out / "checkpoint.pt")[0], out / "detector.onnx")
    exported = read_onnx(out / "detector.onnx")
    write_facts(exported, ModelFacts("detector", picture_side=40, clip_side=56, max_side=96))
    write_onnx(exported, out / "detector.onnx")
    given = ["--cutouts", str(store), "--data", str(data), "--checkpoint", str(out / "checkpoint.pt")]
    sides = ["--picture-side", "48", "--score-min", "0.4", "0.6"]
    main(["evaluate-detector", str(out / "detector.onnx"), *given, *sides, "--card", str(tmp_path / "card.json")])
    card = json.loads((tmp_path / "card.json").read_text())["detector"]
    assert card["trainings"][-1]["steps"] == 2
    assert (card["shortSides"], card["maxSide"]) == ({"picture": 48, "clip": 56}, 96)
    shop = card["heldOutShop"]
    assert (shop["pictures"]["images"], shop["clips"]["images"]) == (2, 2)
    assert (shop["pictures"]["scoreMin"], shop["clips"]["scoreMin"]) == (0.4, 0.6)
    for place in card["heldOutScenes"].values():
        assert {"ap50", "boxes", "precision", "recall", "scoreMin"} <= set(place)


def test_the_card_keeps_what_others_wrote(tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text('{"embedders": {"a": 1}, "detector": {"old": 1}}')
    update_card(card, "detector", {"ap50": 0.5})
    assert json.loads(card.read_text()) == {"embedders": {"a": 1}, "detector": {"ap50": 0.5}}
    assert [path.name for path in tmp_path.iterdir()] == ["card.json"]
