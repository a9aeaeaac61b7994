"""A checkpoint in Detectron2's layout becomes a detector that computes what its source net did."""

import math
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitrine_training.failures import TrainingFailure
from vitrine_training.nets.detector import Detector
from vitrine_training.nets.detector_spec import DetectorSpec
from vitrine_training.nets.detectron2_keys import load_detectron2

BLOCKS, LAYERS, WIDTH, OUTS, STEM = (1, 2, 1, 2), 2, 6, (8, 10, 12, 14), (4, 4, 8)
BODY = {
    "stem": STEM,
    "stages": [[WIDTH, out, LAYERS, blocks] for out, blocks in zip(OUTS, BLOCKS, strict=True)],
    "pooling": "from_corner",
}


def spec(**values: Any) -> DetectorSpec:
    seed = {"finest_stride": 4, "anchors": (32, 64, 128, 256, 512), "is_anchor_rounded": False, "channels": "bgr"}
    pixels = {"pixel_mean": (103.53, 116.28, 123.675), "pixel_std": (1.0, 1.0, 1.0), "is_norm_frozen": True}
    return DetectorSpec(**{"body": BODY, "fpn_channels": 8, "hidden": 12, **seed, **pixels, **values})


def conv(name: str, inputs: int, outputs: int, kernel: int, stride: int = 1) -> list[tuple[str, nn.Module]]:
    return [
        (f"{name}/conv", nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)),
        (f"{name}/norm", nn.BatchNorm2d(outputs)),
        (f"{name}/relu", nn.ReLU()),
    ]


class SourceBlock(nn.Module):
    """One-shot aggregation with the names of vovnet-detectron2."""

    def __init__(self, name: str, inputs: int, out: int, has_identity: bool) -> None:
        super().__init__()
        widths = [inputs] + [WIDTH] * LAYERS
        self.has_identity = has_identity
        self.layers = nn.ModuleList(
            nn.Sequential(OrderedDict(conv(f"{name}_{index}", widths[index], WIDTH, 3))) for index in range(LAYERS)
        )
        self.concat = nn.Sequential(OrderedDict(conv(f"{name}_concat", inputs + LAYERS * WIDTH, out, 1)))
        self.ese = nn.ModuleDict({"fc": nn.Conv2d(out, out, 1)})

    def forward(self, features: Tensor) -> Tensor:
        outputs = [features]
        for layer in self.layers:
            outputs.append(layer(outputs[-1]))
        fused = self.concat(torch.cat(outputs, 1))
        gate = F.relu6(self.ese["fc"](F.adaptive_avg_pool2d(fused, 1)) + 3) / 6
        return fused * gate + features if self.has_identity else fused * gate


