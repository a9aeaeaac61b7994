"""Training: a resumed run is the uninterrupted one; garments may join; the schedule ends."""

from pathlib import Path

import numpy as np
import pytest
import torch

from crop_folder import write_crops
from photo_folder import make_pool
from small_embedder import ALONE, small_config, train_on, training_on
from vitrine_training.composites.compose import Composer
from vitrine_training.composites.cutouts import CutoutPool, CutoutStore
from vitrine_training.composites.sampling import BatchSampler
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.embedder_sources import CompositeSource
from vitrine_training.loops.train_embedder import EmbedderTraining, load_trained
from vitrine_training.loops.world import World


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> CutoutPool:
    return make_pool(tmp_path_factory.mktemp("pool"), 7)


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_crops(tmp_path_factory.mktemp("crops"), 5)


def compose_with(pool: CutoutPool, *more: str) -> EmbedderTraining:
    config = small_config(*more)
    return EmbedderTraining(config, CompositeSource(config, pool, ALONE), ALONE)


def assert_equal(one: EmbedderTraining, other: EmbedderTraining) -> None:
    assert one.steps_done == other.steps_done
    for key, value in one.losses.state_dict().items():
        assert torch.equal(value, other.losses.state_dict()[key]), key


def steps(training: EmbedderTraining, count: int) -> EmbedderTraining:
    for _ in range(count):
        training.step()
    return training


@pytest.mark.parametrize("kind", ["crops", "composites"])
def test_resumed_equals_uninterrupted(kind: str, pool: CutoutPool, crops: Path, tmp_path: Path) -> None:
    def fresh() -> EmbedderTraining:
        return compose_with(pool) if kind == "composites" else training_on(crops)

    whole = steps(fresh(), 6)
    steps(fresh(), 2).save(tmp_path / "checkpoint.pt")
    second = fresh()
    second.resume(tmp_path / "checkpoint.pt")
    assert second.losses.memory.earlier()[0].shape == (6, 512)
    assert_equal(whole, steps(second, 4))


def test_the_checkpoint_gives_the_embedder_back(crops: Path, tmp_path: Path) -> None:
    training = train_on(crops, steps=2)
    training.save(tmp_path / "checkpoint.pt")
    embedder, config = load_trained(tmp_path / "checkpoint.pt")
    assert config == training.config
    pixels = torch.randint(0, 256, (2, 40, 30, 3), dtype=torch.uint8)
    training.embedder.eval()
    assert torch.equal(embedder.embed(pixels), training.embedder.embed(pixels))


def test_a_run_goes_on_only_with_its_preset_and_its_crops(crops: Path, tmp_path: Path) -> None:
    train_on(crops, steps=1).save(tmp_path / "checkpoint.pt")
    with pytest.raises(TrainingFailure, match=r"its loss.margin is 0.3, this configuration has 0.2; give the same"):
        training_on(crops, ["loss.margin=0.2"]).resume(tmp_path / "checkpoint.pt")
    config = small_config(member="b")
    other = EmbedderTraining(config, training_on(crops).source, ALONE)
    with pytest.raises(TrainingFailure, match=r"comes from another run: its .* is"):
        other.resume(tmp_path / "checkpoint.pt")
    with pytest.raises(TrainingFailure, match="was trained on other crops than those of --data"):
        training_on(write_crops(tmp_path / "other", 4)).resume(tmp_path / "checkpoint.pt")


def test_a_run_goes_on_only_with_batches_of_its_size(crops: Path, tmp_path: Path) -> None:
    train_on(crops, steps=1).save(tmp_path / "checkpoint.pt")
    batch = training_on(crops).config.train.batch
    with pytest.raises(TrainingFailure, match=f"trained with {batch} crops a batch, this run has {batch + 2}"):
        training_on(crops, [f"train.batch={batch + 2}"]).resume(tmp_path / "checkpoint.pt")
    with pytest.raises(TrainingFailure, match="trained with adamw, this run has adam;"):
        training_on(crops, ["train.optimiser=adam"]).resume(tmp_path / "checkpoint.pt")
    shared = training_on(crops)
    shared.world = World(0, 2, shared.world.device)
    with pytest.raises(TrainingFailure, match="trained with 1 processes, this run has 2"):
        shared.resume(tmp_path / "checkpoint.pt")


def test_composites_go_on_with_batches_of_another_size(pool: CutoutPool, tmp_path: Path) -> None:
    steps(compose_with(pool), 1).save(tmp_path / "checkpoint.pt")
    more = compose_with(pool, "train.batch=8")
    more.resume(tmp_path / "checkpoint.pt")
    assert steps(more, 1).steps_done == 2


