"""Runs `vitrine match` on a few clips and items, and says how long it took and how much memory."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..failures import TrainingFailure


def pick_shop(source: Path, target: Path, *, clips: int, items: int) -> Path:
    """Copy the first `clips` clips that have an item, and the first `items` items, those of the clips first.

    Raises:
        TrainingFailure: `source` holds too few.
    """
    all_items = sorted(path.name for path in (source / "image").glob("*") if path.is_dir())
    chosen = [path for path in sorted((source / "video").glob("*.mp4")) if path.stem in all_items][:clips]
    if len(chosen) < clips or len(all_items) < items:
        raise TrainingFailure(f"{source} holds {len(chosen)} clips with an item and {len(all_items)} items")
    owners = [path.stem for path in chosen]
    kept = [*owners, *(item for item in all_items if item not in owners)][:items]
    shutil.rmtree(target, ignore_errors=True)
    (target / "video").mkdir(parents=True)
    for path in chosen:
        shutil.copy(path, target / "video")
    for item in kept:
        shutil.copytree(source / "image" / item, target / "image" / item)
    return target


def run_match(vitrine: Sequence[str], shop: Path, models: Path, out: Path, frames: str) -> dict[str, Any]:
    """Run the main job on the CPU with one lane over `frames` of each clip (first:last:step).

    Returns its counts, seconds and peak memory.

    Raises:
        TrainingFailure: it ends with another exit code than 0; the message holds its last words.
    """
    shutil.rmtree(out, ignore_errors=True)
    arguments = ["match", str(shop), "--models", str(models), "--out", str(out), "--device", "cpu", "--lanes", "1"]
    arguments += ["--frames", frames]
    done = subprocess.run([*vitrine, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = " ".join(done.stderr.strip().splitlines()[-3:])
        raise TrainingFailure(f"vitrine match ended with {done.returncode}: {last}")
    report: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    inputs = report["inputs"]
    return {
        "clips": report["clips"],
        "items": report["items"],
        "inputs": {key: inputs[key] for key in ("total", "done", "skipped", "failed")},
        "frames": report["frames"],
        "boxes": report["boxes"],
        "matches": report["matches"],
        "framesOfClips": frames,
        "lanes": report["device"]["lanes"],
        "warmUpSeconds": round(report["warmUpMs"] / 1000, 1),
        "seconds": round(report["elapsedMs"] / 1000, 1),
        "peakMemoryMB": round(report["peakRssBytes"] / 1e6),
        "limit": report["limit"],
        "busySeconds": {stage: round(facts["busyMs"] / 1000, 1) for stage, facts in report["stages"].items()},
    }
