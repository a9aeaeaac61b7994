"""Each trick of the recipe, (a) to (i), is at work in a training of a preset, and its switch takes it out."""

from pathlib import Path

import numpy as np
import pytest
import torch

from crop_folder import write_crops
from small_embedder import small_config, train_on, training_on
from vitrine_training.data.buckets import SIZE_SETS, SQUARE, scaled_sizes
from vitrine_training.data.crop_batches import read_crop
from vitrine_training.loops.embedder_config import EmbedderConfig, list_members, read_embedder_config
from vitrine_training.loops.embedder_sources import CropSource
from vitrine_training.loops.train_embedder import EmbedderTraining
from vitrine_training.loops.tricks import TRICKS
from vitrine_training.nets.gem import GemPool
from vitrine_training.scoring.validate_embedder import crop_sizes

SCALE = 0.56 * 0.3


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_crops(tmp_path_factory.mktemp("crops"), 6, each=4)


def both(folder: Path, letter: str, *more: str) -> tuple[EmbedderTraining, EmbedderTraining]:
    """Prepare a training with the trick, and one without."""
    return training_on(folder, more), training_on(folder, [*more, *TRICKS[letter].off])


def sizes_of(training: EmbedderTraining, steps: int = 24) -> set[tuple[int, int]]:
    return {tuple(training.source.next(step, 0.0).crops.shape[1:3][::-1]) for step in range(steps)}  # type: ignore[misc]


def test_every_switch_of_the_list_is_one() -> None:
    assert list(TRICKS) == list("abcdefghi")
    whole = read_embedder_config("scratch", None, None, ["loss.memory=256", "start=checkpoint:x.pt"])
    for trick in TRICKS.values():
        off = read_embedder_config("scratch", None, None, ["loss.memory=256", "start=checkpoint:x.pt", *trick.off])
        assert off != whole, trick.name


def test_the_seed_has_them_all() -> None:
    """The memory is in its two large members only, as SPEC 9 says."""
    for member in list_members("seed"):
        config = read_embedder_config("seed", member)
        for letter, trick in TRICKS.items():
            is_on = read_embedder_config("seed", member, None, trick.off) != config
            assert is_on == (letter != "f" or member in ("b6", "b7")), (member, letter)


def test_a_batches_of_one_aspect_bucket(crops: Path) -> None:
    on, off = both(crops, "a")
    assert isinstance(on.source, CropSource) and isinstance(off.source, CropSource)
    table = on.source.batches.table
    assert all(len(set(table.buckets[on.source.batches.plan(step).rows])) == 1 for step in range(20))
    assert any(len(set(table.buckets[off.source.batches.plan(step).rows])) == 2 for step in range(20))
    widths = {name: scaled_sizes(SCALE, name) for name in SIZE_SETS}
    assert sizes_of(on) == {widths[name][bucket] for name in widths for bucket in (5, SQUARE)}
    assert sizes_of(off) == {widths[name][SQUARE] for name in widths}
    # What is trained on squares is also judged on squares.
    assert len(set(crop_sizes(on.config.crops))) == 12
    assert set(crop_sizes(off.config.crops)) == {scaled_sizes(0.56)[SQUARE]}


def test_b_multi_scale(crops: Path) -> None:
    on, off = both(crops, "b")
    assert len(sizes_of(on)) == 6
    assert sizes_of(off) == {scaled_sizes(SCALE)[bucket] for bucket in (5, SQUARE)}


def test_c_augmentation(crops: Path) -> None:
    on, off = both(crops, "c")
    kept = []
    for training in (on, off):
        assert isinstance(training.source, CropSource)
        batches, found = training.source.batches, 0
        for step in range(12):
            batch, plan = batches[step], batches.plan(step)
            for crop, row in zip(batch.crops.numpy(), plan.rows.tolist(), strict=True):
                plain = read_crop(batches.table, row, crop.shape[1::-1])
                found += any(np.array_equal(crop, one) for one in (plain, plain[:, ::-1]))
        kept.append(found)
    # A crop escapes all eight operations in about one of 1,400 draws.
    assert kept[0] <= 2
    assert kept[1] == 48


