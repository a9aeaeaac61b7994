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
    losses: list[float] = []
    seen: list[int] = []
    step = DetectorTraining.train_step

    def note(self: DetectorTraining, batch: Any, rate: float) -> dict[str, float]:
        values = step(self, batch, rate)
        seen.append(int(batch.frames.long().sum()))
        losses.append(values["loss"])
        return values

    DetectorTraining.train_step = note  # type: ignore[method-assign]
    torch.set_num_threads(1)
    run = DetectorRun(DetectorConfig.model_validate_json(config.read_text()), "tiny", out, data=[data])
    with join_world("cpu") as world:
        training = DetectorTraining(run, world)
        training.fit()
        parameters = dict(training.detector.named_parameters())
        values = {name: value.detach() for name, value in parameters.items()}
        torch.save({"parameters": values, "losses": losses, "seen": seen}, out / f"rank{world.rank}.pt")
        world.barrier()


main()
