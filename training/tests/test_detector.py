"""The detector's own parts: pixels, padding, pooling and what is frozen."""

from collections import OrderedDict

import pytest
import torch
from pydantic import ValidationError
from torchvision.ops import MultiScaleRoIAlign

from vitrine_training.nets.detector import Detector
from vitrine_training.nets.detector_spec import DetectorSpec
from vitrine_training.nets.roi_pool import LevelRoiPool

BODY = {"stem": [4, 8], "stages": [[4, 8, 1]] * 4}


def make(**values: object) -> DetectorSpec:
    return DetectorSpec.parse({"body": BODY, "fpn_channels": 8, "hidden": 8, **values})


def frames(seed: int, height: int, width: int) -> torch.Tensor:
    source = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (1, height, width, 3), dtype=torch.uint8, generator=source)


def test_pixels_come_in_as_rgb_and_reach_the_body_as_it_was_told() -> None:
    pixel = torch.tensor([10, 20, 30], dtype=torch.uint8).view(1, 1, 1, 3)
    rgb = Detector(make(pixel_mean=(1, 2, 3), pixel_std=(1, 2, 3))).normalise(pixel)
    assert rgb.flatten().tolist() == pytest.approx([9, 9, 9])
    bgr = Detector(make(channels="bgr", pixel_mean=(1, 2, 3), pixel_std=(1, 1, 1))).normalise(pixel)
    assert bgr.flatten().tolist() == [29, 18, 7]


def test_padding_that_frames_share_changes_nothing() -> None:
    torch.manual_seed(2)
    detector = Detector(make(score_min=0.01)).eval()
    first, second = frames(1, 60, 90), frames(2, 100, 70)
    shared = torch.full((2, 100, 90, 3), 255, dtype=torch.uint8)
    shared[0, :60, :90], shared[1, :100, :70] = first[0], second[0]
    sizes = [(60, 90), (100, 70)]
    with torch.no_grad():
        together = detector(shared, sizes=sizes)
        # The same frames alone, on a canvas of the same size: eSE takes its mean over all of it.
        alone = [
            detector(shared[index : index + 1], sizes=[size])[0] for index, size in enumerate([(60, 90), (100, 70)])
        ]
        black = shared.clone()
        black[0, 60:], black[1, :, 70:] = 0, 0
        assert torch.equal(detector(black, sizes=sizes)[0]["boxes"], together[0]["boxes"])
    for mine, theirs, (height, width) in zip(together, alone, sizes, strict=True):
        assert len(mine["boxes"])
        torch.testing.assert_close(mine["boxes"], theirs["boxes"], rtol=1e-4, atol=1e-3)
        assert mine["boxes"][:, [0, 2]].max() <= width
        assert mine["boxes"][:, [1, 3]].max() <= height


@pytest.mark.parametrize("finest_stride", [4, 8])
def test_regions_are_pooled_as_torchvision_does(finest_stride: int) -> None:
    anchors = (16, 32, 64, 128, 256)[-5 if finest_stride == 4 else -4 :]
    spec = make(finest_stride=finest_stride, anchors=anchors)
    torch.manual_seed(1)
    maps = OrderedDict(
        (str(level), torch.randn(2, 8, 256 // stride, 256 // stride)) for level, stride in enumerate(spec.strides)
    )
    corner, size = torch.rand(40, 2) * 100, torch.exp(torch.rand(40, 2) * 4.5 + 0.5)
    regions = [torch.cat([corner, corner + size], 1)[part::2] for part in (0, 1)]
    names = [str(level) for level in range(len(spec.roi_strides))]
    theirs = MultiScaleRoIAlign(names, 7, 2, canonical_scale=spec.roi_base, canonical_level=4)
    expected = theirs(maps, regions, [(256, 256)] * 2)
    torch.testing.assert_close(LevelRoiPool(spec)(maps, regions, [(256, 256)] * 2), expected)


def test_frozen_normalisations_stay_frozen_in_training() -> None:
    detector = Detector(make(is_norm_frozen=True)).train()
    assert detector.training
    norms = [module for module in detector.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert norms
    assert not any(norm.training for norm in norms)
    assert not any(value.requires_grad for norm in norms for value in norm.parameters())
    thawed = Detector(make()).train()
    assert all(module.training for module in thawed.modules())


def test_anchors_must_fit_the_levels() -> None:
    assert make(finest_stride=4, anchors=(8, 16, 32, 64, 128)).strides == (4, 8, 16, 32, 64)
    assert make().strides == (8, 16, 32, 64)
    with pytest.raises(ValidationError, match="Expected 5 `anchors`"):
        make(finest_stride=4)
