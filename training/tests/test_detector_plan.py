"""The detector's presets, and where in its schedule a run is."""

from typing import Any

import pytest

from vitrine_training.config import check_values, list_presets, merge_values, read_preset
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.detector_config import DetectorConfig
from vitrine_training.loops.detector_plan import Plan, stages_of
from vitrine_training.nets.vovnet import BODIES


def preset(name: str, over: dict[str, Any] | None = None) -> DetectorConfig:
    return check_values(DetectorConfig, merge_values(read_preset("detector", name), over or {}), f"of preset {name}")


def test_all_presets_are_valid() -> None:
    assert list_presets("detector") == ["base", "compact", "seed"]
    for name in list_presets("detector"):
        assert preset(name).stages


def test_the_seeds_preset_is_the_recipe() -> None:
    config = preset("seed")
    assert [(s.steps, s.batch, s.short_side, s.max_side, s.lr, s.decay) for s in config.stages] == [
        (60_000, 4, (414, 576), 800, 0.003, "constant"),
        (60_000, 2, (540, 800), 1100, 0.003, "cosine"),
        (125_000, 2, (540, 800), 1100, 0.0003, "cosine"),
    ]
    assert (config.staged, config.data.hflip, config.data.multi_scale) == (True, 0.5, True)
    assert (config.optimizer.kind, config.optimizer.momentum, config.precision) == ("sgd", 0.9, "fp16")
    model = config.model
    assert model.body is BODIES["vovnet99"]
    assert (model.strides, model.anchors) == ((4, 8, 16, 32, 64), (32, 64, 128, 256, 512))
    assert (model.ratios, model.roi_size, model.hidden, model.fpn_channels) == ((0.5, 1.0, 2.0), 7, 1024, 256)
    assert (model.rpn_pre_nms, model.rpn_post_nms) == (1000, 1000)
    assert (model.channels, model.pixel_mean, model.pixel_std) == ("bgr", (103.53, 116.28, 123.675), (1.0, 1.0, 1.0))
    assert (config.validation.picture, config.validation.clip, config.validation.max_side) == (800, 608, 4000)


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"colour": 3}, "`colour`: Extra inputs"),
        ({"model": {"colour": 3}}, "`model.colour`: Extra inputs"),
        ({"model": {"body": "vovnet98"}}, "`model.body`: .*No body 'vovnet98'"),
        ({"model": {"anchors": [32, 64]}}, "`model`: .*Expected 5 `anchors`"),
        ({"data": {"hflip": 1.5}}, r"`data.hflip`"),
        ({"stages": []}, r"`stages`"),
        ({"stages": [{"steps": 1, "batch": 1, "short_side": [9, 8], "max_side": 9, "lr": 1}]}, "`short_side` to rise"),
    ],
)
def test_a_wrong_value_is_named(over: dict[str, Any], message: str) -> None:
    with pytest.raises(TrainingFailure, match=message):
        preset("seed", over)


def test_the_checkpoints_identity_gives_the_network_back() -> None:
    for name in list_presets("detector"):
        spec = preset(name).model
        assert type(spec).parse(spec.model_dump(mode="json")) == spec


def test_stages_follow_each_other() -> None:
    plan = Plan(stages_of(preset("seed")))
    assert plan.total == 245_000
    places = {step: plan.place(step, 0.0) for step in (0, 59_999, 60_000, 90_000, 120_000, 244_999, 245_000)}
    assert [place.stage for place in places.values()] == [0, 0, 1, 1, 2, 2, 2]
    assert [place.is_end for place in places.values()] == [False] * 6 + [True]
    assert places[90_000].share == pytest.approx(0.5)
    rates = [plan.rate(place, 10_000) for place in places.values()]
    assert rates == pytest.approx([0.003, 0.003, 0.003, 0.0015, 0.0003, 0.0, 0.0], abs=1e-9)


def test_without_stages_all_steps_are_made_as_the_first_has_it() -> None:
    (stage,) = stages_of(preset("seed", {"staged": False}))
    assert (stage.steps, stage.batch, stage.short_side, stage.lr) == (245_000, 4, (414, 576), 0.003)


def test_the_rate_warms_up_in_each_stage() -> None:
    plan = Plan(stages_of(preset("seed")))
    for step, peak in ((0, 0.003), (60_000, 0.003), (120_000, 0.0003)):
        place = plan.place(step, 0.0)
        assert plan.rate(place, 0) == pytest.approx(peak / 1000)
        assert plan.rate(place, 499) == pytest.approx(peak / 2)
        assert plan.rate(place, 999) == pytest.approx(peak)


def test_a_short_time_runs_through_the_whole_schedule() -> None:
    plan = Plan(stages_of(preset("seed")), max_minutes=245)
    assert plan.place(10, 60 * 30.0).stage == 0
    place = plan.place(10, 60 * 90.0)
    assert (place.stage, place.share) == (1, pytest.approx(0.5))
    assert plan.place(10, 60 * 245.0).is_end
    assert plan.place(245_000, 1.0).is_end
    compact = Plan(stages_of(preset("compact")), max_minutes=1)
    assert compact.rate(compact.place(5, 59.99), 500) == pytest.approx(0.02 * compact.stages[0].lr, rel=0.01)
