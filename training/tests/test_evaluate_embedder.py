"""Scores of features, worked out by hand on a few vectors."""

from pathlib import Path

import numpy as np
import pytest

from photo_folder import make_pool
from vitrine_training.data.buckets import scaled_sizes
from vitrine_training.exporting.export_embedder import untrained_embedder
from vitrine_training.exporting.export_model import export_network
from vitrine_training.exporting.model_facts import ModelFacts
from vitrine_training.failures import TrainingFailure
from vitrine_training.nets.embedder import EmbedderSpec
from vitrine_training.scoring.evaluate_embedder import draw_views, evaluate_embedders, join_features, score_features


def test_scores_by_hand() -> None:
    def at(*angles: float) -> np.ndarray:
        radians = np.radians(angles)
        return np.stack([np.cos(radians), np.sin(radians)], 1).astype(np.float32)

    pictures, clips = at(0, 80, 170), at(10, 70, 60, 180)
    scores = score_features(pictures, np.array([0, 1, 2]), clips, np.array([0, 1, 2, 2]))
    # The nearest clip box of 0 is 10, of 80 is 70, of 170 is 180: all right by box. The mean clip vector of garment 2
    # (60 and 180: 120) is nearer to the picture at 80 than to its own at 170.
    assert scores["boxRecallAt1"] == 1
    assert scores["itemRecallAt1"] == pytest.approx(2 / 3, abs=1e-3)
    assert scores["trueNearest"]["p50"] == pytest.approx(2 - 2 * np.cos(np.radians(10)), abs=1e-3)
    assert scores["falseNearest"]["p99"] <= 2 - 2 * np.cos(np.radians(100)) + 1e-3


def test_views_have_the_size_that_a_model_is_given(tmp_path: Path) -> None:
    pool = make_pool(tmp_path, 3)
    for factor in (0.56, 1.0):
        for view in draw_views(pool, 2, is_clip=True, factor=factor):
            width, height = scaled_sizes(factor)[view.bucket]
            assert view.crop.shape == (height, width, 3)


def test_models_of_crops_of_different_sizes_are_refused(tmp_path: Path) -> None:
    embedder = untrained_embedder(EmbedderSpec(stem=[4, 8], stages=[[8, 16, 1, 1], [8, 24, 1, 1]]), seed=3)
    models = {f"{scale}": tmp_path / f"{scale}.onnx" for scale in (0.56, 1.0)}
    for scale, path in models.items():
        export_network(embedder, path, "fp32", ModelFacts("embedder", scale, crop_scale=float(scale)))
    with pytest.raises(TrainingFailure, match=r"these want SPEC's sizes times 0\.56, 1$"):
        evaluate_embedders(models, make_pool(tmp_path, 3))


def test_joined_vectors_have_unit_length_and_equal_parts() -> None:
    rng = np.random.default_rng(0)
    parts = [rng.normal(size=(3, 8)).astype(np.float32) for _ in range(4)]
    parts = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in parts]
    joined = join_features(parts)
    assert np.linalg.norm(joined, axis=1) == pytest.approx(1, abs=1e-6)
    assert np.allclose(joined[:, :8], parts[0] / 2, atol=1e-6)
