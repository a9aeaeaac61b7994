"""Reads a checkpoint's tensors as Detectron2 stores them, without running code that a file may carry."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..failures import TrainingFailure

_SAFE = {
    ("collections", "OrderedDict"),
    ("_codecs", "encode"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    *((f"numpy.{core}.multiarray", name) for core in ("core", "_core") for name in ("_reconstruct", "scalar")),
    *((f"numpy.{core}.numeric", "_frombuffer") for core in ("core", "_core")),
}
"""All that a pickle of named arrays needs."""


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _SAFE:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def read_detectron2(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a `.pth` (torch) or `.pkl` (named numpy arrays) by name, `module.` cut off.

    Raises:
        TrainingFailure: the file is missing, damaged, or holds something other than weights.
    """
    try:
        content = _read_pickle(path) if path.suffix == ".pkl" else _read_torch(path)
    except FileNotFoundError as error:
        raise TrainingFailure(f"There is no checkpoint {path}") from error
    except Exception as error:  # Damaged files bring many kinds.
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise TrainingFailure(f"{path} is no Detectron2 checkpoint that can be read safely: {reason}") from error
    for key in ("model", "state_dict"):
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping):
        raise TrainingFailure(f"{path} is no Detectron2 checkpoint: it holds no named tensors")
    tensors = {
        str(name).removeprefix("module."): torch.from_numpy(np.array(value)) if isinstance(value, np.ndarray) else value
        for name, value in content.items()
    }
    return {name: value for name, value in tensors.items() if isinstance(value, Tensor)}


def _read_pickle(path: Path) -> Any:
    with path.open("rb") as file:
        return _ArrayUnpickler(file, encoding="latin1").load()


def _read_torch(path: Path) -> Any:
    # Beside the weights Detectron2 saves its scheduler, which may hold numbers of numpy's kind.
    scalar: Any = np.float64(0).__reduce__()[0]
    kinds = [type(np.dtype(kind)) for kind in (np.float32, np.float64, np.int32, np.int64)]
    with torch.serialization.safe_globals([scalar, np.dtype, *kinds]):
        return torch.load(path, map_location="cpu", weights_only=True)