def test_a_resumed_run_takes_the_decay_of_its_configuration(crops: Path, tmp_path: Path) -> None:
    train_on(crops, steps=1).save(tmp_path / "checkpoint.pt")
    again = training_on(crops, ["train.weight_decay=0.125"])
    again.resume(tmp_path / "checkpoint.pt")
    assert [group["weight_decay"] for group in again.optimiser.param_groups] == [0.125, 0.0]


def test_validation_later_than_the_end_is_never(crops: Path) -> None:
    source = training_on(crops, ["train.validate_epochs=1000000"]).source
    assert source.steps_between_validations > source.steps
    assert source.steps_between_validations < 10 * source.steps


def test_garments_that_join_get_centres_and_the_others_keep_theirs(pool: CutoutPool, tmp_path: Path) -> None:
    before = steps(compose_with(pool), 2)
    before.save(tmp_path / "checkpoint.pt")
    make_pool(tmp_path, 3, seed=9)
    # The new garments come first, so every old row moves.
    joined = CutoutPool([CutoutStore(tmp_path / "store-9")])
    joined._entries.extend(pool._entries)
    joined.ids = [*joined.ids, *pool.ids]
    after = compose_with(joined)
    after.resume(tmp_path / "checkpoint.pt")
    centres, old = after.losses.head.centres, before.losses.head.centres
    assert torch.equal(centres[3:], old)
    moments = after.optimiser.state[centres]["exp_avg"]
    assert torch.equal(moments[3:], before.optimiser.state[old]["exp_avg"])
    assert (moments[:3] == 0).all()
    # Labels in the memory would mean other garments now.
    assert len(after.losses.memory.earlier()[1]) == 0
    assert after.step()["loss"] > 0


def test_batches_pair_a_picture_and_a_clip_of_each_garment(pool: CutoutPool) -> None:
    sampler = BatchSampler(Composer(pool, 4, 0.3), 4)
    seen: list[int] = []
    for _ in range(5):
        crops, identities = sampler.next_batch()
        assert crops.shape[0] == 4
        assert np.array_equal(identities[:2], identities[2:])
        assert not np.array_equal(crops[:2], crops[2:])
        seen.extend(identities[:2].tolist())
    assert len(set(seen)) > 3


def test_composites_are_smaller_at_first(pool: CutoutPool) -> None:
    source = CompositeSource(small_config(), pool, ALONE)
    early, late = source.next(0, 0.1), source.next(1, 0.9)
    assert early.crops[0].numel() < late.crops[0].numel()
    assert early.is_picture.tolist() == [True, True, False, False]


def test_composites_are_drawn_in_one_process(pool: CutoutPool) -> None:
    with pytest.raises(TrainingFailure, match="Composites are drawn in one process"):
        CompositeSource(small_config(), pool, World(0, 2, torch.device("cpu")))


def test_schedule_warms_up_anneals_and_gives_way_to_time(pool: CutoutPool) -> None:
    training = compose_with(pool, "train.warm_up=0.25", "train.max_minutes=60")
    peak = training.config.train.rate
    first = training.learning_rate()
    training.steps_done = 3
    middle = training.learning_rate()
    training.steps_done = 5
    assert 0 < first < peak
    assert 0 < training.learning_rate() < middle < peak
    training.steps_done, training.seconds = 0, 30 * 60
    assert training.progress == pytest.approx(0.5)


def test_normalisation_freezes_at_the_end(crops: Path) -> None:
    training = training_on(crops, ["train.frozen_norm_share=0.5"])
    training.step()
    early = training.embedder.norm.running_mean.clone()
    assert early.abs().sum() > 0
    training.steps_done = training.source.steps - 1
    training.step()
    assert torch.equal(training.embedder.norm.running_mean, early)


def test_the_optimiser_and_the_clip_are_switches(crops: Path) -> None:
    adam = training_on(crops, ["train.optimiser=adam", "train.weight_decay=0"])
    assert type(adam.optimiser) is torch.optim.Adam
    assert type(training_on(crops).optimiser) is torch.optim.AdamW
    free, clipped = train_on(crops, "train.clip=null", steps=1), train_on(crops, "train.clip=1e-6", steps=1)
    norms = [
        torch.cat([value.grad.flatten() for value in one.embedder.parameters() if value.grad is not None]).norm()
        for one in (free, clipped)
    ]
    assert norms[0] > 1e-3
    assert norms[1] < 1.1e-6
