"""Whitening: even spread within garments, and the same thing once it is folded into the layers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from photo_folder import make_pool
from vitrine_training.exporting.export_embedder import untrained_embedder
from vitrine_training.exporting.whiten import features_of_views, fold_whitening, learn_whitening, whiten_embedder
from vitrine_training.nets.embedder import EmbedderSpec

SPEC = EmbedderSpec(stem=[4, 8], stages=[[8, 16, 1, 1], [8, 24, 1, 1]], scale=0.5)


def test_spread_within_garments_becomes_even() -> None:
    rng = np.random.default_rng(0)
    identities = np.repeat(np.arange(200), 4)
    spread = np.array([0.5, 0.1, 0.02, 0.1])
    features = (rng.normal(size=(200, 4)) + 3)[identities] + rng.normal(size=(800, 4)) * spread
    mean, matrix = learn_whitening(features.astype(np.float32), identities, 1e-9)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    turned = (unit - mean) @ matrix.T
    within = turned - turned.reshape(200, 4, 4).mean(1)[identities]
    assert np.cov(within.T) * 799 / 600 == pytest.approx(np.eye(4), abs=0.02)
    assert turned.mean(0) == pytest.approx(0, abs=1e-6)


def test_full_shrinkage_only_scales() -> None:
    rng = np.random.default_rng(1)
    _, matrix = learn_whitening(rng.normal(size=(40, 3)).astype(np.float32), np.repeat(np.arange(10), 4), 1.0)
    assert matrix == pytest.approx(np.eye(3) * matrix[0, 0], abs=1e-9)


def test_folded_equals_explicit() -> None:
    embedder = untrained_embedder(SPEC, seed=3)
    embedder.norm.running_mean.copy_(torch.randn(512) * 0.1)  # type: ignore[union-attr]
    crops = torch.randint(0, 256, (6, 60, 40, 3), dtype=torch.uint8)
    rng = np.random.default_rng(2)
    mean, matrix = rng.normal(size=512) * 0.01, rng.normal(size=(512, 512))
    with torch.no_grad():
        before = embedder.embed_at_length(crops).numpy()
        fold_whitening(embedder, mean, matrix, length=2.0)
        after = embedder.embed(crops).numpy()
    expected = (before - 2.0 * mean) @ matrix.T
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert ((after * expected).sum(1) > 0.9999).all()


def test_whitening_changes_an_embedder_the_same_way_each_time(tmp_path: Path) -> None:
    pool = make_pool(tmp_path, 6)
    crops = torch.randint(0, 256, (2, 60, 40, 3), dtype=torch.uint8)
    results = []
    for _ in range(2):
        embedder = untrained_embedder(SPEC, seed=3)
        with torch.no_grad():
            before = embedder.embed(crops)
            whiten_embedder(embedder, [features_of_views(embedder, pool, 6, 2)], shrinkage=0.1)
            results.append(embedder.embed(crops))
    assert torch.equal(results[0], results[1])
    assert (results[0] * before).sum(1).max() < 0.999


def test_the_garments_of_two_parts_are_not_the_same_ones() -> None:
    rng = np.random.default_rng(4)
    parts = [(rng.normal(size=(60, 512)).astype(np.float32), np.repeat(np.arange(20), 3)) for _ in range(2)]
    apart = [(parts[0][0], parts[0][1]), (parts[1][0], parts[1][1] + 20)]
    crops = torch.randint(0, 256, (2, 60, 40, 3), dtype=torch.uint8)
    results = []
    for given in (parts, apart):
        embedder = untrained_embedder(SPEC, seed=3)
        with torch.no_grad():
            whiten_embedder(embedder, given, shrinkage=0.5)
            results.append(embedder.embed(crops))
    assert torch.equal(results[0], results[1])
