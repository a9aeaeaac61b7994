"""Learning rates over a run's progress."""

import math


def warm_up_cosine(progress: float, warm_up: float, floor: float = 0.0) -> float:
    """Factor of the peak rate at `progress` in [0, 1]: linear from 0 over the share `warm_up`, then a cosine.

    The cosine falls from 1 to `floor`. Equal to 1 at the end of the warm-up; `warm_up` 0 starts at 1.
    """
    progress = min(max(progress, 0.0), 1.0)
    if progress < warm_up:
        return progress / warm_up
    rest = (progress - warm_up) / max(1.0 - warm_up, 1e-12)
    return floor + (1.0 - floor) * 0.5 * (1.0 + math.cos(math.pi * rest))


def warm_up_constant(progress: float, warm_up: float) -> float:
    """Factor of the peak rate without decay: linear from 0 over the share `warm_up`, then 1."""
    return 1.0 if progress >= warm_up else max(progress, 0.0) / warm_up
