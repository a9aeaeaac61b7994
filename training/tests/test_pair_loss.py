"""The pair loss against its formula."""

import math

import pytest
import torch

from vitrine_training.losses.pair_loss import pair_loss


def test_pairs_by_hand() -> None:
    features = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [1.0, 1.0]])
    labels, is_picture = torch.tensor([0, 1, 0, 1]), torch.tensor([True, True, False, False])
    half = math.sqrt(0.5)
    rows = (
        -math.log(math.exp(2) / (math.exp(2) + math.exp(2 * half))),
        -math.log(math.exp(2 * half) / (1 + math.exp(2 * half))),
    )
    columns = -math.log(math.exp(2) / (math.exp(2) + 1)), -math.log(0.5)
    expected = pytest.approx((sum(rows) + sum(columns)) / 4, rel=1e-5)
    assert pair_loss(features, labels, is_picture, 2.0).item() == expected
    order = torch.tensor([3, 0, 2, 1])
    again = pair_loss(features[order], labels[order], is_picture[order], 2.0)
    assert again.item() == expected


def test_several_matches_share_and_a_lone_crop_asks_nothing() -> None:
    """Garment 0 has two clips; the picture of garment 2 has none and asks nothing, but is there to be told apart."""
    features = torch.tensor([[1.0, 0.0], [0.6, 0.8], [1.0, 0.0], [0.8, 0.6]])
    labels, is_picture = torch.tensor([0, 2, 0, 0]), torch.tensor([True, True, False, False])
    near, far = 3 * 1.0, 3 * 0.8
    row = math.log(math.exp(near) + math.exp(far)) - (near + far) / 2
    columns = [
        math.log(math.exp(true) + math.exp(3 * other)) - true for true, other in ((3 * 1.0, 0.6), (3 * 0.8, 0.96))
    ]
    expected = 0.5 * (row + sum(columns) / 2)
    assert pair_loss(features, labels, is_picture, 3.0).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("is_picture", [[True, True], [False, False], [True, False]])
def test_without_any_match_it_is_nothing(is_picture: list[bool]) -> None:
    features = torch.randn(2, 4, requires_grad=True)
    loss = pair_loss(features, torch.tensor([0, 1]), torch.tensor(is_picture), 16.0)
    loss.backward()
    assert loss.item() == 0
    assert features.grad is not None and (features.grad == 0).all()
