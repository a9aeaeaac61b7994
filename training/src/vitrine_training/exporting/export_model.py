"""Writes a network as ONNX in any precision, says in the file what it is, and compares it with PyTorch."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from ..data.buckets import SQUARE, scaled_sizes
from ..failures import TrainingFailure
from ..nets.detector import Detector
from ..nets.embedder import Embedder
from .all_half import FLOAT16_MAX
from .contract import check_contract, kind_of, try_detector
from .export_detector import export_detector
from .export_embedder import export_embedder
from .int8 import Int8Report
from .model_facts import ModelFacts, read_facts, write_facts
from .onnx_file import open_session, quiet_tracing, read_onnx, write_onnx
from .precision import FEATURE_COSINE, Precision, with_precision
from .untrained import smooth_pictures
from .value_range import largest_value

Pictures = Callable[[], Iterable[NDArray[np.uint8]]]


@dataclass(frozen=True)
class ExportReport:
    """What was written: its size, how near its features are to PyTorch's (an embedder), and what became int8."""

    size: int
    cosine: float | None
    int8: Int8Report | None

    def __str__(self) -> str:
        parts = [f"{self.size / 1e6:.1f} MB"]
        if self.cosine is not None:
            parts.append(f"features agree with PyTorch to a cosine of {self.cosine:.6f}")
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
    samples = _samples(network, facts, pictures)
    if precision == "fp16":
        most = largest_value(plain, samples)
        if not most <= FLOAT16_MAX:
            raise TrainingFailure(
                f"Values inside this network reach {most:g} and float16 ends at {FLOAT16_MAX:g}: export with "
                "fp16-stored"
            )
    write_facts(model, replace(facts, precision=precision))
    cosine = None
    if isinstance(network, Detector):
        try_detector(model, path)
    else:
        cosine = least_cosine(network, open_session(model), samples)
        if not cosine >= FEATURE_COSINE[precision]:
            raise TrainingFailure(
                f"Features of the {precision} graph differ from PyTorch's, cosine {cosine:.4f} (at least "
                f"{FEATURE_COSINE[precision]:g} is wanted): its values leave that precision; export with fp16-stored"
            )
    write_onnx(model, path)
    return ExportReport(path.stat().st_size, cosine, int8)


def _samples(network: Detector | Embedder, facts: ModelFacts, pictures: Pictures | None) -> list[NDArray[np.uint8]]:
    """Give inputs to try a graph on: some of the user's, or made-up ones."""
    given = list(islice(pictures(), 8)) if pictures else []
    if given:
        return given
    is_detector = isinstance(network, Detector)
    side = min(facts.clip_side or 608, 320) if is_detector else scaled_sizes(facts.crop_scale or 1)[SQUARE][0]
    return [smooth_pictures(2, side, side, seed=11).numpy()]


def convert_file(source: Path, path: Path, precision: Precision, pictures: Pictures | None = None) -> ExportReport:
    """Write an ONNX file that keeps the contract in another precision.

    Raises:
        TrainingFailure: it breaks the contract, the precision does not suit it, or the disk refuses.
    """
    model = read_onnx(source)
    kind = kind_of(model)
    if kind is None:
        names = ", ".join(value.name for value in model.graph.input)
        raise TrainingFailure(f"{source} is neither a detector nor an embedder: its inputs are {names}")
    check_contract(model, kind, source)
    facts = read_facts(model, kind)
    converted, int8 = with_precision(model, precision, pictures)
    write_facts(converted, replace(facts, precision=precision))
    write_onnx(converted, path)
    return ExportReport(path.stat().st_size, None, int8)


def least_cosine(
    embedder: Embedder, session: onnxruntime.InferenceSession, batches: Iterable[NDArray[np.uint8]]
) -> float:
    """Return the smallest cosine between the features of a session and of PyTorch over `batches` of crops.

    It is not a number where a feature is not one.
    """
    cosines = []
    for crops in batches:
        with torch.no_grad():
            expected = embedder.embed(torch.from_numpy(crops)).numpy()
        found = session.run(["features"], {"crops": crops})[0]
        cosines.append((found * expected).sum(1).min())
    return float(np.min(cosines))
