"""ONNX files: written whole or not at all, and opened on one CPU thread."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnx
import onnxruntime
import torch

from ..failures import TrainingFailure
from ..whole_file import replacing


@contextmanager
def quiet_tracing() -> Iterator[None]:
    """Silence the tracer, which warns of every size that it meets; that they stay dynamic is held by tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # type: ignore[attr-defined]
        yield


def write_onnx(model: onnx.ModelProto, path: Path) -> None:
    """Write `model`, whole or not at all; makes missing folders.

    Raises:
        TrainingFailure: the disk is full or refuses.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(model.SerializeToString(deterministic=True))


def read_onnx(path: Path) -> onnx.ModelProto:
    """Read a model.

    Raises:
        TrainingFailure: the file is missing or no ONNX model.
    """
    if not path.is_file():
        raise TrainingFailure(f"There is no {path}: export it first")
    try:
        model = onnx.load(path)
    except Exception as error:  # protobuf's own error, which differs between its versions.
        raise TrainingFailure(f"{path} is no ONNX model that can be read; export it again") from error
    if not model.graph.node:
        raise TrainingFailure(f"{path} is no ONNX model that can be read; export it again")
    return model


def open_session(model: onnx.ModelProto | Path) -> onnxruntime.InferenceSession:
    """Open a model in onnxruntime on one CPU thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    source = str(model) if isinstance(model, Path) else model.SerializeToString()
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
