"""Scenes: what a seed gives, and that boxes are what is seen."""

import numpy as np
import pytest

from garments import make_garment, make_wardrobe
from vitrine_training.composites.scene import SIDE_MIN, compose_scene
from vitrine_training.composites.scene_canvas import Canvas


def square(x: float, y: float, side: float) -> np.ndarray:
    return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], np.float32)


OPAQUE = np.full((40, 40, 4), 255, np.uint8)


@pytest.mark.parametrize("clip", [True, False])
def test_a_seed_is_a_scene(clip: bool) -> None:
    wardrobe = make_wardrobe()
    first, again, other = (
        compose_scene(np.random.default_rng(seed), wardrobe, (341, 192), clip=clip) for seed in (5, 5, 6)
    )
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.boxes, again.boxes)
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize(("clip", "size"), [(True, (341, 192)), (False, (192, 192)), (False, (256, 192))])
def test_boxes_lie_in_the_picture_and_are_not_tiny(clip: bool, size: tuple[int, int]) -> None:
    wardrobe = make_wardrobe()
    count = 0
    for seed in range(40):
        scene = compose_scene(np.random.default_rng(seed), wardrobe, size, clip=clip)
        assert scene.image.shape == (*size, 3)
        assert scene.image.dtype == np.uint8
        assert (scene.boxes[:, :2] >= 0).all()
        assert (scene.boxes[:, 2:] <= (size[1], size[0])).all()
        assert (scene.boxes[:, 2:] - scene.boxes[:, :2] >= SIDE_MIN).all()
        count += len(scene.boxes)
    assert count >= 40


def test_a_box_is_tight() -> None:
    canvas = Canvas.blank(100, 100)
    canvas.paste(OPAQUE, square(20, 30, 40), canvas.new_owner())
    assert canvas.boxes(0.35, 5).tolist() == [[20, 30, 60, 70]]


def test_transparent_pixels_are_not_part_of_the_box() -> None:
    canvas = Canvas.blank(100, 100)
    half = OPAQUE.copy()
    half[:, :20, 3] = 0
    canvas.paste(half, square(20, 30, 40), canvas.new_owner())
    assert canvas.boxes(0.35, 5).tolist() == [[40, 30, 60, 70]]


def test_what_covers_a_garment_cuts_its_box_and_then_takes_it_away() -> None:
    canvas = Canvas.blank(100, 100)
    canvas.paste(OPAQUE, square(20, 30, 40), canvas.new_owner())
    canvas.paste(OPAQUE, square(20, 50, 40), canvas.new_owner())
    assert canvas.boxes(0.35, 5).tolist() == [[20, 30, 60, 50], [20, 50, 60, 90]]
    canvas.polygon(square(20, 30, 14.0) * [1, 1] + np.float32(0), (0, 0, 0))
    canvas.limb(np.array([0.0, 38.0]), np.array([100.0, 38.0]), 9, (9, 9, 9))
    assert canvas.boxes(0.35, 5).tolist() == [[20, 50, 60, 90]]


def test_a_garment_outside_the_frame_is_cut_at_the_border() -> None:
    canvas = Canvas.blank(100, 100)
    canvas.paste(OPAQUE, square(80, -10, 40), canvas.new_owner())
    canvas.paste(OPAQUE, square(200, 200, 40), canvas.new_owner())
    assert canvas.boxes(0.35, 5).tolist() == [[80, 0, 100, 30]]


def test_pasting_warps_into_the_given_corners() -> None:
    canvas = Canvas.blank(200, 200)
    quad = np.array([[50, 40], [150, 60], [140, 160], [60, 150]], np.float32)
    canvas.paste(make_garment(3), quad, canvas.new_owner())
    (box,) = canvas.boxes(0.35, 5)
    assert (box[:2] >= quad.min(0) - 1).all()
    assert (box[2:] <= quad.max(0) + 1).all()
    assert (box[2:] - box[:2] > 80).all()
