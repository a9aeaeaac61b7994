"""The memory holds the last rows of earlier batches, and goes through a checkpoint."""

from pathlib import Path

import torch

from crop_folder import write_crops
from small_embedder import train_on, training_on
from vitrine_training.losses.cross_batch_memory import CrossBatchMemory
from vitrine_training.losses.embedder_loss import EmbedderLoss
from vitrine_training.nets.embedder import Embedder, EmbedderSpec


def rows(*values: int) -> tuple[torch.Tensor, torch.Tensor]:
    labels = torch.tensor(values)
    return labels[:, None] * torch.ones(1, 3), labels


def test_it_is_a_ring() -> None:
    memory = CrossBatchMemory(4, 3)
    assert memory.earlier()[0].shape == (0, 3)
    memory.store(*rows(1, 2, 3))
    assert memory.earlier()[1].tolist() == [1, 2, 3]
    memory.store(*rows(4, 5))
    features, labels = memory.earlier()
    assert sorted(labels.tolist()) == [2, 3, 4, 5]
    assert torch.equal(features[:, 0], labels.float())
    memory.store(*rows(6, 7, 8, 9, 10, 11))
    assert sorted(memory.earlier()[1].tolist()) == [8, 9, 10, 11]


def test_what_it_keeps_has_no_gradient_and_none_is_kept_at_size_0() -> None:
    memory = CrossBatchMemory(4, 3)
    features = torch.ones(2, 3, requires_grad=True)
    memory.store(features * 2, torch.tensor([1, 2]))
    assert not memory.earlier()[0].requires_grad
    nothing = CrossBatchMemory(0, 3)
    nothing.store(*rows(1, 2))
    assert nothing.earlier()[0].shape == (0, 3)


def make_loss(memory: int) -> EmbedderLoss:
    torch.manual_seed(4)
    embedder = Embedder(EmbedderSpec(stem=[4, 4], stages=[[4, 8, 1, 1]])).eval()
    return EmbedderLoss(embedder, 6, scale=30, memory=memory, pair_weight=0, pair_scale=16)


def test_a_loss_sees_only_earlier_batches() -> None:
    """The first batch's loss is that of the batch alone; the second's is that over both, each sample once."""
    with_memory, without = make_loss(8), make_loss(0)
    crops = torch.randint(0, 256, (6, 24, 24, 3), dtype=torch.uint8)
    labels, sides = torch.tensor([0, 1, 2, 3, 4, 5]), torch.zeros(6, dtype=torch.bool)
    first = with_memory(crops[:3], labels[:3], sides[:3], 0.3)
    alone = without(crops[:3], labels[:3], sides[:3], 0.3)
    assert torch.equal(first.total, alone.total)
    with_memory.remember(first.features, labels[:3])
    assert with_memory.memory.earlier()[1].tolist() == [0, 1, 2]
    second = with_memory(crops[3:], labels[3:], sides[3:], 0.3)
    both = without(crops, labels, sides, 0.3)
    assert torch.allclose(second.total, both.total, atol=1e-5)


def test_training_stores_after_the_loss(tmp_path: Path) -> None:
    """In the first step the memory was empty when the loss was taken, and holds just this batch afterwards."""
    training = training_on(write_crops(tmp_path, 5))
    seen = []
    inner = training.losses.memory.earlier
    training.losses.memory.earlier = lambda: (seen.append(len(inner()[1])), inner())[1]  # type: ignore[method-assign]
    batches = [training.source.next(step, 0.0).labels.tolist() for step in range(2)]
    training.step()
    assert training.losses.memory.labels[:4].tolist() == batches[0]
    training.step()
    assert seen == [0, 4]
    assert training.losses.memory.labels.tolist() == [*batches[1][2:], *batches[0][2:], *batches[1][:2]]


def test_it_is_in_the_checkpoint(tmp_path: Path) -> None:
    folder = write_crops(tmp_path, 5)
    training = train_on(folder, steps=2)
    training.save(tmp_path / "checkpoint.pt")
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)["memory"]
    assert torch.equal(state["features"], training.losses.memory.features)
    other = training_on(folder)
    other.resume(tmp_path / "checkpoint.pt")
    assert torch.equal(other.losses.memory.labels, training.losses.memory.labels)
    assert (other.losses.memory.labels >= 0).all()
