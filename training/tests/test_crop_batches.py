"""Batches of crops: one bucket each, every crop equally often, the same again for the same step, shared by rank."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from crop_folder import write_crops
from vitrine_training.data.augment import Augmentation
from vitrine_training.data.buckets import SIZE_SETS, SQUARE, scaled_sizes
from vitrine_training.data.crop_batches import CropBatches, read_crop
from vitrine_training.data.crop_table import CropTable, read_crops
from vitrine_training.failures import TrainingFailure


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> CropTable:
    return read_crops([write_crops(tmp_path_factory.mktemp("crops"), 9, each=3)]).train


def test_a_batch_holds_one_bucket_at_the_size_of_a_drawn_set(table: CropTable) -> None:
    batches = CropBatches(table, batch=6, seed=1, scale=0.2)
    seen = set()
    for step in range(80):
        plan = batches.plan(step)
        assert set(table.buckets[plan.rows]) == {plan.bucket}
        if (plan.size_set, plan.bucket) not in seen:
            batch = batches[step]
            width, height = scaled_sizes(0.2, plan.size_set)[plan.bucket]
            assert batch.crops.shape == (6, height, width, 3)
            assert batch.labels.tolist() == table.identities[plan.rows].tolist()
        seen.add((plan.size_set, plan.bucket))
    assert seen == {(name, bucket) for name in SIZE_SETS for bucket in (5, 7)}


def test_ungrouped_batches_mix_buckets_at_the_square_size(table: CropTable) -> None:
    batches = CropBatches(table, batch=6, seed=1, scale=0.2, sets=("SM",), is_grouped=False)
    assert any(len(set(table.buckets[batches.plan(step).rows])) > 1 for step in range(5))
    assert {tuple(batches[step].crops.shape[1:3]) for step in range(5)} == {scaled_sizes(0.2)[SQUARE]}


@pytest.mark.parametrize("views", [1, 2])
def test_every_crop_comes_once_an_epoch_and_left_overs_open_the_next(table: CropTable, views: int) -> None:
    batches = CropBatches(table, batch=8, seed=3, views=views)
    # 36 crops of one bucket and 18 of the other: 4 + 2 full batches in the first epoch, and after 4 epochs all.
    assert batches.steps_in(1) == 6
    assert batches.steps_in(4) == 4 * 54 // 8
    counts = Counter(int(row) for step in range(batches.steps_in(4)) for row in batches.plan(step).rows)
    assert counts == dict.fromkeys(range(54), 4)


def test_views_of_a_garment_come_together_with_sides_in_turn(table: CropTable) -> None:
    def together(views: int) -> int:
        batches = CropBatches(table, batch=6, seed=5, views=views)
        rows = np.concatenate([batches.plan(step).rows for step in range(8)])
        same = table.identities[rows[1:]] == table.identities[rows[:-1]]
        return int((same & (table.is_picture[rows[1:]] != table.is_picture[rows[:-1]])).sum())

    assert together(2) > 3 * together(1)


def test_a_step_is_the_same_whatever_came_before_and_another_seed_differs(table: CropTable) -> None:
    batches = CropBatches(table, batch=6, seed=7, scale=0.1, augmentation=Augmentation())
    first = [batches[step] for step in range(12)]
    fresh = CropBatches(table, batch=6, seed=7, scale=0.1, augmentation=Augmentation())
    for step in (11, 3, 7):
        again = fresh[step]
        assert torch.equal(again.crops, first[step].crops)
        assert torch.equal(again.labels, first[step].labels)
    other = CropBatches(table, batch=6, seed=8)
    assert any(other.plan(step).rows.tolist() != batches.plan(step).rows.tolist() for step in range(3))


def test_a_crop_is_augmented_anew_in_each_epoch(table: CropTable) -> None:
    batches = CropBatches(table, batch=54, seed=7, scale=0.1, sets=("SM",), augmentation=Augmentation())
    looks: dict[int, set[bytes]] = {}
    for step in range(batches.steps_in(3)):
        for row, crop in zip(batches.plan(step).rows.tolist(), batches[step].crops, strict=True):
            looks.setdefault(row, set()).add(crop.numpy().tobytes())
    assert all(len(found) == 3 for found in looks.values())


def test_processes_share_an_epoch(table: CropTable) -> None:
    alone = CropBatches(table, batch=6, seed=2)
    ranks = [CropBatches(table, batch=6, seed=2, rank=rank, world=2) for rank in range(2)]
    assert ranks[0].steps_in(1) == -(-alone.steps_in(1) // 2)
    shared = [tuple(one.plan(step).rows) for step in range(ranks[0].steps_in(1)) for one in ranks]
    whole = [tuple(alone.plan(step).rows) for step in range(alone.steps_in(1))]
    assert shared[: len(whole)] == whole
    # What fills the last step comes from the epoch's beginning.
    assert shared[len(whole) :] == whole[: len(shared) - len(whole)]


def test_a_small_bucket_gives_small_batches(tmp_path: Path) -> None:
    small = read_crops([write_crops(tmp_path, 3, each=2)]).train
    batches = CropBatches(small, batch=64, seed=2)
    plans = [batches.plan(step) for step in range(batches.steps_in(2))]
    assert [len(set(plan.rows)) for plan in plans] == [6] * 4
    lone = read_crops([write_crops(tmp_path / "lone", 1, each=1, shapes=1)]).train
    repeated = CropBatches(lone, batch=64, seed=2).plan(0)
    assert sorted(repeated.rows) == [0, 0, 1, 1]
    assert len(set(repeated.seeds)) == 4


def test_a_crop_is_resized_as_the_main_job_does(table: CropTable) -> None:
    pixels = cv2.imread(str(table.paths[0]))
    expected = cv2.resize(pixels, (31, 40), interpolation=cv2.INTER_LINEAR)[..., ::-1]
    found = read_crop(table, 0, (31, 40))
    assert found is not None
    assert np.array_equal(found, expected)


def test_an_unreadable_crop_is_told_and_another_takes_its_place(tmp_path: Path) -> None:
    folder = write_crops(tmp_path, 2, each=2, shapes=1)
    (folder / "crops" / "0-picture-1.jpg").write_bytes(b"no picture")
    broken = read_crops([folder]).train
    batch = CropBatches(broken, batch=8, seed=1, scale=0.1)[0]
    assert len(batch.crops) == len(batch.labels) == 8
    assert len(batch.faults) == 1
    assert batch.faults[0].startswith(f"{folder / 'crops.csv'}:3: ")
    for path in (folder / "crops").iterdir():
        path.write_bytes(b"")
    with pytest.raises(TrainingFailure, match="None of the crops of a batch can be read"):
        CropBatches(broken, batch=8, seed=1)[0]


def test_the_size_sets_are_those_of_the_specification() -> None:
    assert SIZE_SETS["S"][0] == (80, 320)
    assert SIZE_SETS["SM"][7] == (290, 290)
    assert SIZE_SETS["M"][11] == (480, 240)
    for names in pairwise(("S", "SM", "M")):
        small, large = (SIZE_SETS[name] for name in names)
        assert all(first[0] < second[0] and first[1] < second[1] for first, second in zip(small, large, strict=True))
