"""What a training starts from: files of timm's layout, checkpoints, graphs; and sentences where that cannot be."""

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from crop_folder import write_crops
from photo_folder import make_pool
from small_embedder import ALONE, small_config, train_on, training_on
from vitrine_training.exporting.export_embedder import export_embedder
from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.embedder_sources import CompositeSource
from vitrine_training.loops.embedder_start import name_start, read_weights, start_embedder
from vitrine_training.loops.train_embedder import EmbedderTraining
from vitrine_training.nets.embedder import Embedder, EmbedderSpec

B0 = EmbedderSpec(efficientnet="tf_efficientnet_b0")


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    """A file of timm's layout, classifier and all, with random weights."""
    torch.manual_seed(11)
    net = timm.create_model("tf_efficientnet_b0.ns_jft_in1k", pretrained=False)
    return net.state_dict()


@pytest.mark.parametrize("name", ["model.safetensors", "tf_efficientnet_b0_ns.pth", "wrapped.pth"])
def test_a_file_of_timms_layout_becomes_the_body(name: str, weights: dict[str, torch.Tensor], tmp_path: Path) -> None:
    path = tmp_path / name
    if path.suffix == ".safetensors":
        save_file(weights, str(path))
    else:
        torch.save({"state_dict": weights} if name == "wrapped.pth" else weights, path)
    embedder = Embedder(B0)
    assert "classifier.weight" in weights
    start_embedder(embedder, f"file:{path}")
    own = embedder.body.net.state_dict()
    assert own
    assert all(torch.equal(value, weights[key]) for key, value in own.items())


def test_noisy_student_asks_timm_for_its_tag(weights: dict[str, torch.Tensor], monkeypatch: pytest.MonkeyPatch) -> None:
    create, asked = timm.create_model, []

    def stand_in(name: str, pretrained: bool = False, **options: object) -> torch.nn.Module:
        asked.append((name, pretrained))
        net = create(name, pretrained=False, **options)
        if pretrained:
            net.load_state_dict(weights, strict=False)
        return net

    monkeypatch.setattr(timm, "create_model", stand_in)
    embedder = Embedder(B0)
    start_embedder(embedder, "noisy-student")
    assert asked[-1] == ("tf_efficientnet_b0.ns_jft_in1k", True)
    assert torch.equal(embedder.body.net.conv_stem.weight, weights["conv_stem.weight"])


def test_without_a_network_one_sentence_says_which_file_to_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = Embedder(B0)

    def unreachable(*_: object, **__: object) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr(timm, "create_model", unreachable)
    sentence = (
        r"tf_efficientnet_b0.ns_jft_in1k cannot be fetched \(OSError\): fetch https://huggingface.co/timm/"
        r"tf_efficientnet_b0.ns_jft_in1k/resolve/main/model.safetensors .* `--set start=file:<path>`"
    )
    with pytest.raises(TrainingFailure, match=sentence):
        start_embedder(embedder, "noisy-student")


def test_weights_that_do_not_fit_are_refused(weights: dict[str, torch.Tensor], tmp_path: Path) -> None:
    torch.save({**weights, "conv_stem.weight": torch.zeros(8, 3, 3, 3)}, tmp_path / "other.pth")
    with pytest.raises(TrainingFailure, match=r"does not fit this network: 1 tensors differ, first conv_stem.weight"):
        start_embedder(Embedder(B0), f"file:{tmp_path / 'other.pth'}")
    (tmp_path / "broken.safetensors").write_bytes(b"no weights")
    with pytest.raises(TrainingFailure, match="holds no weights that can be read"):
        read_weights(tmp_path / "broken.safetensors")
    with pytest.raises(TrainingFailure, match="There is no file of weights"):
        read_weights(tmp_path / "none.pth")


@pytest.mark.parametrize("start", ["noisy", "file", "file:", "none:x", "noisy-student:x", "efficientnet-lite:x"])
def test_other_starts_are_refused(start: str) -> None:
    with pytest.raises(
        TrainingFailure,
        match=r"expected none, noisy-student, efficientnet-lite, file:<path>, checkpoint:<path> or onnx",
    ):
        start_embedder(Embedder(EmbedderSpec([4, 4], [[4, 8, 1, 1]])), start)


def test_there_are_such_weights_of_efficientnets_only() -> None:
    with pytest.raises(TrainingFailure, match="the body is a VoVNet"):
        start_embedder(Embedder(EmbedderSpec([4, 4], [[4, 8, 1, 1]])), "noisy-student")
    with pytest.raises(TrainingFailure, match="timm has no EfficientNet 'resnet50'"):
        Embedder(EmbedderSpec(efficientnet="resnet50"))


def test_a_checkpoint_gives_what_fits(tmp_path: Path) -> None:
    pool = make_pool(tmp_path, 5)

    def compose(*more: str) -> EmbedderTraining:
        config = small_config(*more)
        return EmbedderTraining(config, CompositeSource(config, pool, ALONE), ALONE)

    other = compose()
    other.step()
    other.save(tmp_path / "checkpoint.pt")
    training = compose("seed=2", "net.body.stages=[[4, 12, 1, 1]]", f"start=checkpoint:{tmp_path / 'checkpoint.pt'}")
    own_fuse = training.embedder.state_dict()["body.stages.0.0.fuse.0.weight"].clone()
    training.begin()
    theirs, ours = other.embedder.state_dict(), training.embedder.state_dict()
    assert torch.equal(ours["body.stem.0.0.weight"], theirs["body.stem.0.0.weight"])
    assert torch.equal(ours["body.stages.0.0.fuse.0.weight"], own_fuse)
    # Composites of one pool show the same garments, so their class centres serve too.
    assert torch.equal(training.losses.head.centres, other.losses.head.centres)
    assert training.steps_done == 0


def test_class_centres_of_crops_are_not_taken(tmp_path: Path) -> None:
    """Labels of two exports have no relation."""
    folder = write_crops(tmp_path, 4)
    train_on(folder, steps=1).save(tmp_path / "checkpoint.pt")
    fresh, started = training_on(folder), training_on(folder, [f"start=checkpoint:{tmp_path / 'checkpoint.pt'}"])
    started.begin()
    assert torch.equal(started.losses.head.centres, fresh.losses.head.centres)
    assert not torch.equal(started.embedder.project.weight, fresh.embedder.project.weight)


def test_a_graph_gives_weights_and_statistics(tmp_path: Path) -> None:
    folder = write_crops(tmp_path, 4)
    source = train_on(folder, "seed=5").embedder
    export_embedder(source, tmp_path / "embedder.onnx", is_halved=False)
    training = training_on(folder, [f"start=onnx:{tmp_path / 'embedder.onnx'}", "loss.memory=0"])
    training.begin()
    pixels = torch.randint(0, 256, (3, 40, 30, 3), dtype=torch.uint8)
    training.embedder.eval()
    assert torch.allclose(training.embedder.embed(pixels), source.embed(pixels), atol=1e-4)
    assert training.embedder.norm.running_var.std() > 0
    first = training.step()
    assert first["loss"] < 40


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("runs/a/checkpoint.pt", "checkpoint:runs/a/checkpoint.pt"),
        ("C:\\runs\\checkpoint.pt", "checkpoint:C:\\runs\\checkpoint.pt"),
        ("onnx:models/embedder-a.onnx", "onnx:models/embedder-a.onnx"),
        ("none", "none"),
    ],
)
def test_a_path_alone_is_that_of_a_checkpoint(text: str, start: str) -> None:
    assert name_start(text) == start
