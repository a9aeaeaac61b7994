"""Loading, holding out and packing of garment photos."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from photo_folder import make_pool, write_photos
from vitrine_training.composites.cutouts import list_photos, read_cutout, split_photos


def test_split_holds_out_the_first_by_sha1_of_the_file_name(tmp_path: Path) -> None:
    photos = list_photos(write_photos(tmp_path, 12))
    train, validation = split_photos(photos, 5)
    digests = sorted(hashlib.sha1(photo.photo_path.name.encode()).hexdigest() for photo in photos)
    held_out = {hashlib.sha1(photo.photo_path.name.encode()).hexdigest() for photo in validation}
    assert held_out == set(digests[:5])
    assert {photo.id for photo in train} | {photo.id for photo in validation} == {photo.id for photo in photos}
    assert len(train) == 7


def test_a_photo_without_a_mask_is_not_listed(tmp_path: Path) -> None:
    photos = list_photos(write_photos(tmp_path, 3))
    photos[0].mask_path.unlink()
    assert [photo.id for photo in list_photos(tmp_path)] == [photo.id for photo in photos[1:]]


def test_an_empty_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        list_photos(tmp_path)


def test_cutout_is_tight_small_and_rgb(tmp_path: Path) -> None:
    photo = list_photos(write_photos(tmp_path, 1))[0]
    picture = np.full((300, 300, 3), 255, np.uint8)
    picture[100:200, 50:250] = (10, 20, 200)  # BGR: red
    mask = np.zeros((300, 300), np.uint8)
    mask[100:200, 50:250] = 255
    mask[5:10, 5:10] = 255  # a speck
    cv2.imwrite(str(photo.photo_path), picture)
    cv2.imwrite(str(photo.mask_path), mask)
    rgba = read_cutout(photo, max_side=100)
    assert rgba is not None
    assert rgba.shape == (50, 100, 4)
    assert (rgba[..., 3] == 255).all()
    assert np.abs(rgba[20:30, 40:60, :3].mean((0, 1)) - (200, 20, 10)).max() < 6


def test_store_gives_back_what_was_packed(tmp_path: Path) -> None:
    pool = make_pool(tmp_path, 4)
    photos = list_photos(tmp_path / "photos-0")
    assert pool.ids == [photo.id for photo in photos]
    for index, photo in enumerate(photos):
        assert np.array_equal(pool[index], read_cutout(photo))
