"""Validation during an embedder's training: over held-out crops, held-out garments, or the training's own crops."""

import numpy as np

from ..composites.cutouts import CutoutPool
from ..data.buckets import SQUARE, scaled_sizes
from ..data.crop_table import CropData, CropTable
from ..loops.embedder_config import CropConfig
from ..loops.run_embedder import Validate
from ..loops.train_embedder import EmbedderTraining
from .embed_crops import embed_with_torch, score_table
from .evaluate_embedder import draw_views, embed_composites
from .retrieval import RetrievalScores, score_retrieval

TRAINING_GARMENTS = 200
"""How many garments of the training are asked for where no others were held out."""


def crop_sizes(crops: CropConfig) -> list[tuple[int, int]]:
    """Sizes (width, height) at which a model of this configuration is run, one a bucket."""
    sizes = scaled_sizes(crops.factor)
    return sizes if crops.is_grouped else [sizes[SQUARE]] * len(sizes)


def validate_on_crops(data: CropData) -> Validate:
    """Score over the validation crops; without any, over training crops, under names that begin with `train_`."""
    table, prefix = (data.validation, "") if len(data.validation) else (_some(data.train), "train_")

    def validate(training: EmbedderTraining) -> tuple[str, RetrievalScores]:
        embed = embed_with_torch(training.embedder, training.world.device)
        return prefix, score_table(table, crop_sizes(training.config.crops), embed, training.source.report)

    return validate


def validate_on_composites(pool: CutoutPool, views: int = 2) -> Validate:
    """Score over `views` picture-like and as many clip-like composites of each held-out garment of `pool`."""

    def validate(training: EmbedderTraining) -> tuple[str, RetrievalScores]:
        embed = embed_with_torch(training.embedder, training.world.device)
        factor = training.config.crops.factor
        pictures, clips = (draw_views(pool, views, is_clip, factor=factor) for is_clip in (False, True))
        ids = np.repeat(np.arange(len(pool)), views)
        return "", score_retrieval(embed_composites(embed, pictures), ids, embed_composites(embed, clips), ids)

    return validate


def _some(table: CropTable) -> CropTable:
    """Keep the crops of the first few garments."""
    rows = np.flatnonzero(table.identities < TRAINING_GARMENTS)
    return CropTable(
        [table.paths[row] for row in rows],
        [table.places[row] for row in rows],
        table.identities[rows],
        table.buckets[rows],
        table.is_picture[rows],
        table.classes[:TRAINING_GARMENTS],
    )
