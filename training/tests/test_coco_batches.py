"""Batches: what follows from a seed, how images are varied, and what stands in for a bad file."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from coco_folder import write_coco
from garments import write_store
from vitrine_training.data.coco_batches import DetectorBatch, DetectorBatches, StageBatches, Variations
from vitrine_training.data.coco_epochs import BatchKey, epoch_batches
from vitrine_training.data.coco_images import CocoImages, read_coco
from vitrine_training.data.coco_pixels import read_pixels, resize_pixels, size_at
from vitrine_training.failures import TrainingFailure

PLAIN = Variations(hflip=0.0)
STAGE = StageBatches(batch=2, short_side=(48, 96), max_side=200)


@pytest.fixture
def images(tmp_path: Path) -> CocoImages:
    return read_coco([write_coco(tmp_path / "coco", 8)], "train")


def assert_same(first: DetectorBatch, second: DetectorBatch) -> None:
    assert first.sizes == second.sizes
    assert torch.equal(first.frames, second.frames)
    assert all(torch.equal(a, b) for a, b in zip(first.boxes, second.boxes, strict=True))


def test_an_epoch_has_each_image_once_and_batches_of_one_aspect() -> None:
    rng = np.random.default_rng(0)
    sizes = np.array([(960, 540), (800, 800), (750, 1000)], np.int32)[rng.integers(0, 3, 100)]
    batches = epoch_batches(sizes, (1, 0, 0), 8)
    assert {len(batch) for batch in batches} == {8}
    assert len(batches) == 13
    counts = np.bincount(np.concatenate(batches), minlength=100)
    assert counts.min() == 1
    assert counts.sum() == 104
    mixed = [batch for batch in batches if len({tuple(size) for size in sizes[batch].tolist()}) > 1]
    assert len(mixed) <= 3
    again, other = epoch_batches(sizes, (1, 0, 0), 8), epoch_batches(sizes, (1, 0, 1), 8)
    assert all((a == b).all() for a, b in zip(batches, again, strict=True))
    assert any((a != b).any() for a, b in zip(batches, other, strict=True))


def test_a_batch_follows_from_seed_stage_and_number(images: CocoImages, tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    mixed = Variations(is_photometric=True, composed_share=0.5)

    def make(seed: int) -> DetectorBatches:
        return DetectorBatches([STAGE, STAGE], seed=seed, images=images, cutouts=[store], variations=mixed)

    first, second, other = make(3), make(3), make(4)
    first[BatchKey(0, 0)]
    for key in (BatchKey(0, 5), BatchKey(1, 2)):
        assert_same(first[key], second[key])
    assert not torch.equal(first[BatchKey(0, 5)].frames, other[BatchKey(0, 5)].frames)


def test_an_epochs_batches_show_every_image(images: CocoImages) -> None:
    batches = DetectorBatches([STAGE], seed=1, images=images, variations=PLAIN)
    shown = sum(len(boxes) for number in range(4) for boxes in batches[BatchKey(0, number)].boxes)
    assert shown == images.box_count
    numbers = [
        batches._orders[0][number]
        for number in range(8)  # type: ignore[index]
    ]
    assert [epoch for epoch, _ in numbers] == [0] * 4 + [1] * 4


def test_processes_share_a_batch(images: CocoImages) -> None:
    whole = DetectorBatches([StageBatches(4, (64, 96), 200)], seed=1, images=images)[BatchKey(0, 1)]
    parts = [
        DetectorBatches([StageBatches(2, (64, 96), 200)], seed=1, images=images, rank=rank, world=2)[BatchKey(0, 1)]
        for rank in (0, 1)
    ]
    assert whole.sizes == parts[0].sizes + parts[1].sizes
    for index, (height, width) in enumerate(whole.sizes):
        half, row = parts[index // 2], index % 2
        assert torch.equal(whole.frames[index, :height, :width], half.frames[row, :height, :width])
        assert torch.equal(whole.boxes[index], half.boxes[row])


def test_images_are_resized_as_the_pipeline_does_and_padded_below_and_right(images: CocoImages) -> None:
    stage = StageBatches(8, (60, 60), 100)
    batch = DetectorBatches([stage], seed=1, images=images, variations=PLAIN)[BatchKey(0, 0)]
    assert sorted(set(batch.sizes)) == [(60, 80), (100, 56)]
    assert tuple(batch.frames.shape) == (8, 100, 80, 3)
    _epoch, chosen = DetectorBatches([stage], seed=1, images=images)._orders[0][0]  # type: ignore[index]
    for slot, row in enumerate(chosen.tolist()):
        height, width = batch.sizes[slot]
        pixels = read_pixels(images.path(row))
        assert pixels is not None
        expected = resize_pixels(pixels, (height, width))
        assert np.array_equal(batch.frames[slot, :height, :width].numpy(), expected)
        assert not batch.frames[slot, height:].any()
        assert not batch.frames[slot, :, width:].any()
        scale = np.array([width, height] * 2) / np.array(pixels.shape[1::-1] * 2)
        np.testing.assert_allclose(batch.boxes[slot].numpy(), images.boxes(row) * scale, rtol=1e-5)


def test_a_size_is_rounded_half_up_and_the_long_side_wins() -> None:
    assert size_at(960, 540, 192, 512) == (341, 192)
    assert size_at(100, 40, 25, 512) == (63, 25)
    assert size_at(4000, 1000, 800, 1600) == (1600, 400)
    assert size_at(5000, 3, 192, 512) == (512, 1)


def short_sides(images: CocoImages, variations: Variations) -> set[int]:
    batches = DetectorBatches([STAGE], seed=1, images=images, variations=variations)
    return {min(batches[BatchKey(0, number)].sizes[0]) for number in range(8)}


def test_multi_scale_draws_the_short_side(images: CocoImages) -> None:
    drawn = short_sides(images, PLAIN)
    assert len(drawn) >= 5
    assert min(drawn) >= 48
    assert max(drawn) <= 96
    assert short_sides(images, Variations(hflip=0.0, is_multi_scale=False)) == {96}


def test_hflip_mirrors_half_of_the_images_with_their_boxes(images: CocoImages) -> None:
    stage = StageBatches(8, (90, 90), 400)
    plain = DetectorBatches([stage], seed=1, images=images, variations=PLAIN)
    half = DetectorBatches([stage], seed=1, images=images, variations=Variations())
    mirrored = 0
    for number in range(6):
        first, second = plain[BatchKey(0, number)], half[BatchKey(0, number)]
        for slot, (height, width) in enumerate(first.sizes):
            own, other = first.frames[slot, :height, :width], second.frames[slot, :height, :width]
            if torch.equal(own, other):
                assert torch.equal(first.boxes[slot], second.boxes[slot])
                continue
            mirrored += 1
            assert torch.equal(own.flip(1), other)
            boxes = first.boxes[slot]
            expected = torch.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)
            assert torch.equal(second.boxes[slot], expected)
    assert 12 <= mirrored <= 36


def test_photometric_variation_leaves_boxes_where_they_are(images: CocoImages) -> None:
    stage = StageBatches(8, (90, 90), 400)
    plain = DetectorBatches([stage], seed=1, images=images, variations=PLAIN)[BatchKey(0, 0)]
    varied = Variations(hflip=0.0, is_photometric=True)
    changed = DetectorBatches([stage], seed=1, images=images, variations=varied)[BatchKey(0, 0)]
    assert plain.sizes == changed.sizes
    assert all(torch.equal(a, b) for a, b in zip(plain.boxes, changed.boxes, strict=True))
    assert not torch.equal(plain.frames, changed.frames)


def test_composed_scenes_mix_in_by_their_share(images: CocoImages, tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    sizes = {size_at(height, width, 90, 400) for height, width in images.sizes.tolist()}

    def composed(share: float, given: CocoImages | None) -> int:
        variations = Variations(composed_share=share)
        stage = StageBatches(1, (90, 90), 400)
        batches = DetectorBatches([stage], seed=1, images=given, cutouts=[store], variations=variations)
        found = [batches[BatchKey(0, number)].sizes[0] for number in range(12)]
        return sum(size not in sizes or size == (90, 90) for size in found)

    assert composed(0.0, images) == 0
    assert 2 <= composed(0.5, images) <= 11
    assert DetectorBatches([STAGE], seed=1, cutouts=[store])[BatchKey(0, 3)].frames.any()
    with pytest.raises(TrainingFailure, match="nothing to train on"):
        DetectorBatches([STAGE], seed=1)


def test_a_worker_gets_no_copy_of_the_cutouts(images: CocoImages, tmp_path: Path) -> None:
    store = write_store(tmp_path / "store")
    mixed = Variations(composed_share=1.0)
    batches = DetectorBatches([STAGE], seed=3, images=images, cutouts=[store], variations=mixed)
    unopened = len(pickle.dumps(batches))
    first = batches[BatchKey(0, 0)]
    assert len(pickle.dumps(batches)) == unopened
    assert_same(pickle.loads(pickle.dumps(batches))[BatchKey(0, 0)], first)


def test_another_image_stands_in_for_a_bad_file(images: CocoImages) -> None:
    images.path(2).write_bytes(b"no picture")
    images.path(4).write_bytes(images.path(3).read_bytes())
    batches = DetectorBatches([StageBatches(8, (60, 60), 100)], seed=1, images=images, variations=PLAIN)
    batch = batches[BatchKey(0, 0)]
    assert len(batch.sizes) == 8
    assert set(batch.unusable) == {
        f"{images.path(2)} cannot be read as a picture",
        f"{images.path(4)} is 90x160, its annotation says 128x96",
    }
    for row in range(8):
        images.path(row).write_bytes(b"")
    with pytest.raises(TrainingFailure, match=r"8 images in a row cannot be used; the first: .*cannot be read"):
        batches[BatchKey(0, 0)]
