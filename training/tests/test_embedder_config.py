"""Configurations: presets, their members, and what is laid over them."""

from pathlib import Path

import pytest

from vitrine_training.config import list_presets
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.embedder_config import list_members, read_embedder_config


def test_every_member_of_every_preset_is_valid() -> None:
    found = {preset: list_members(preset) for preset in list_presets("embedder")}
    four = ["a", "b", "c", "d"]
    assert found == {
        "base": ["b3", "b2", "b1"],
        "compact": four,
        "scratch": four,
        "seed": ["b5a", "b5b", "b6", "b7"],
    }
    for preset, members in found.items():
        for member in members:
            config = read_embedder_config(preset, member)
            assert (config.preset, config.member) == (preset, member)
            assert config.loss.margin == 0.3


def test_the_seed_is_the_specification() -> None:
    members = [read_embedder_config("seed", name) for name in ("b5a", "b5b", "b6", "b7")]
    assert [one.train.epochs for one in members] == [10, 10, 7, 7]
    assert [one.train.batch for one in members] == [32, 32, 32, 24]
    assert [one.loss.memory for one in members] == [0, 0, 256, 512]
    assert [one.seed for one in members] == [12536, 45678, 12536, 12536]
    assert [one.spec.is_gem_learned for one in members] == [False, False, True, False]
    assert [one.spec.efficientnet for one in members] == [f"tf_efficientnet_b{size}" for size in (5, 5, 6, 7)]
    for one in members:
        assert one.start == "noisy-student"
        assert one.crops.factor == 1
        assert one.crops.sets == ["S", "SM", "M"]
        assert (one.crops.is_grouped, one.net.pooling, one.net.power, one.net.has_neck) == (True, "gem", 3, True)
        assert (one.loss.scale, one.loss.margin, one.loss.margin_full) == (30, 0.3, 0)
        train = one.train
        assert (train.optimiser, train.rate, train.warm_up, train.decay) == ("adam", 3.5e-4, 0.025, "cosine")
        assert train.is_mixed


def test_a_file_lies_over_the_preset_and_assignments_over_both(tmp_path: Path) -> None:
    over = tmp_path / "over.yaml"
    over.write_text("train: {epochs: 3, rate: 0.1}\nmembers: {b7: {train: {rate: 0.2}}, mine: {seed: 7}}\n")
    config = read_embedder_config("seed", "b7", over, ["train.epochs=4", "loss.margin=0.5"])
    assert (config.train.epochs, config.train.rate, config.train.batch, config.loss.margin) == (4, 0.2, 24, 0.5)
    mine = read_embedder_config("seed", "mine", over, ["net.body={kind: efficientnet, name: tf_efficientnet_b0}"])
    assert (mine.seed, mine.train.rate, mine.spec.efficientnet) == (7, 0.1, "tf_efficientnet_b0")


def test_compact_starts_from_a_package_and_scratch_from_nothing() -> None:
    for member in ("a", "b", "c", "d"):
        compact, scratch = read_embedder_config("compact", member), read_embedder_config("scratch", member)
        assert (compact.start, compact.spec.efficientnet) == ("efficientnet-lite", "efficientnet_lite0")
        assert (scratch.start, scratch.spec.efficientnet) == ("none", None)


def test_the_first_member_is_the_default() -> None:
    assert read_embedder_config("compact").member == "a"


def test_mistakes_are_named() -> None:
    with pytest.raises(TrainingFailure, match="No embedder preset 'tiny'; there are base, compact, scratch, seed"):
        read_embedder_config("tiny")
    with pytest.raises(TrainingFailure, match="The preset compact has no member 'x'; it has a, b, c, d"):
        read_embedder_config("compact", "x")
    with pytest.raises(TrainingFailure, match=r"compact a with train.bacth=3 is wrong: `train.bacth`"):
        read_embedder_config("compact", None, None, ["train.bacth=3"])
    with pytest.raises(TrainingFailure, match="margin_full lies before"):
        read_embedder_config("compact", None, None, ["loss.margin_full=0.1"])
