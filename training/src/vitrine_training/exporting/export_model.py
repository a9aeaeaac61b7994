"""Writes a network as ONNX in any precision, says in the file what it is, and compares it with PyTorch."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from ..data.buckets import SQUARE, scaled_sizes
from ..failures import TrainingFailure
from ..nets.detector import Detector
from ..nets.embedder import Embedder
from ..scoring.embed_crops import EmbedBatch, embed_with_onnx, embed_with_torch
from .all_half import FLOAT16_MAX
from .contract import check_contract, kind_of, try_detector
from .export_detector import export_detector
from .export_embedder import export_embedder
from .int8 import Int8Report
from .model_facts import ModelFacts, kind_said, read_facts, write_facts
from .onnx_file import open_session, quiet_tracing, read_onnx, write_onnx
from .precision import FEATURE_COSINE, Precision, with_precision
from .untrained import smooth_pictures
from .value_range import largest_value

Pictures = Callable[[], Iterable[NDArray[np.uint8]]]


@dataclass(frozen=True)
class ExportReport:
    """What was written: its size, how near an embedder's features are to those before, and what became int8."""

    size: int
    cosine: float | None
    int8: Int8Report | None
    source: str = "PyTorch"

    def __str__(self) -> str:
        parts = [f"{self.size / 1e6:.1f} MB"]
        if self.cosine is not None:
            parts.append(f"features agree with {self.source} to a cosine of {self.cosine:.6f}")
        if self.int8 is not None:
            parts.append(str(self.int8))
        return "; ".join(parts)


def export_network(
    network: Detector | Embedder,
    path: Path,
    precision: Precision,
    facts: ModelFacts,
    pictures: Pictures | None = None,
) -> ExportReport:
    """Write `network` to `path`, whole or not at all, and compare an embedder's features with PyTorch's.

    `pictures` gives inputs of the graph: int8's ranges are measured on them.

    Raises:
        TrainingFailure: the precision does not suit the network (a value leaves float16), its features differ by more
            than `FEATURE_COSINE` allows, or the disk refuses. Nothing is written then.
    """
    with tempfile.TemporaryDirectory() as folder, quiet_tracing():
        traced = Path(folder) / "traced.onnx"
        if isinstance(network, Detector):
            export_detector(network, traced, is_halved=False)
        else:
            export_embedder(network, traced, is_halved=False)
        plain = read_onnx(traced)
    model, int8 = with_precision(plain, precision, pictures)
    samples = _samples(facts, pictures)
    if precision == "fp16":
        _require_float16(plain, samples)
    write_facts(model, replace(facts, precision=precision))
    cosine = None
    if isinstance(network, Detector):
        try_detector(model, path)
    else:
        cosine = least_cosine(embed_with_torch(network), open_session(model), samples)
        _require_alike(cosine, precision, "PyTorch's")
    write_onnx(model, path)
    return ExportReport(path.stat().st_size, cosine, int8)


def _require_float16(model: onnx.ModelProto, samples: list[NDArray[np.uint8]]) -> None:
    most = largest_value(model, samples)
    if not most <= FLOAT16_MAX:
        raise TrainingFailure(
            f"Values inside this network reach {most:g} and float16 ends at {FLOAT16_MAX:g}: export with fp16-stored"
        )


def _require_alike(cosine: float, precision: Precision, whose: str) -> None:
    if not cosine >= FEATURE_COSINE[precision]:
        raise TrainingFailure(
            f"Features of the {precision} graph differ from {whose}, cosine {cosine:.4f} (at least "
            f"{FEATURE_COSINE[precision]:g} is wanted): its values leave that precision; export with fp16-stored"
        )


def _samples(facts: ModelFacts, pictures: Pictures | None) -> list[NDArray[np.uint8]]:
    """Give inputs to try a graph on: some of the user's, or made-up ones."""
    given = list(islice(pictures(), 8)) if pictures else []
    if given:
        return given
    is_detector = facts.kind == "detector"
    side = min(facts.clip_side or 608, 320) if is_detector else scaled_sizes(facts.crop_scale or 1)[SQUARE][0]
    return [smooth_pictures(2, side, side, seed=11).numpy()]


def convert_file(
    source: Path,
    path: Path,
    precision: Precision,
    pictures: Pictures | None = None,
    *,
    name: str | None = None,
    commit: str = "",
) -> ExportReport:
    """Write an ONNX file that keeps the contract in another precision, and compare an embedder's features with its own.

    `name` and `commit` take the place of what the file says.

    Raises:
        TrainingFailure: it breaks the contract, is of all-float16 or int8 already, the precision does not suit it, its
            features differ by more than `FEATURE_COSINE` allows, or the disk refuses. Nothing is written then.
    """
    model = read_onnx(source)
    kind = kind_of(model)
    if kind is None:
        names = ", ".join(value.name for value in model.graph.input)
        raise TrainingFailure(f"{source} is neither a detector nor an embedder: its inputs are {names}")
    check_contract(model, kind, source)
    if kind_said(model) == "bundle":
        raise TrainingFailure(f"{source} is a bundle: convert the embedders that it was made of, and package them anew")
    facts = read_facts(model, kind)
    if facts.precision in ("fp16", "int8"):
        raise TrainingFailure(
            f"{source} is {facts.precision}, and what that lost cannot be had back: convert the fp32 or fp16-stored "
            "file that it was made from"
        )
    facts = replace(facts, precision=precision, name=name or facts.name, commit=commit or facts.commit)
    samples = _samples(facts, pictures)
    converted, int8 = with_precision(model, precision, pictures)
    if precision == "fp16":
        _require_float16(with_precision(model, "fp32")[0], samples)
    write_facts(converted, facts)
    cosine = None
    if kind == "detector":
        try_detector(converted, path)
    else:
        cosine = least_cosine(embed_with_onnx(source), open_session(converted), samples)
        _require_alike(cosine, precision, f"those of {source}")
    write_onnx(converted, path)
    return ExportReport(path.stat().st_size, cosine, int8, source.name)


def least_cosine(
    embed: EmbedBatch, session: onnxruntime.InferenceSession, batches: Iterable[NDArray[np.uint8]]
) -> float:
    """Return the smallest cosine between the features of a session and those of `embed` over `batches` of crops.

    It is not a number where a feature is not one.
    """
    cosines = []
    for crops in batches:
        expected = embed(crops)
        found = session.run(["features"], {"crops": crops})[0]
        cosines.append((found * expected).sum(1).min())
    return float(np.min(cosines))
