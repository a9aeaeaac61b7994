"""Learning rates over the progress of a run."""

import math

import pytest

from vitrine_training.loops.schedule import warm_up_constant, warm_up_cosine


@pytest.mark.parametrize(
    ("progress", "factor"),
    [(0.0, 0.0), (0.0125, 0.5), (0.025, 1.0), (0.5125, 0.55), (1.0, 0.1), (1.5, 0.1), (-1.0, 0.0)],
)
def test_the_rate_rises_and_falls(progress: float, factor: float) -> None:
    assert warm_up_cosine(progress, 0.025, floor=0.1) == pytest.approx(factor)


def test_it_follows_a_cosine() -> None:
    assert warm_up_cosine(0.25, 0.0) == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
    assert warm_up_cosine(0.0, 0.0) == 1.0


@pytest.mark.parametrize(("progress", "factor"), [(0.0, 0.0), (0.05, 0.5), (0.1, 1.0), (1.0, 1.0)])
def test_without_decay_it_stays(progress: float, factor: float) -> None:
    assert warm_up_constant(progress, 0.1) == pytest.approx(factor)
    assert warm_up_constant(0.0, 0.0) == 1.0
