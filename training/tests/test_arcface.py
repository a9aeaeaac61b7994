"""ArcFace against its formula."""

import math

import pytest
import torch

from vitrine_training.losses.arcface import ArcFace, arcface_logits, margin_at


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
    assert [margin_at(progress, 0.3, 0, 0) for progress in (0, 0.5, 1)] == [0.3, 0.3, 0.3]


def test_loss_is_the_paper_s() -> None:
    """Equation 3 of Deng et al.: -log(e^(s cos(t_y + m)) / (e^(s cos(t_y + m)) + sum of e^(s cos t_j)))."""
    torch.manual_seed(3)
    head = ArcFace(6, 5)
    features, labels = torch.randn(7, 6), torch.randint(0, 5, (7,))
    loss, _ = head(features, labels, 0.3)
    total = 0.0
    for feature, label in zip(features.double(), labels.tolist(), strict=True):
        angles = [
            math.acos(float(feature @ centre / (feature.norm() * centre.norm())))
            for centre in head.centres.detach().double()
        ]
        true = math.exp(30 * math.cos(angles[label] + 0.3))
        others = sum(math.exp(30 * math.cos(angle)) for index, angle in enumerate(angles) if index != label)
        total -= math.log(true / (true + others))
    assert loss.item() == pytest.approx(total / 7, rel=1e-4)


def test_half_precision_comes_in_and_float32_is_computed() -> None:
    head = ArcFace(6, 5)
    features = torch.randn(7, 6)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss, cosines = head(features.bfloat16(), torch.zeros(7, dtype=torch.long), 0.3)
    assert loss.dtype == cosines.dtype == torch.float32
    exact = head(features.bfloat16().float(), torch.zeros(7, dtype=torch.long), 0.3)[0]
    assert loss.item() == pytest.approx(exact.item(), rel=1e-6)
