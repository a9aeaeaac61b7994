"""The way of the seed set on a small set of its kind: EfficientNet-b0 bodies, and P2 to P6 on a small VoVNet."""

import json
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from shop_frames import FIXTURES, shop_frames
from vitrine_training.exporting.export_detector import export_detector
from vitrine_training.exporting.model_facts import ModelFacts
from vitrine_training.exporting.onnx_file import open_session
from vitrine_training.exporting.untrained import random_detector, random_embedder
from vitrine_training.failures import TrainingFailure
from vitrine_training.nets.detector import Detector
from vitrine_training.nets.detector_spec import DetectorSpec
from vitrine_training.nets.embedder import Embedder, EmbedderSpec
from vitrine_training.scoring.check_set import CheckOptions, Member, check_network, check_set, resized
from vitrine_training.scoring.check_set import shop_frames as frames_of_clips
from vitrine_training.scoring.network_size import (
    EFFICIENTNETS,
    VOVNET_STEPS,
    beside_published,
    count_macs,
    detector_macs,
    vovnet_steps,
)
from vitrine_training.scoring.parity import box_parity
from vitrine_training.scoring.run_match import pick_shop, run_match

SPEC = DetectorSpec.parse(
    {
        "body": {"stem": [8, 8, 16], "stages": [[8, 16, 2, 1], [8, 24, 2, 1], [8, 32, 2, 2], [8, 32, 2, 1]]},
        "finest_stride": 4,
        "fpn_channels": 16,
        "anchors": [32, 64, 128, 256, 512],
        "is_anchor_rounded": False,
        "roi_base": 224,
        "roi_samples": 0,
        "is_roi_aligned": True,
        "hidden": 32,
        "channels": "bgr",
        "is_norm_frozen": True,
        "rpn_pre_nms": 60,
        "rpn_post_nms": 60,
        "boxes_max": 20,
    }
)
STAND_IN = """
import json, sys
from pathlib import Path
out = Path(sys.argv[sys.argv.index("--out") + 1])
models = Path(sys.argv[sys.argv.index("--models") + 1])
manifest = json.loads((models / "manifest.json").read_text())
if manifest["name"] != "small-random":
    sys.exit("another set")
out.mkdir(parents=True, exist_ok=True)
(out / "result.json").write_text("{}")
(out / "run.json").write_text(json.dumps({
    "clips": 2, "items": 3, "inputs": {"total": 9, "done": 9, "skipped": 0, "failed": 0}, "matches": 1,
    "frames": {"read": 40}, "boxes": {"clips": 60}, "device": {"lanes": 1}, "warmUpMs": 90, "elapsedMs": 2000,
    "peakRssBytes": 3e8, "limit": "detect", "stages": {"detect": {"busyMs": 1500}},
}))
"""


def members() -> list[Member]:
    b0 = EmbedderSpec(efficientnet="tf_efficientnet_b0")
    learned = EmbedderSpec(efficientnet="tf_efficientnet_b0", is_gem_learned=True)
    sides = {"picture_side": 128, "clip_side": 96, "max_side": 400}
    return [
        Member(ModelFacts("detector", weights="random, seed 1", **sides), partial(random_detector, SPEC, 1)),
        *(
            Member(ModelFacts("embedder", name, weights=f"random, seed {seed}", crop_scale=0.3), partial(build, seed))
            for seed, (name, build) in enumerate(
                {"b0a": partial(random_embedder, b0), "b0b": partial(random_embedder, learned)}.items(), start=2
            )
        ),
    ]


def unbuildable() -> Embedder:
    raise AssertionError("this network was there already")


def test_a_small_set_goes_all_the_way(tmp_path: Path) -> None:
    program = tmp_path / "vitrine.py"
    program.write_text(STAND_IN)
    options = CheckOptions(
        out=tmp_path / "out",
        shop=FIXTURES / "shop",
        vitrine=(sys.executable, str(program)),
        parity_frame=(160, 128),
    )
    found = check_set("small", members(), options)
    detector = found["networks"]["detector"]
    assert detector["parity"]["shareWithinHalfPixel"] >= 0.99
    assert detector["parity"]["mostPixelsOfBest20"] <= 0.5
    assert detector["parity"]["mostScoreOfBest20"] <= 1e-3
    assert detector["parity"]["boxes"] >= 50
    for name in ("b0a", "b0b"):
        embedder = found["networks"][name]
        assert embedder["parity"]["leastCosine"] > 0.9999
        assert embedder["parityOfFloat32"] > 0.9999
        assert embedder["parity"]["leastCosineBetweenCrops"] < 0.99
    manifest = json.loads((options.out / "models" / "manifest.json").read_text())
    assert [entry["name"] for entry in manifest["embedders"]] == ["b0a", "b0b"]
    assert manifest["bundle"]["file"] == "embedders.onnx"
    crops = np.random.default_rng(0).integers(0, 256, (2, 60, 60, 3), dtype=np.uint8)
    features = open_session(options.out / "models" / "embedders.onnx").run(None, {"crops": crops})[0]
    # Two networks of one shape are not one and the same.
    assert np.abs(features[:, :512] - features[:, 512:]).max() > 0.01
    # A few boxes a frame pass the thresholds, not all and not none.
    frames = np.stack(resized(frames_of_clips(options.out / "shop"), 96)[:2])
    scores = open_session(options.out / "models" / "detector.onnx").run(["scores"], {"frames": frames})[0]
    assert 1 <= (scores > manifest["detector"]["clips"]["scoreMin"]).sum() < len(scores) / 2
    assert "finds nothing" in (options.out / "models" / "README.md").read_text()
    assert found["match"]["seconds"] == 2.0
    # Stopped and started again, it takes what it has.
    again = [Member(member.facts, unbuildable) for member in members()]
    assert check_set("small", again, options)["networks"] == found["networks"]
    other = [Member(replace(member.facts, commit="other"), unbuildable) for member in members()]
    with pytest.raises(AssertionError, match="was there already"):
        check_set("small", other, options)
    assert found["match"]["peakMemoryMB"] == 300
    assert sorted(path.name for path in (options.out / "shop" / "video").iterdir()) == ["000002.mp4", "000003.mp4"]
    assert len(list((options.out / "shop" / "image").iterdir())) == 3


