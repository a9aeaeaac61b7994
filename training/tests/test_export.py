"""`export`: each kind of network in each precision against PyTorch, from checkpoints, presets and files."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from photo_folder import make_pool
from shop_frames import shop_crops, shop_frames
from vitrine_training.cli import main
from vitrine_training.config import check_values, read_preset
from vitrine_training.exporting.calibration import calibration_crops, calibration_frames
from vitrine_training.exporting.export_embedder import export_embedder
from vitrine_training.exporting.export_model import convert_file, export_network, least_cosine
from vitrine_training.exporting.model_facts import ModelFacts, read_facts
from vitrine_training.exporting.onnx_file import open_session, read_onnx
from vitrine_training.exporting.precision import FEATURE_COSINE, Precision
from vitrine_training.exporting.untrained import random_detector, random_embedder, settle_norms, smooth_pictures
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.checkpoint import save_checkpoint
from vitrine_training.loops.detector_config import DetectorConfig
from vitrine_training.loops.embedder_config import read_embedder_config
from vitrine_training.nets.embedder import Embedder, EmbedderSpec
from vitrine_training.scoring.embed_crops import embed_with_torch

VOVNET = EmbedderSpec(stem=[8, 8], stages=[[8, 16, 2, 1], [8, 24, 2, 2], [8, 32, 2, 1]], is_gem_learned=True)
EFFICIENTNET = EmbedderSpec(efficientnet="tf_efficientnet_b0")
FACTS = ModelFacts("embedder", name="x", crop_scale=0.5)
ARM: list[tuple[str, Precision]] = [
    *[("vovnet", precision) for precision in ("fp32", "fp16-stored", "fp16", "int8")],
    *[("efficientnet", precision) for precision in ("fp32", "fp16-stored", "fp16")],
]  # type: ignore[list-item]


@pytest.fixture(scope="module")
def embedders() -> dict[str, Embedder]:
    return {"vovnet": random_embedder(VOVNET, 3), "efficientnet": random_embedder(EFFICIENTNET, 4)}


@pytest.mark.parametrize(("body", "precision"), ARM)
def test_features_equal_torch_at_batch_1_and_4(
    embedders: dict[str, Embedder], tmp_path: Path, body: str, precision: Precision
) -> None:
    sizes = ((145, 145), (200, 100))
    stacks = [np.stack(shop_crops(*size, 4)) for size in sizes]
    path = tmp_path / "embedder-x.onnx"
    pictures: Callable[[], list[np.ndarray]] | None = (lambda: stacks) if precision == "int8" else None
    export_network(embedders[body], path, precision, FACTS, pictures)
    session = open_session(path)
    for stack in stacks:
        ones = [stack[index : index + 1] for index in range(4)]
        assert least_cosine(embed_with_torch(embedders[body]), session, [stack, *ones]) > FEATURE_COSINE[precision]
        # Different crops give different features, or the line above would prove nothing.
        features = session.run(None, {"crops": stack})[0]
        assert (features @ features.T).min() < 0.95
    assert read_facts(read_onnx(path), "embedder") == ModelFacts("embedder", "x", precision, crop_scale=0.5)
    assert [entry.name for entry in tmp_path.iterdir()] == ["embedder-x.onnx"], "no temporary file is left"


def test_precisions_that_are_to_be_near_are_near() -> None:
    assert FEATURE_COSINE["fp32"] == FEATURE_COSINE["fp16-stored"] == 0.9999


def test_values_beyond_float16_are_refused(tmp_path: Path) -> None:
    broken = random_embedder(VOVNET, 3)
    with torch.no_grad():
        # Within float16 as a weight, but what comes out of the layer is not.
        for module in broken.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.mul_(30000)
                break
    with pytest.raises(TrainingFailure, match=r"reach \S+ and float16 ends at 65504: export with fp16-stored"):
        export_network(broken, tmp_path / "x.onnx", "fp16", FACTS)
    assert not list(tmp_path.iterdir())
    export_network(broken, tmp_path / "x.onnx", "fp32", FACTS)


def test_features_that_differ_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = random_embedder(VOVNET, 3)
    monkeypatch.setattr("vitrine_training.exporting.export_model.export_embedder", export_another)
    with pytest.raises(TrainingFailure, match=r"Features of the fp32 graph differ from PyTorch's"):
        export_network(embedder, tmp_path / "x.onnx", "fp32", FACTS)
    assert not list(tmp_path.iterdir())


def export_another(embedder: Embedder, path: Path, *, is_halved: bool) -> None:
    """Write another embedder than the one that is asked for."""
    export_embedder(random_embedder(VOVNET, 99), path, is_halved=is_halved)


def test_settled_norms_make_activations_even() -> None:
    torch.manual_seed(0)
    plain = Embedder(VOVNET).eval()
    crops = smooth_pictures(8, 128, 128, seed=1)
    seen: list[float] = []
    last = [module for module in plain.body.modules() if isinstance(module, nn.BatchNorm2d)][-1]
    last.register_forward_hook(lambda *values: seen.append(float(values[2].std())))
    with torch.no_grad():
        plain.embed(crops)
        settle_norms(plain, lambda: plain.embed(crops))
        plain.embed(crops)
    assert seen[-1] == pytest.approx(1, abs=0.05)
    assert abs(seen[0] - 1) > 0.1
    assert not any(module.training for module in plain.modules() if isinstance(module, nn.BatchNorm2d))
    assert last.momentum == 0.1


def test_random_networks_differ_by_seed_alone() -> None:
    first, same, other = (random_embedder(VOVNET, seed).project.weight for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


# The command.


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    def call(*arguments: object) -> Told:
        try:
            main([str(argument) for argument in arguments])
            code = 0
        except SystemExit as ended:
            code = int(str(ended.code))
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    return call


def test_a_random_set_says_what_package_needs(run: Callable[..., Told], tmp_path: Path) -> None:
    told = run("export", tmp_path / "detector.onnx", "--random", "--preset", "compact", "--commit", "abc")
    assert told.code == 0, told.err
    for member in ("c", "a"):
        told = run(
            "export", tmp_path / f"embedder-{member}.onnx", "--random", "--preset", "compact", "--member", member
        )
        assert told.code == 0, told.err
        assert "agree with PyTorch to a cosine of 0.9999" in told.out
    assert run("package", tmp_path, "--bundle").code == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["detector"]["pictures"]["shortSide"] == 224
    assert manifest["detector"]["maxSide"] == 512
    assert manifest["crops"]["sizes"][7] == [162, 162]
    assert [entry["name"] for entry in manifest["embedders"]] == ["a", "c"]
    assert manifest["provenance"]["commit"] == "abc"
    assert manifest["provenance"]["data"] == "detector: random, seed 1; a: random, seed 1; c: random, seed 1"


def test_a_checkpoint_says_by_itself_what_it_is(run: Callable[..., Told], tmp_path: Path) -> None:
    config = read_embedder_config("compact", "b")
    embedder = random_embedder(config.spec, 7)
    state = {"model": embedder.state_dict(), "config": config.model_dump(mode="json")}
    save_checkpoint(tmp_path / "b.pt", "embedder", config.identity(), state)
    spec = check_values(DetectorConfig, read_preset("detector", "compact"), "").model
    detector = random_detector(spec, 7)
    identity = {"preset": "compact", "model": spec.model_dump(mode="json")}
    weights = {"model": detector.state_dict(), "average": None}
    save_checkpoint(tmp_path / "d.pt", "detector", identity, weights)
    sides_of_run = {"validation": {"picture": 640, "clip": 608, "max_side": 900}}
    save_checkpoint(tmp_path / "e.pt", "detector", identity, {**weights, "config": sides_of_run})
    assert run("export", tmp_path / "b.pt", tmp_path / "b.onnx", "--precision", "fp32").code == 0
    assert run("export", tmp_path / "d.pt", tmp_path / "d.onnx").code == 0
    facts = read_facts(read_onnx(tmp_path / "b.onnx"), "embedder")
    assert (facts.name, facts.crop_scale, facts.precision) == ("b", 0.56, "fp32")
    crops = np.stack(shop_crops(120, 209, 2))
    assert least_cosine(embed_with_torch(embedder), open_session(tmp_path / "b.onnx"), [crops]) > 0.99999
    sides = read_facts(read_onnx(tmp_path / "d.onnx"), "detector")
    assert (sides.picture_side, sides.clip_side, sides.max_side) == (224, 224, 512)
    assert run("export", tmp_path / "e.pt", tmp_path / "e.onnx").code == 0
    sides = read_facts(read_onnx(tmp_path / "e.onnx"), "detector")
    assert (sides.picture_side, sides.clip_side, sides.max_side) == (640, 608, 900), "of the run, not of its preset"


def test_a_whitening_is_folded_in_on_the_way(run: Callable[..., Told], tmp_path: Path) -> None:
    config = read_embedder_config("compact", "a")
    embedder = random_embedder(config.spec, 7)
    state = {"model": embedder.state_dict(), "config": config.model_dump(mode="json")}
    save_checkpoint(tmp_path / "a.pt", "embedder", config.identity(), state)
    make_pool(tmp_path, 6)
    for name, more in (("plain", []), ("white", ["--whiten", tmp_path / "store-0", "--shrinkage", 0.1])):
        assert run("export", tmp_path / "a.pt", tmp_path / f"{name}.onnx", *more).code == 0
    crops = np.stack(shop_crops(120, 209, 2))
    assert least_cosine(embed_with_torch(embedder), open_session(tmp_path / "plain.onnx"), [crops]) > 0.9999
    assert least_cosine(embed_with_torch(embedder), open_session(tmp_path / "white.onnx"), [crops]) < 0.99
    spec = check_values(DetectorConfig, read_preset("detector", "compact"), "").model
    weights = {"model": random_detector(spec, 7).state_dict(), "average": None}
    save_checkpoint(tmp_path / "d.pt", "detector", {"model": spec.model_dump(mode="json")}, weights)
    told = run("export", tmp_path / "white.onnx", tmp_path / "again.onnx", "--whiten", tmp_path / "store-0")
    assert told.code != 0 and "folded into a checkpoint" in told.err
    told = run("export", tmp_path / "d.pt", tmp_path / "d.onnx", "--whiten", tmp_path / "store-0")
    assert "this is a detector's checkpoint" in told.err


def test_an_onnx_file_is_converted_and_keeps_its_facts(run: Callable[..., Told], tmp_path: Path) -> None:
    crops = tmp_path / "crops"
    crops.mkdir()
    for index, crop in enumerate(shop_crops(120, 209, 6)):
        cv2.imwrite(str(crops / f"{index}.png"), crop[..., ::-1])
    source = tmp_path / "a.onnx"
    shutil.copy(Path(__file__).parent / "data" / "vovnet.onnx", source)
    told = run("export", source, tmp_path / "small.onnx", "--precision", "int8", "--calibrate", crops)
    assert told.code == 0, told.err
    assert "22 Conv" in told.out
    assert "ranges from 6 pictures" in told.out
    facts = read_facts(read_onnx(tmp_path / "small.onnx"), "embedder")
    assert (facts.name, facts.crop_scale, facts.precision) == ("a", 0.56, "int8")
    told = run("export", source, tmp_path / "named.onnx", "--precision", "fp32", "--name", "z", "--commit", "abc")
    assert "features agree with a.onnx to a cosine of 1.000000" in told.out
    facts = read_facts(read_onnx(tmp_path / "named.onnx"), "embedder")
    assert (facts.name, facts.commit, facts.precision) == ("z", "abc", "fp32")
    # What int8 has lost cannot be had back, and its scales would not outlive float16.
    told = run("export", tmp_path / "small.onnx", tmp_path / "back.onnx")
    assert told.code == 1
    assert "small.onnx is int8, and what that lost cannot be had back" in told.err
    assert not (tmp_path / "back.onnx").exists()
    assert "or --random" in run("export", source, tmp_path / "o.onnx", "--random", "--preset", "scratch").err


def test_a_file_whose_values_leave_float16_is_not_converted(tmp_path: Path) -> None:
    embedder = random_embedder(VOVNET, 3)
    first = next(module for module in embedder.modules() if isinstance(module, nn.BatchNorm2d))
    with torch.no_grad():
        # Its weight reaches the file as that of the convolution before it, within float16.
        first.weight.mul_(30000)
    export_embedder(embedder, tmp_path / "loud.onnx", is_halved=False)
    with pytest.raises(TrainingFailure, match=r"Values inside this network reach .* and float16 ends at"):
        convert_file(tmp_path / "loud.onnx", tmp_path / "half.onnx", "fp16")


def test_a_conversion_that_changes_features_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export_embedder(random_embedder(VOVNET, 3), tmp_path / "a.onnx", is_halved=False)
    monkeypatch.setitem(FEATURE_COSINE, "fp16", 1.1)
    with pytest.raises(TrainingFailure, match=r"differ from those of .*a\.onnx, cosine"):
        convert_file(tmp_path / "a.onnx", tmp_path / "half.onnx", "fp16")
    assert not (tmp_path / "half.onnx").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["out.onnx"], "Give either a checkpoint, or --random with --preset"),
        (["x.pt", "out.onnx", "--random", "--preset", "seed"], "Give either a checkpoint, or --random"),
        (["out.onnx", "--random"], "--random needs --preset"),
        (["out.onnx", "--random", "--preset", "huge"], "No detector preset 'huge'"),
        (["out.onnx", "--random", "--preset", "seed", "--member", "b8"], "has no member 'b8'; it has b5a, b5b, b6, b7"),
        (["x.pt", "out.onnx", "--preset", "seed"], "--preset and --member are of --random"),
        (["missing.pt", "out.onnx"], "There is no checkpoint missing.pt"),
        (
            ["out.onnx", "--random", "--preset", "scratch", "--member", "a", "--precision", "int8"],
            "give a folder with --calibrate",
        ),
    ],
)
def test_mistakes_end_with_a_sentence(run: Callable[..., Told], arguments: list[str], message: str) -> None:
    told = run("export", *arguments)
    assert told.code == 1
    assert message in told.err


def test_a_file_that_is_no_checkpoint(run: Callable[..., Told], tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(b"nothing")
    assert "no checkpoint that can be read" in run("export", tmp_path / "x.pt", tmp_path / "o.onnx").err
    torch.save({"kind": "matcher"}, tmp_path / "y.pt")
    assert "neither a detector nor an embedder" in run("export", tmp_path / "y.pt", tmp_path / "o.onnx").err


# What int8 is calibrated on.


def test_frames_come_at_the_short_side(tmp_path: Path) -> None:
    for index, frame in enumerate(shop_frames(216, 384, 3)):
        cv2.imwrite(str(tmp_path / f"{index}.jpg"), frame[..., ::-1])
    frames = list(calibration_frames(tmp_path, 96, 500, most=2))
    assert [frame.shape for frame in frames] == [(1, 171, 96, 3)] * 2
    wide = next(iter(calibration_frames(tmp_path, 96, 120, most=1)))
    assert wide.shape == (1, 120, 68, 3), "the longer side is bounded"
    # RGB, not OpenCV's order.
    expected = cv2.resize(shop_frames(216, 384, 3)[0], (68, 120), interpolation=cv2.INTER_AREA)
    assert np.abs(wide[0].astype(int) - expected).mean() < 4


def test_boxes_of_a_coco_folder_become_crops(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "annotations").mkdir()
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[10:60, 20:70] = 200
    cv2.imwrite(str(tmp_path / "images" / "a.png"), picture)
    boxes = [[20, 10, 50, 50], [0, 0, 2, 90]]
    record = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "annotations": [{"image_id": 1, "bbox": box} for box in boxes],
    }
    (tmp_path / "annotations" / "instances_train.json").write_text(json.dumps(record))
    sizes = [(10 + index, 20) for index in range(12)]
    crops = list(calibration_crops(tmp_path, sizes, most=9))
    assert [crop.shape for crop in crops] == [(1, 20, 17, 3)], "the narrow box is left out"
    assert (crops[0] == 200).all()
    (tmp_path / "annotations" / "instances_train.json").write_text("{}")
    with pytest.raises(TrainingFailure, match=r"instances_train\.json is no COCO file"):
        list(calibration_crops(tmp_path, sizes, most=9))


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailure, match="There is no picture in"):
        list(calibration_frames(tmp_path, 96, 500, most=2))
