"""The card tells what changed since the set before, from its measurements."""

import json
from pathlib import Path

from vitrine_training.scoring.model_card import write_model_card

MODELS = Path(__file__).parents[2] / "fixtures" / "models" / "compact"


def measured(ap50: float, final: float) -> dict[str, object]:
    sides = {
        side: {"ap50": ap50, "ap": ap50 / 2, "boxes": 7, "scoreMin": 0.8, "precision": 1, "recall": 1}
        for side in ("pictures", "clips")
    }
    embedders = {"ensemble": {"boxRecallAt1": ap50 - 0.1, "itemRecallAt1": final}}
    shop = {"final": final, "recallAt1": 1, "frameBoxIou": 0.9}
    return {"detector": {"heldOutShop": sides}, "embedders": embedders, "shop": shop}


def test_before_and_now_stand_side_by_side(tmp_path: Path) -> None:
    manifest = json.loads((MODELS / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    card = {**measured(0.96, 0.98), "previous": {"what": "Trained for longer.", **measured(0.9, 0.95)}}
    (tmp_path / "card.json").write_text(json.dumps(card))
    write_model_card(tmp_path)
    text = (tmp_path / "README.md").read_text()
    assert "## What changed\n\nTrained for longer.\n\n" in text
    assert "| detector on the held-out shop, clips, AP50 | 0.900 | 0.960 |" in text
    assert "| detector on the held-out shop, pictures, AP | 0.450 | 0.480 |" in text
    assert "| ensemble on composites, box recall@1 | 0.800 | 0.860 |" in text
    assert "| held-out shop, final | 0.9500 | 0.9800 |" in text


def test_what_was_not_measured_before_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text((MODELS / "manifest.json").read_text())
    before = {"what": "Trained for longer.", "shop": measured(0.9, 0.95)["shop"]}
    (tmp_path / "card.json").write_text(json.dumps({**measured(0.96, 0.98), "previous": before}))
    write_model_card(tmp_path)
    changes = (tmp_path / "README.md").read_text().split("## What changed")[1]
    assert changes.count("held-out shop") == 3
    assert "detector" not in changes and "ensemble" not in changes


def test_the_shipped_card_is_the_one_that_its_numbers_give(tmp_path: Path) -> None:
    for name in ("manifest.json", "card.json"):
        (tmp_path / name).write_text((MODELS / name).read_text())
    write_model_card(tmp_path)
    assert (tmp_path / "README.md").read_text() == (MODELS / "README.md").read_text()