def test_a_match_that_fails_is_told(tmp_path: Path) -> None:
    program = (sys.executable, "-c", "raise SystemExit('no memory')")
    with pytest.raises(TrainingFailure, match="vitrine match ended with 1: no memory"):
        run_match(program, tmp_path, tmp_path, tmp_path / "match", "80:380:20")


def test_a_detector_that_differs_ends_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def export_another(detector: Detector, path: Path, *, is_halved: bool) -> None:
        export_detector(random_detector(SPEC, 9), path, is_halved=is_halved)

    monkeypatch.setattr("vitrine_training.scoring.check_set.export_detector", export_another)
    options = CheckOptions(out=tmp_path, shop=FIXTURES / "shop", vitrine=(), parity_frame=(160, 128))
    frames = shop_frames(128, 160, 4)
    with pytest.raises(TrainingFailure, match="Boxes of the exported detector differ from PyTorch's"):
        check_network(members()[0], tmp_path, frames, options)


class Answers:
    """A session that answers the same whatever it is asked."""

    def __init__(self, *answers: np.ndarray) -> None:
        self.answers = list(answers)

    def run(self, outputs: list[str], inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        return self.answers


def boxes_of(detector: Any, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Boxes, scores and frames as the graph of `detector` should give them."""
    with torch.no_grad():
        expected = detector(torch.from_numpy(frames))
    owners = np.concatenate([np.full(len(one["boxes"]), index) for index, one in enumerate(expected)])
    boxes, scores = (torch.cat([one[key] for one in expected]).numpy() for key in ("boxes", "scores"))
    return boxes, scores, owners


def test_parity_sees_a_box_that_is_off() -> None:
    detector: Any = random_detector(SPEC, 1)
    frames = [np.stack(shop_frames(128, 160, 2))]
    boxes, scores, owners = boxes_of(detector, frames[0])
    off = Answers(boxes + 0.7, scores + 0.01, owners)
    found = box_parity(detector, off, frames)  # type: ignore[arg-type]
    assert found["shareWithinHalfPixel"] < 0.1
    assert found["mostPixelsOfBest20"] == pytest.approx(0.7, abs=0.01)
    assert found["mostScoreOfBest20"] == pytest.approx(0.01, abs=0.001)


def test_parity_sees_boxes_that_are_too_many() -> None:
    detector: Any = random_detector(SPEC, 1)
    frames = [np.stack(shop_frames(128, 160, 2))]
    boxes, scores, owners = boxes_of(detector, frames[0])
    more = Answers(np.concatenate([boxes, boxes + 9]), np.tile(scores, 2), np.tile(owners, 2))
    assert box_parity(detector, more, frames)["shareWithinHalfPixel"] < 0.7  # type: ignore[arg-type]


def test_multiply_adds_are_counted_as_the_formula_has_them() -> None:
    layer = torch.nn.Conv2d(6, 12, 3, stride=2, padding=1, groups=3, device="meta")
    assert count_macs(layer, torch.empty(1, 6, 10, 8, device="meta")) == 5 * 4 * 12 * 2 * 9
    small, large = (detector_macs(Detector(SPEC), side, side) for side in (64, 256))
    body_small = count_macs(Detector(SPEC).to("meta").pyramid, torch.empty(1, 3, 64, 64, device="meta"))
    assert small > body_small
    assert large - small > 14 * body_small, "the body grows by the area, the regions do not"


@pytest.mark.parametrize("name", sorted(EFFICIENTNETS))
def test_efficientnets_are_those_of_the_paper(name: str) -> None:
    with torch.device("meta"):
        embedder = Embedder(EmbedderSpec(efficientnet=name))
    found = beside_published(embedder)
    assert found is not None
    assert found["millionParametersWithClassifier"] == pytest.approx(found["publishedMillionParameters"], rel=0.02)
    # timm counts up to 6 % more multiply-adds than the paper, which leaves squeeze-and-excitation out.
    assert found["billionMultiplyAdds"] == pytest.approx(found["publishedBillionMultiplyAdds"], rel=0.07)


def test_vovnets_grow_as_the_published_table() -> None:
    steps = vovnet_steps()
    assert len(steps) == len(VOVNET_STEPS)
    for step in steps:
        assert step["millionParameters"] == pytest.approx(step["publishedMillionParameters"], abs=0.1)


def test_a_shop_that_is_too_small(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailure, match="holds 0 clips with an item and 0 items"):
        pick_shop(tmp_path, tmp_path / "out", clips=1, items=1)
