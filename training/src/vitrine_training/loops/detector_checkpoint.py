"""What a detector's checkpoint holds, and the detector back out of it."""

from pathlib import Path
from typing import Any

from ..nets.detector import Detector
from ..nets.detector_spec import DetectorSpec
from .checkpoint import read_checkpoint

KIND = "detector"
NAME = "checkpoint.pt"
"""A checkpoint's file name in the folder of its run."""


def load_detector(path: Path) -> tuple[Detector, dict[str, Any]]:
    """Load a checkpoint's detector (the averaged one, where there is one) in test mode, and the checkpoint.

    Raises:
        TrainingFailure: the file is missing, damaged or no detector's checkpoint.
    """
    state = read_checkpoint(path, KIND)
    detector = Detector(DetectorSpec.parse(state["identity"]["model"]))
    detector.load_state_dict(state["model"] if state["average"] is None else state["average"])
    return detector.eval(), state


def summarise_run(state: dict[str, Any]) -> dict[str, float]:
    """Tell a checkpoint's run in numbers: steps, images seen, and minutes."""
    return {"steps": state["step"], "images": state["images"], "minutes": round(state["used_s"] / 60, 1)}
