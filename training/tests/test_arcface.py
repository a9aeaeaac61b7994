"""ArcFace and the pair loss against their formulas."""

import math

import pytest
import torch

from vitrine_training.losses.arcface import ArcFace, arcface_logits, margin_at, pair_loss


def test_logits_add_the_margin_to_the_true_angle_only() -> None:
    cosines = torch.tensor([[0.2, 0.9, -0.4], [0.5, 0.0, 0.1]])
    logits = arcface_logits(cosines, torch.tensor([1, 2]), 0.3, 30.0)
    expected = 30 * cosines
    expected[0, 1] = 30 * math.cos(math.acos(0.9) + 0.3)
    expected[1, 2] = 30 * math.cos(math.acos(0.1) + 0.3)
    assert torch.allclose(logits, expected, atol=1e-4)


def test_logits_keep_falling_beyond_pi() -> None:
    cosines = torch.linspace(-1, 1, 400)[:, None]
    logits = arcface_logits(cosines, torch.zeros(400, dtype=torch.long), 0.3, 30.0)[:, 0]
    assert (logits.diff() > 0).all()


def test_gradient_is_finite_at_cosine_one() -> None:
    head = ArcFace(4, 2)
    features = head.centres.detach()[:1].clone().requires_grad_()
    loss, cosines = head(features, torch.tensor([0]), 0.3)
    loss.backward()
    assert cosines[0, 0].item() == pytest.approx(1)
    assert features.grad is not None
    assert torch.isfinite(features.grad).all()


def test_margin_waits_and_rises() -> None:
    assert [margin_at(progress, 0.3) for progress in (0, 0.3, 0.5, 0.7, 1)] == pytest.approx([0, 0, 0.15, 0.3, 0.3])


def test_pair_loss_by_hand() -> None:
    features = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [1.0, 1.0]])
    half = math.sqrt(0.5)
    rows = (
        -math.log(math.exp(2) / (math.exp(2) + math.exp(2 * half))),
        -math.log(math.exp(2 * half) / (1 + math.exp(2 * half))),
    )
    columns = -math.log(math.exp(2) / (math.exp(2) + 1)), -math.log(0.5)
    assert pair_loss(features, 2.0).item() == pytest.approx((sum(rows) + sum(columns)) / 4, rel=1e-5)
