"""Where in its schedule a run is."""

from collections.abc import Sequence
from dataclasses import dataclass

from .detector_config import DetectorConfig, StageConfig
from .schedule import warm_up_cosine


def stages_of(config: DetectorConfig) -> list[StageConfig]:
    """Stages that the run goes through: with `staged` off one, which has the first one's ways and all steps."""
    if config.staged:
        return list(config.stages)
    total = sum(stage.steps for stage in config.stages)
    return [config.stages[0].model_copy(update={"steps": total})]


@dataclass(frozen=True)
class Place:
    """A stage, the share of it that is done (0 to 1), and whether the whole schedule is."""

    stage: int
    share: float
    is_end: bool


class Plan:
    """The schedule as a line from 0 to `total`, on which a run moves by steps, or by time when that is short."""

    def __init__(self, stages: Sequence[StageConfig], max_minutes: float | None = None) -> None:
        self.stages = list(stages)
        self.total = sum(stage.steps for stage in stages)
        self._max_s = None if max_minutes is None else 60 * max_minutes

    def place(self, step: int, used_s: float) -> Place:
        """Where a run is after `step` steps and `used_s` seconds; the further of the two counts."""
        position = float(step)
        if self._max_s is not None:
            position = max(position, used_s / self._max_s * self.total)
        start = 0
        for number, stage in enumerate(self.stages):
            if position < start + stage.steps:
                return Place(number, (position - start) / stage.steps, False)
            start += stage.steps
        return Place(len(self.stages) - 1, 1.0, True)

    def rate(self, place: Place, stage_step: int) -> float:
        """Learning rate of the step that comes after `stage_step` steps of its stage."""
        stage = self.stages[place.stage]
        warm = min(1.0, (stage_step + 1) / stage.warm_up) if stage.warm_up else 1.0
        decay = warm_up_cosine(place.share, 0.0, stage.floor) if stage.decay == "cosine" else 1.0
        return stage.lr * warm * decay
