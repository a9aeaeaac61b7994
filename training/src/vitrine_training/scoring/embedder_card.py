"""The numbers on the model card, `card.json`: one key a kind of model, each written by its own command."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..loops.checkpoint import read_checkpoint
from ..loops.train_embedder import KIND, trained_embedder
from ..whole_file import write_whole


def update_card(path: Path, key: str, values: dict[str, Any]) -> None:
    """Set `key` of the card to `values` and leave the others as they are."""
    card: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    card[key] = values
    write_whole(path, json.dumps(card, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def describe_trainings(folder: Path, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read from each `<folder>/embedder-<name>/checkpoint.pt` how long it was trained, on what, and its size."""
    facts = {}
    for name in names:
        state = read_checkpoint(folder / f"embedder-{name}" / "checkpoint.pt", KIND)
        embedder, config = trained_embedder(state)
        facts[name] = {
            "identities": len(state["classes"]),
            "minutes": round(state["seconds"] / 60, 1),
            "steps": state["steps_done"],
            "parameters": sum(value.numel() for value in embedder.parameters()),
            "inputScale": config.net.scale,
            "seed": config.seed,
        }
    return facts
