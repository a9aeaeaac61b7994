"""A detector of a few thousand parameters, and runs that train it on a few cards."""

from pathlib import Path
from typing import Any

import torch

from coco_folder import write_coco
from vitrine_training.config import check_values, merge_values
from vitrine_training.loops.detector_config import DetectorConfig
from vitrine_training.loops.train_detector import DetectorRun
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
