"""Composites: determined by their number, sized by their bucket, and showing the garment."""

import numpy as np
import pytest

from photo_folder import make_pool
from vitrine_training.composites.compose import Composer
from vitrine_training.composites.cutouts import CutoutPool
from vitrine_training.composites.warp import GRID, WarpRanges, draw_warp, show, visible_box, window_map
from vitrine_training.data.buckets import ASPECTS, bucket_of, scaled_sizes


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> CutoutPool:
    return make_pool(tmp_path_factory.mktemp("pool"), 6)


def test_the_same_number_gives_the_same_pixels(pool: CutoutPool) -> None:
    for is_clip in (False, True):
        first, again = (Composer(pool, 3).draw(17, 2, is_clip) for _ in range(2))
        other = Composer(pool, 3).draw(18, 2, is_clip)
        assert first.bucket == again.bucket
        assert np.array_equal(first.crop, again.crop)
        assert first.crop.shape != other.crop.shape or not np.array_equal(first.crop, other.crop)


def test_crops_have_their_buckets_size_at_every_scale(pool: CutoutPool) -> None:
    for scale in (1.0, 0.7):
        sizes = scaled_sizes(0.56 * scale)
        for sample in range(12):
            composite = Composer(pool, 1, scale).draw(sample, sample % 6, sample % 2 == 0)
            width, height = sizes[composite.bucket]
            assert composite.crop.shape == (height, width, 3)
            assert composite.crop.dtype == np.uint8


def test_a_bucket_that_is_asked_for_is_kept(pool: CutoutPool) -> None:
    assert {Composer(pool, 1).draw(sample, 0, True, bucket=7).crop.shape for sample in range(5)} == {(162, 162, 3)}


def test_the_warp_shows_the_garment_itself(pool: CutoutPool) -> None:
    cutout = pool[0]
    still = WarpRanges(squeeze=0, aspect=0, rotation_deg=0, shear=0, perspective=0, elastic=0, body=0)
    warp = draw_warp(np.random.default_rng(0), cutout, still)
    box = visible_box(warp, cutout)
    assert box is not None
    height, width = cutout.shape[:2]
    assert (box[2] - box[0]) / (box[3] - box[1]) == pytest.approx(width / height, rel=0.08)
    cell = 1.7 * max(width, height) / GRID
    shown = show(cutout, window_map(warp, box, width, height)).astype(np.int16)
    covered = shown[..., 3] > 250
    assert covered.mean() > 0.7
    # Noise decorrelates within a pixel and the box is a whole number of cells, so compare means, not pixels.
    assert np.abs(shown[covered][:, :3].mean(0) - cutout[cutout[..., 3] > 250][:, :3].mean(0)).max() < 4
    assert abs(covered.sum() - (cutout[..., 3] > 250).sum()) < 4 * cell * (width + height)


def test_pictures_keep_the_garments_colour(pool: CutoutPool) -> None:
    distances = []
    for sample in range(24):
        identity = sample % 6
        cutout = pool[identity]
        own = cutout[cutout[..., 3] > 128][:, :3].mean(0)
        crop = Composer(pool, 5).draw(sample, identity, is_clip=False).crop
        height, width = crop.shape[:2]
        centre = crop[height // 3 : -height // 3, width // 3 : -width // 3].mean((0, 1))
        distances.append(float(np.abs(centre - own).mean()))
    assert float(np.median(distances)) < 30


def test_blank_and_grey_are_applied(pool: CutoutPool) -> None:
    grey = Composer(pool, 2, grey=1.0).draw(1, 1, is_clip=False).crop.astype(np.int16)
    assert np.abs(grey[..., 0] - grey[..., 2]).mean() < 12
    plain, blank = (Composer(pool, 2, blank=chance).draw(4, 1, is_clip=False).crop for chance in (0.0, 1.0))
    assert (blank == 114).all(-1).mean() > (plain == 114).all(-1).mean()


@pytest.mark.parametrize(("aspect", "bucket"), [(0.1, 0), (1.0, 7), (9.0, 11), ((1.0 + 1.25) / 2, 7), (0.335, 1)])
def test_bucket_of(aspect: float, bucket: int) -> None:
    assert bucket_of(aspect) == bucket


def test_compact_sizes() -> None:
    sizes = scaled_sizes()
    assert len(sizes) == len(ASPECTS) == 12
    assert (sizes[0], sizes[7], sizes[11]) == ((56, 224), (162, 162), (224, 112))
