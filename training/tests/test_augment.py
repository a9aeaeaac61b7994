"""Augmentation: each switch does what it says, with its chance, from the given generator alone."""

import random

import numpy as np
import pytest
import torch

from vitrine_training.data.augment import FILL, Augmentation, augment

OFF = {
    name: 0.0 for name in ("flip", "affine", "local_contrast", "light", "noise", "shift_rgb", "hue", "grey", "cutout")
}
Crop = np.ndarray


def picture(height: int = 48, width: int = 40) -> Crop:
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[0:height, 0:width]
    planes = [rows * 3 + 40, columns * 4 + 20, rows + columns + 60]
    return np.clip(np.stack(planes, 2) + rng.integers(-9, 10, (height, width, 3)), 0, 255).astype(np.uint8)


def only(name: str) -> Augmentation:
    return Augmentation(**{**OFF, name: 1.0})


def test_the_defaults_are_those_of_the_specification() -> None:
    options = Augmentation()
    chances = (options.flip, options.local_contrast, options.light, options.noise, options.shift_rgb, options.hue)
    assert chances == (0.5, 0.35, 0.7, 0.6, 0.5, 0.5)
    assert (options.grey, options.affine, options.cutout, options.cutout_share, FILL) == (0.3, 0.7, 0.7, 0.63, 114)
    assert (options.rotation_deg, options.shift, options.zoom, options.shear_deg) == (8, 0.0625, 0.1, 8)


@pytest.mark.parametrize("name", [name for name in OFF if name != "flip"])
def test_each_switch_changes_pixels_and_keeps_the_shape(name: str) -> None:
    crop = picture()
    before = crop.copy()
    found = [augment(crop, only(name), np.random.default_rng(seed)) for seed in range(12)]
    assert np.array_equal(crop, before)
    assert all(one.shape == crop.shape and one.dtype == np.uint8 for one in found)
    assert all(not np.array_equal(one, crop) for one in found)
    assert len({one.tobytes() for one in found}) > (1 if name != "grey" else 0)
    # Never another picture: what a person would still call the same crop.
    assert np.median([np.abs(one.astype(int) - crop).mean() for one in found]) < 40


def test_with_every_switch_off_nothing_changes() -> None:
    crop = picture()
    out = augment(crop, Augmentation(**OFF), np.random.default_rng(1))
    assert np.array_equal(out, crop)
    assert not np.shares_memory(out, crop)


def test_the_flip_stays_when_the_rest_is_off() -> None:
    crop = picture()
    options = Augmentation(is_full=False, flip=0.5)
    found = [augment(crop, options, np.random.default_rng(seed)) for seed in range(60)]
    flipped = sum(np.array_equal(one, crop[:, ::-1]) for one in found)
    assert flipped + sum(np.array_equal(one, crop) for one in found) == 60
    assert 18 <= flipped <= 42


def test_chances_hold() -> None:
    crop = picture()
    options = Augmentation(**{**OFF, "grey": 0.3})
    grey = sum(
        bool((np.ptp(augment(crop, options, np.random.default_rng(seed)), axis=2) == 0).all()) for seed in range(300)
    )
    assert 65 <= grey <= 115


def test_the_cutout_is_one_grey_rectangle_of_at_most_its_share() -> None:
    crop = np.full((50, 40, 3), 7, np.uint8)
    tallest = 0
    for seed in range(80):
        out = augment(crop, only("cutout"), np.random.default_rng(seed))
        rows, columns = np.nonzero((out == FILL).all(2))
        tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert len(rows) == tall * wide
        assert tall <= 0.63 * 50 and wide <= 0.63 * 40
        tallest = max(tallest, int(tall))
    assert tallest > 0.5 * 50


def test_affine_stays_within_its_reach() -> None:
    """A dot in the middle moves by the shift alone; one at the corner by no more than all four together."""
    crop = np.zeros((101, 101, 3), np.uint8)
    crop[48:53, 48:53] = 255
    for seed in range(40):
        out = augment(crop, only("affine"), np.random.default_rng(seed))[..., 0]
        lit = np.argwhere((out > 200) & (out != FILL))
        assert np.abs(lit.mean(0) - 50).max() <= 0.0625 * 101 + 1


def test_draws_come_from_the_generator_alone() -> None:
    crop = picture()
    torch.manual_seed(1)
    first = [augment(crop, Augmentation(), np.random.default_rng((4, index))) for index in range(25)]
    torch.manual_seed(2)
    np.random.seed(5)
    random.seed(9)
    state = torch.get_rng_state()
    second = [augment(crop, Augmentation(), np.random.default_rng((4, index))) for index in range(25)]
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert torch.equal(torch.get_rng_state(), state)
