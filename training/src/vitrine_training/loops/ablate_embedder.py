"""An ablation: the same training again and again, each time with one trick of the recipe left out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..data.crop_table import CropData
from ..failures import TrainingFailure
from ..scoring.validate_embedder import validate_on_crops
from ..whole_file import write_whole
from .checkpoint import read_checkpoint
from .embedder_config import EmbedderConfig, read_embedder_config
from .embedder_sources import CropSource
from .run_embedder import run_embedder
from .train_embedder import CHECKPOINT, KIND
from .tricks import TRICKS
from .world import World

WHOLE = "all"
FIGURES = ("item_top1", "recall_at_1", "map_at_r")
NEVER = "train.validate_epochs=1000000"
"""Validate at the end only: equal work for all."""


@dataclass(frozen=True)
class Ablation:
    """What is trained: a member of a preset with `assignments`, once whole and once without each trick, by seed."""

    preset: str
    member: str | None
    assignments: tuple[str, ...]
    seeds: tuple[int, ...]

    def variants(self) -> list[str]:
        """Names of the trainings: the whole recipe, then the letters of what is left out."""
        return [WHOLE, *TRICKS]

    def config(self, variant: str, seed: int) -> EmbedderConfig:
        """Read the configuration of one training.

        Raises:
            TrainingFailure: the trick that is to be left out is not in use in the first place.
        """
        given = [*self.assignments, NEVER, f"seed={seed}"]
        whole = read_embedder_config(self.preset, self.member, None, given)
        if variant == WHOLE:
            return whole
        without = read_embedder_config(self.preset, self.member, None, [*given, *TRICKS[variant].off])
        if without == whole:
            name = TRICKS[variant].name
            raise TrainingFailure(f"Trick ({variant}), {name}, is off already; switch it on by --set")
        return without


def run_ablation(ablation: Ablation, data: CropData, folders: list[Path], out: Path, world: World) -> dict[str, Any]:
    """Train what is not trained yet, and write `out`/ablation.json and `out`/ablation.md after each training.

    Returns what the JSON holds. A run that was stopped goes on where it was.

    Raises:
        TrainingFailure: there are no validation rows, or a trick is not in use.
    """
    if not len(data.validation):
        raise TrainingFailure("An ablation needs validation rows; export with --validation or --validation-share")
    configs = {
        (variant, seed): ablation.config(variant, seed) for seed in ablation.seeds for variant in ablation.variants()
    }
    results: dict[str, Any] = {}
    for (variant, seed), config in configs.items():
        folder = out / f"{variant}-{seed}"
        source = CropSource(config, data, folders, world)
        run_embedder(config, source, folder, world, validate_on_crops(data))
        figures = _last_figures(folder / "log.jsonl")
        state = read_checkpoint(folder / CHECKPOINT, KIND)
        figures |= {"steps": state["steps_done"], "minutes": round(state["seconds"] / 60, 2)}
        results.setdefault(variant, {})[str(seed)] = figures
        summary = summarise(ablation, data, results)
        write_whole(out / "ablation.json", json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
        write_whole(out / "ablation.md", describe(summary))
    return summary


def summarise(ablation: Ablation, data: CropData, results: dict[str, Any]) -> dict[str, Any]:
    """Put what was trained on what, and how it scored, into one plain mapping."""
    return {
        "preset": ablation.preset,
        "member": ablation.config(WHOLE, ablation.seeds[0]).member,
        "set": list(ablation.assignments),
        "seeds": list(ablation.seeds),
        "train": {"crops": len(data.train), "identities": len(data.train.classes)},
        "validation": {"crops": len(data.validation), "identities": len(data.validation.classes)},
        "tricks": {letter: {"name": trick.name, "off": list(trick.off)} for letter, trick in TRICKS.items()},
        "results": results,
    }


def describe(summary: dict[str, Any]) -> str:
    """Write the table as Markdown: means over the seeds that are done, and the difference to the whole recipe."""
    results = summary["results"]
    whole = _means(results[WHOLE])
    lines = [
        "| left out | item top-1 | box recall@1 | mAP@R | difference in box recall@1, by seed |",
        "| --- | --- | --- | --- | --- |",
        _row("nothing", whole, ""),
    ]
    for letter, trick in summary["tricks"].items():
        if letter in results:
            both = [seed for seed in results[letter] if seed in results[WHOLE]]
            steps = [results[letter][seed]["recall_at_1"] - results[WHOLE][seed]["recall_at_1"] for seed in both]
            lines.append(_row(f"({letter}) {trick['name']}", _means(results[letter]), _signed(steps)))
    return "\n".join(lines) + "\n"


def _means(by_seed: dict[str, dict[str, float]]) -> list[float]:
    return [sum(one[figure] for one in by_seed.values()) / len(by_seed) for figure in FIGURES]


def _signed(steps: Sequence[float]) -> str:
    return ", ".join(f"{step:+.3f}" for step in steps)


def _row(name: str, means: Sequence[float], difference: str) -> str:
    return f"| {name} | {' | '.join(f'{mean:.3f}' for mean in means)} | {difference} |"


def _last_figures(log: Path) -> dict[str, float]:
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    last = [line for line in lines if "recall_at_1" in line][-1]
    return {figure: last[figure] for figure in FIGURES}