class SourceNet(nn.Module):
    """Body, pyramid, proposals and heads as Detectron2 names and runs them, with one class."""

    def __init__(self) -> None:
        super().__init__()
        stem = (
            conv("stem_1", 3, STEM[0], 3, 2)
            + conv("stem_2", STEM[0], STEM[1], 3)
            + conv("stem_3", STEM[1], STEM[2], 3, 2)
        )
        parts: dict[str, nn.Module] = {"stem": nn.Sequential(OrderedDict(stem))}
        inputs = STEM[2]
        for stage, (out, blocks) in enumerate(zip(OUTS, BLOCKS, strict=True)):
            inside: list[tuple[str, nn.Module]] = []
            if stage:
                inside.append(("Pooling", nn.MaxPool2d(3, 2, ceil_mode=True)))
            for block in range(blocks):
                name = f"OSA{stage + 2}_{block + 1}"
                inside.append((name, SourceBlock(name, inputs, out, has_identity=block > 0)))
                inputs = out
            parts[f"stage{stage + 2}"] = nn.Sequential(OrderedDict(inside))
        backbone: dict[str, nn.Module] = {"bottom_up": nn.ModuleDict(parts)}
        for level, out in enumerate(OUTS):
            backbone[f"fpn_lateral{level + 2}"] = nn.Conv2d(out, 8, 1)
            backbone[f"fpn_output{level + 2}"] = nn.Conv2d(8, 8, 3, padding=1)
        self.backbone = nn.ModuleDict(backbone)
        head = {"conv": nn.Conv2d(8, 8, 3, padding=1), "objectness_logits": nn.Conv2d(8, 3, 1)}
        self.proposal_generator = nn.ModuleDict(
            {"rpn_head": nn.ModuleDict({**head, "anchor_deltas": nn.Conv2d(8, 12, 1)})}
        )
        box_head = nn.ModuleDict({"fc1": nn.Linear(8 * 49, 12), "fc2": nn.Linear(12, 12)})
        predictor = nn.ModuleDict({"cls_score": nn.Linear(12, 2), "bbox_pred": nn.Linear(12, 4)})
        self.roi_heads = nn.ModuleDict({"box_head": box_head, "box_predictor": predictor})

    def pyramid(self, images: Tensor) -> list[Tensor]:
        body: Any = self.backbone["bottom_up"]
        features, maps = body["stem"](images), []
        for stage in range(2, 6):
            features = body[f"stage{stage}"](features)
            maps.append(features)
        levels: list[Tensor] = []
        previous = torch.zeros(1)
        for stage in range(5, 1, -1):
            lateral = self.backbone[f"fpn_lateral{stage}"](maps[stage - 2])
            previous = lateral if stage == 5 else lateral + F.interpolate(previous, scale_factor=2.0, mode="nearest")
            levels.insert(0, self.backbone[f"fpn_output{stage}"](previous))
        return [*levels, F.max_pool2d(levels[-1], 1, 2)]

    def propose(self, level: Tensor) -> tuple[Tensor, Tensor]:
        head: Any = self.proposal_generator["rpn_head"]
        hidden = F.relu(head["conv"](level))
        return head["objectness_logits"](hidden), head["anchor_deltas"](hidden)

    def judge(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        box_head: Any = self.roi_heads["box_head"]
        predictor: Any = self.roi_heads["box_predictor"]
        hidden = F.relu(box_head["fc2"](F.relu(box_head["fc1"](regions.flatten(1)))))
        return predictor["cls_score"](hidden), predictor["bbox_pred"](hidden)


@pytest.fixture(scope="module")
def source() -> SourceNet:
    torch.manual_seed(5)
    net = SourceNet()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None and module.running_var is not None
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
    return net.eval()


def checkpoint_of(source: SourceNet) -> dict[str, Any]:
    anchors = {f"proposal_generator.anchor_generator.cell_anchors.{level}": torch.zeros(3, 4) for level in range(5)}
    model = {**source.state_dict(), **anchors, "pixel_mean": torch.zeros(3, 1, 1), "pixel_std": torch.ones(3, 1, 1)}
    return {"model": model, "iteration": 7, "scheduler": {"last_lr": [np.float64(0.1)]}, "__author__": "someone"}


@torch.no_grad()
def assert_same_net(detector: Detector, source: SourceNet) -> None:
    frames = torch.randint(0, 256, (2, 64, 96, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    blue_first = frames.permute(0, 3, 1, 2).flip(1).float()
    images = blue_first - torch.tensor([103.53, 116.28, 123.675]).view(1, 3, 1, 1)
    maps, expected = detector.pyramid(detector.normalise(frames)), source.pyramid(images)
    assert [tuple(level.shape[-2:]) for level in maps] == [(16, 24), (8, 12), (4, 6), (2, 3), (1, 2)]
    for level, theirs in zip(maps, expected, strict=True):
        torch.testing.assert_close(level, theirs, rtol=1e-4, atol=1e-3)
    head: Any = detector.rpn.head
    logits, deltas = head(maps)
    for level, theirs in enumerate(expected):
        for mine, other in zip((logits[level], deltas[level]), source.propose(theirs), strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-3)
    regions = torch.randn(5, 8, 7, 7)
    heads: Any = detector.heads
    scores, moves = heads.box_predictor(heads.box_head(regions))
    their_scores, their_moves = source.judge(regions)
    torch.testing.assert_close(scores.softmax(1)[:, 1], their_scores.softmax(1)[:, 0])
    torch.testing.assert_close(moves[:, 4:], their_moves)


@pytest.mark.parametrize("suffix", [".pth", ".pkl"])
def test_outputs_equal_those_of_the_source(source: SourceNet, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    content = checkpoint_of(source)
    if suffix == ".pth":
        torch.save(content, path)
    else:
        arrays = {name: value.numpy() for name, value in content["model"].items()}
        path.write_bytes(pickle.dumps({"model": arrays, "__author__": "someone"}, protocol=2))
    detector = Detector(spec()).eval()
    report = load_detectron2(detector, path)
    assert not report.missing
    assert not report.left_over
    assert len(report.taken) == len([name for name in source.state_dict() if "num_batches_tracked" not in name])
    assert_same_net(detector, source)


@pytest.mark.parametrize("prefix", ["", "backbone.bottom_up.", "module.backbone.bottom_up."])
def test_a_body_from_imagenet_is_enough(source: SourceNet, tmp_path: Path, prefix: str) -> None:
    body = {f"{prefix}{name}": value for name, value in source.backbone["bottom_up"].state_dict().items()}
    torch.save({**body, "classifier.weight": torch.zeros(10, 14)}, tmp_path / "body.pth")
    detector = Detector(spec()).eval()
    report = load_detectron2(detector, tmp_path / "body.pth")
    assert report.left_over == ("classifier.weight",)
    assert all(name.startswith("pyramid.body.") for name in report.taken)
    assert {name.split(".")[0] for name in report.missing} == {"pyramid", "rpn", "heads"}
    assert not any(name.startswith("pyramid.body.") for name in report.missing)
    assert any("left over: classifier.weight" in line for line in report.lines())
    images = torch.randn(1, 3, 64, 64)
    body_net: Any = source.backbone["bottom_up"]
    with torch.no_grad():
        torch.testing.assert_close(detector.pyramid.body(images)[0], body_net["stage2"](body_net["stem"](images)))


def test_a_head_for_other_classes_is_left_over(source: SourceNet, tmp_path: Path) -> None:
    content = checkpoint_of(source)
    content["model"]["roi_heads.box_predictor.cls_score.weight"] = torch.zeros(81, 12)
    torch.save(content, tmp_path / "coco.pth")
    report = load_detectron2(Detector(spec()), tmp_path / "coco.pth")
    assert report.missing == ("heads.box_predictor.cls_score.weight",)
    assert report.left_over == ("roi_heads.box_predictor.cls_score.weight",)


def test_another_body_is_refused(source: SourceNet, tmp_path: Path) -> None:
    torch.save(checkpoint_of(source), tmp_path / "model.pth")
    for stages, message in (
        ([[WIDTH, 8, LAYERS], [WIDTH, 10, LAYERS, 3], *BODY["stages"][2:]], r"lacks .*OSA3_3"),
        ([[WIDTH, 8, LAYERS], [WIDTH, 10, LAYERS, 1], *BODY["stages"][2:]], r"has no .*OSA3_2"),
        ([[WIDTH + 1, 8, LAYERS], *BODY["stages"][1:]], r"OSA2_1_0/conv.weight is \(6, 8, 3, 3\)"),
    ):
        with pytest.raises(TrainingFailure, match=message):
            load_detectron2(Detector(spec(body={**BODY, "stages": stages})), tmp_path / "model.pth")


class Bomb:
    def __reduce__(self) -> Any:
        return (print, ("boom",))


def test_files_that_are_no_weights_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    detector = Detector(spec())
    for name, content in (
        ("code.pkl", pickle.dumps({"model": Bomb()})),
        ("cut.pth", b"PK"),
        ("list.pkl", pickle.dumps([1])),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(TrainingFailure, match=name):
            load_detectron2(detector, tmp_path / name)
    torch.save({"weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(TrainingFailure, match="holds no VoVNet"):
        load_detectron2(detector, tmp_path / "other.pth")
    with pytest.raises(TrainingFailure, match="There is no checkpoint"):
        load_detectron2(detector, tmp_path / "absent.pth")
    assert "boom" not in capsys.readouterr().out


def test_anchors_are_detectron2s() -> None:
    anchors: Any = Detector(spec()).rpn.anchor_generator
    for size, cell in zip((32, 64, 128, 256, 512), anchors.cell_anchors, strict=True):
        for (x1, y1, x2, y2), ratio in zip(cell.tolist(), (0.5, 1.0, 2.0), strict=True):
            width = math.sqrt(size**2 / ratio)
            assert (x1, y1, x2, y2) == pytest.approx((-width / 2, -ratio * width / 2, width / 2, ratio * width / 2))
