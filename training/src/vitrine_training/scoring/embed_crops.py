"""Features of the crops of a table, by a network or by exported graphs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from ..data.crop_batches import read_crop
from ..data.crop_table import CropReport, CropTable
from ..exporting.onnx_file import open_session, read_onnx
from ..nets.embedder import Embedder
from .retrieval import Features, Ids, RetrievalScores, score_retrieval

Image = NDArray[np.uint8]
EmbedBatch = Callable[[Image], Features]
"""Maps crops uint8 [N, h, w, 3] of one size to features [N, F]."""


def embed_with_torch(embedder: Embedder, device: torch.device | None = None) -> EmbedBatch:
    """Embed with a network, in evaluation mode; it is given back in the mode that it had."""

    def embed(crops: Image) -> Features:
        was_training = embedder.training
        embedder.eval()
        with torch.no_grad():
            features = embedder.embed(torch.from_numpy(crops).to(device)).float().cpu().numpy()
        embedder.train(was_training)
        return np.asarray(features, dtype=np.float32)

    return embed


def embed_with_onnx(model: Path) -> EmbedBatch:
    """Embed with an exported graph, on the CPU."""
    session: Any = open_session(read_onnx(model))

    def embed(crops: Image) -> Features:
        return np.asarray(session.run(["features"], {"crops": crops})[0], dtype=np.float32)

    return embed


def embed_crops(
    table: CropTable,
    sizes: Sequence[tuple[int, int]],
    embed: EmbedBatch,
    report: CropReport | None = None,
    batch: int = 32,
) -> tuple[Features, Ids]:
    """Embed every crop of `table` at its bucket's size of `sizes`; returns features [M, F] and their rows [M].

    A crop that cannot be read is left out and told to `report`.
    """
    rows: list[int] = []
    parts: list[Features] = []
    for bucket in np.unique(table.buckets):
        members = np.flatnonzero(table.buckets == bucket)
        for start in range(0, len(members), batch):
            crops: list[Image] = []
            for row in members[start : start + batch].tolist():
                crop = read_crop(table, row, sizes[int(bucket)])
                if crop is not None:
                    crops.append(crop)
                    rows.append(row)
                elif report is not None:
                    report.add("unreadable", f"{table.places[row]}: {table.paths[row]} cannot be read; left out")
            if crops:
                parts.append(embed(np.stack(crops)))
    if not parts:
        return np.zeros((0, 1), np.float32), np.zeros(0, np.int64)
    order = np.argsort(rows)
    return np.concatenate(parts)[order], np.array(rows, np.int64)[order]


def score_table(
    table: CropTable, sizes: Sequence[tuple[int, int]], embed: EmbedBatch, report: CropReport | None = None
) -> RetrievalScores:
    """Score an embedder over the validation crops of `table`."""
    cv2.setNumThreads(1)
    features, rows = embed_crops(table, sizes, embed, report)
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    is_picture, ids = table.is_picture[rows], table.identities[rows]
    return score_retrieval(features[is_picture], ids[is_picture], features[~is_picture], ids[~is_picture])
