"""Checkpoints: written whole or not at all, and only taken up by a run that they belong to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ..failures import TrainingFailure
from ..whole_file import replacing

FORMAT = 1


def save_checkpoint(path: Path, kind: str, identity: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """Write `state` under a temporary name, then rename it: a killed run leaves the last whole checkpoint.

    `kind` (`detector` or `embedder`) and `identity` (plain values: what a run that goes on must share, such as the
    network and the name of the preset) are checked by `load_checkpoint`.

    Raises:
        TrainingFailure: the disk is full or refuses; an earlier checkpoint is still there.
    """
    with replacing(path) as temporary:
        torch.save({"format": FORMAT, "kind": kind, "identity": dict(identity), **state}, temporary)


def read_checkpoint(path: Path, kind: str) -> dict[str, Any]:
    """Read a checkpoint of `kind`, on the CPU.

    Raises:
        TrainingFailure: it is missing, damaged or of another kind.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise TrainingFailure(f"There is no checkpoint {path}") from error
    except Exception as error:  # torch raises many kinds for a damaged file.
        raise TrainingFailure(f"{path} is no checkpoint that can be read; remove it or name another") from error
    found = state.get("kind") if isinstance(state, dict) else None
    if found != kind or state.get("format") != FORMAT:
        of = f"of a {found}" if found else "of another program"
        raise TrainingFailure(f"{path} is a checkpoint {of}; expected one of kind {kind}, format {FORMAT}")
    return state


def load_checkpoint(path: Path, kind: str, identity: Mapping[str, Any]) -> dict[str, Any]:
    """Read the checkpoint that a run goes on from.

    Raises:
        TrainingFailure: as `read_checkpoint`, and when it comes from a run of another preset or network; the message
            names the first value that differs.
    """
    state = read_checkpoint(path, kind)
    # What a checkpoint of an earlier version does not say is taken for the same.
    difference = _first_difference({**identity, **state["identity"]}, dict(identity))
    if difference is not None:
        name, theirs, ours = difference
        raise TrainingFailure(
            f"{path} comes from another run: its {name} is {theirs!r}, this configuration has {ours!r}; "
            "give the same configuration, or another --out"
        )
    return state


def _first_difference(theirs: Any, ours: Any, name: str = "") -> tuple[str, Any, Any] | None:
    if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
        for key in sorted({*theirs, *ours}):
            difference = _first_difference(theirs.get(key), ours.get(key), f"{name}.{key}" if name else str(key))
            if difference is not None:
                return difference
        return None
    if isinstance(theirs, list | tuple) and isinstance(ours, list | tuple):
        return None if _plain(theirs) == _plain(ours) else (name, theirs, ours)
    return None if theirs == ours else (name, theirs, ours)


def _plain(value: Any) -> Any:
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