def test_d_gem(crops: Path) -> None:
    on, off = both(crops, "d")
    maps = torch.rand(2, 8, 3, 4)
    assert torch.allclose(on.embedder.pool(maps), (maps**3).mean((2, 3)) ** (1 / 3), atol=1e-6)
    assert torch.allclose(off.embedder.pool(maps), maps.mean((2, 3)), atol=1e-6)
    assert isinstance(training_on(crops, ["net.is_power_learned=true"]).embedder.pool, GemPool)


def test_e_margin(crops: Path) -> None:
    """With the margin the same first step has the larger loss; a margin that waits begins with none."""
    now = ("loss.margin_start=0", "loss.margin_full=0", "loss.pair_weight=0")
    on, off = (training.step() for training in both(crops, "e", *now))
    assert on["margin"] == 0.3
    assert off["margin"] == 0
    assert on["arcface_loss"] > off["arcface_loss"] + 1
    assert training_on(crops, ["loss.pair_weight=0"]).step()["arcface_loss"] == off["arcface_loss"]


def test_f_memory(crops: Path) -> None:
    """The first step is the same; from the second on the loss is taken over earlier features too."""
    on, off = both(crops, "f")
    assert on.step()["arcface_loss"] == off.step()["arcface_loss"]
    assert on.step()["arcface_loss"] != off.step()["arcface_loss"]
    assert (on.losses.memory.size, off.losses.memory.size) == (6, 0)


def test_g_neck(crops: Path) -> None:
    on, off = both(crops, "g")
    pixels = torch.randint(0, 256, (16, 30, 30, 3), dtype=torch.uint8)
    features = [training.embedder.train()(pixels) for training in (on, off)]
    assert features[0].mean(0).abs().max() < 1e-4
    assert features[0].var(0, unbiased=False).mean() > 0.9
    assert features[1].mean(0).abs().max() > 1e-2


def test_h_warm_up_and_cosine(crops: Path) -> None:
    on, off = both(crops, "h", "train.warm_up=0.25", "train.epochs=8")
    rates = []
    for training in (on, off):
        rates.append([])
        for step in range(training.source.steps):
            training.steps_done = step
            rates[-1].append(training.learning_rate())
    peak = on.config.train.rate
    top = int(np.argmax(rates[0]))
    assert rates[0][0] < 0.1 * peak
    assert 0.15 < top / len(rates[0]) < 0.35
    assert rates[0][top] > 0.95 * peak
    assert all(one > other for one, other in zip(rates[0][top:], rates[0][top + 1 :], strict=False))
    assert rates[0][-1] < 0.01 * peak
    assert rates[1] == [peak] * len(rates[1])


def test_i_pretrained_start(crops: Path, tmp_path: Path) -> None:
    train_on(crops, "seed=9", steps=1).save(tmp_path / "checkpoint.pt")
    theirs = torch.load(tmp_path / "checkpoint.pt", weights_only=True)["model"]
    on, off = both(crops, "i", f"start=checkpoint:{tmp_path / 'checkpoint.pt'}")
    on.begin()
    off.begin()
    assert torch.equal(on.embedder.project.weight, theirs["project.weight"])
    assert not torch.equal(off.embedder.project.weight, theirs["project.weight"])


def test_the_pair_loss_is_compacts_extra(crops: Path) -> None:
    assert small_config().loss.pair_weight == 1
    assert "pair_loss" in training_on(crops).step()
    assert "pair_loss" not in training_on(crops, ["loss.pair_weight=0"]).step()
    seed: EmbedderConfig = read_embedder_config("seed")
    assert (seed.loss.pair_weight, seed.crops.views) == (0, 1)
