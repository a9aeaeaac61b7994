"""Training: a resumed run is the uninterrupted one; garments may join; the schedule ends."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from photo_folder import make_pool
from vitrine_training.composites.compose import Composer
from vitrine_training.composites.cutouts import CutoutPool, CutoutStore
from vitrine_training.composites.sampling import BatchSampler
from vitrine_training.loops.embedder_config import EmbedderConfig, read_config
from vitrine_training.loops.train_embedder import EmbedderTraining, train_embedder

CONFIG = EmbedderConfig(
    name="t", seed=1, stem=[4, 4], stages=[[4, 8, 1, 1]], scale=0.3, steps=6, max_minutes=60, batch=4, small_share=0.5
)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> CutoutPool:
    return make_pool(tmp_path_factory.mktemp("pool"), 7)


def test_resumed_equals_uninterrupted(pool: CutoutPool, tmp_path: Path) -> None:
    whole = EmbedderTraining(CONFIG, pool)
    for _ in range(6):
        whole.step()
    first = EmbedderTraining(CONFIG, pool)
    for _ in range(2):
        first.step()
    first.save(tmp_path / "checkpoint.pt")
    second = EmbedderTraining(CONFIG, pool)
    second.resume(tmp_path / "checkpoint.pt")
    for _ in range(4):
        second.step()
    for key, value in whole.model.state_dict().items():
        assert torch.equal(value, second.model.state_dict()[key]), key
    assert torch.equal(whole.head.centres, second.head.centres)


def test_garments_that_join_get_centres_and_the_others_keep_theirs(pool: CutoutPool, tmp_path: Path) -> None:
    before = EmbedderTraining(CONFIG, pool)
    for _ in range(2):
        before.step()
    before.save(tmp_path / "checkpoint.pt")
    make_pool(tmp_path, 3, seed=9)
    # The new garments come first, so every old row moves.
    joined = CutoutPool([CutoutStore(tmp_path / "store-9")])
    joined._entries.extend(pool._entries)
    joined.ids = [*joined.ids, *pool.ids]
    after = EmbedderTraining(CONFIG, joined)
    after.resume(tmp_path / "checkpoint.pt")
    assert torch.equal(after.head.centres[3:], before.head.centres)
    moments = after.optimiser.state[after.head.centres]["exp_avg"]
    assert torch.equal(moments[3:], before.optimiser.state[before.head.centres]["exp_avg"])
    assert (moments[:3] == 0).all()
    assert after.step()["loss"] > 0


def test_start_takes_what_fits_from_another_embedder(pool: CutoutPool, tmp_path: Path) -> None:
    other = EmbedderTraining(CONFIG, pool)
    other.step()
    other.save(tmp_path / "checkpoint.pt")
    wider = replace(CONFIG, seed=2, stages=[[4, 12, 1, 1]])
    training = EmbedderTraining(wider, pool)
    own_fuse = training.model.state_dict()["body.stages.0.0.fuse.0.weight"].clone()
    assert training.start_from(tmp_path / "checkpoint.pt") > 0
    theirs, ours = other.model.state_dict(), training.model.state_dict()
    assert torch.equal(ours["body.stem.0.0.weight"], theirs["body.stem.0.0.weight"])
    assert torch.equal(ours["body.stages.0.0.fuse.0.weight"], own_fuse)
    assert torch.equal(training.head.centres, other.head.centres)
    assert training.steps_done == 0


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


def test_training_ends_logs_and_does_not_start_again(pool: CutoutPool, tmp_path: Path) -> None:
    train_embedder(CONFIG, pool, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert lines[-1]["step"] == 6
    assert lines[-1]["progress"] == 1
    written = (tmp_path / "checkpoint.pt").read_bytes()
    train_embedder(CONFIG, pool, tmp_path)
    assert (tmp_path / "checkpoint.pt").read_bytes() == written


def test_schedule_warms_up_anneals_and_gives_way_to_time(pool: CutoutPool) -> None:
    training = EmbedderTraining(CONFIG, pool)
    first = training.learning_rate()
    training.steps_done = 3
    middle = training.learning_rate()
    training.steps_done = 6
    assert 0 < first <= CONFIG.learning_rate
    assert 0 < training.learning_rate() + 1e-12 < middle < CONFIG.learning_rate
    training.steps_done, training.seconds = 0, 30 * 60
    assert training.progress == pytest.approx(0.5)


def test_unknown_and_missing_keys_are_named(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("name: a\nbacth: 3\n")
    with pytest.raises(ValueError, match="bacth"):
        read_config(path)
    path.write_text("name: a\n")
    with pytest.raises(ValueError, match="seed"):
        read_config(path)


@pytest.mark.parametrize("name", ["a", "b", "c", "d"])
def test_committed_configurations_are_valid(name: str) -> None:
    config = read_config(Path(__file__).parents[1] / "configs" / f"embedder-{name}.yaml")
    assert config.name == name
    assert config.margin == 0.3
