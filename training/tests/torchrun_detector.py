"""What each process of the torchrun test does: trains, then writes its weights and losses down."""

import sys
from pathlib import Path
from typing import Any

import torch

from vitrine_training.loops.detector_config import DetectorConfig
from vitrine_training.loops.train_detector import DetectorRun, DetectorTraining
from vitrine_training.loops.world import join_world


def main() -> None:
    config, data, out = (Path(argument) for argument in sys.argv[1:])
    losses = []
    step = DetectorTraining.train_step

    def note(self: DetectorTraining, *rest: Any) -> dict[str, float]:
        values = step(self, *rest)
        losses.append(values["loss"])
        return values

    DetectorTraining.train_step = note  # type: ignore[method-assign]
    torch.set_num_threads(1)
    run = DetectorRun(DetectorConfig.model_validate_json(config.read_text()), "tiny", out, data=[data])
    with join_world("cpu") as world:
        training = DetectorTraining(run, world)
        training.fit()
        parameters = dict(training.detector.named_parameters())
        state = {"parameters": {name: value.detach() for name, value in parameters.items()}, "losses": losses}
        torch.save(state, out / f"rank{world.rank}.pt")
        world.barrier()


main()
