"""Configurations: a preset that comes with the package, a YAML file over it, and single values over both.

Every configuration is a pydantic model that refuses unknown keys, so a misspelt key is an error that names it.
"""

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from .failures import TrainingFailure

Config = TypeVar("Config", bound="StrictModel")


class StrictModel(BaseModel):
    """A part of a configuration: immutable, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def list_presets(kind: str) -> list[str]:
    """Names of the presets of `kind` (`detector` or `embedder`), sorted."""
    folder = resources.files("vitrine_training") / "presets"
    prefix = f"{kind}-"
    names = [entry.name for entry in folder.iterdir() if entry.name.startswith(prefix)]
    return sorted(name.removeprefix(prefix).removesuffix(".yaml") for name in names)


def read_preset(kind: str, name: str) -> dict[str, Any]:
    """Read the values of a preset.

    Raises:
        TrainingFailure: there is no such preset; the message lists those that there are.
    """
    known = list_presets(kind)
    if name not in known:
        raise TrainingFailure(f"No {kind} preset {name!r}; there are {', '.join(known)}")
    text = (resources.files("vitrine_training") / "presets" / f"{kind}-{name}.yaml").read_text(encoding="utf-8")
    values: dict[str, Any] = yaml.safe_load(text)
    return values


def read_values(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Raises:
        TrainingFailure: the file is missing, is no YAML or holds something else.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingFailure(f"The configuration {path} cannot be read: {error.strerror or error}") from error
    except yaml.YAMLError as error:
        raise TrainingFailure(f"The configuration {path} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise TrainingFailure(f"The configuration {path} holds no mapping of keys to values")
    return values


def merge_values(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with `over` laid on it: mappings are merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = merge_values(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def parse_assignments(assignments: Sequence[str]) -> dict[str, Any]:
    """Read `["train.batch=8", "loss.margin=0.2"]` as nested values; what follows `=` is YAML.

    Raises:
        TrainingFailure: an assignment has no `=`.
    """
    values: dict[str, Any] = {}
    for assignment in assignments:
        dotted, separator, text = assignment.partition("=")
        if not separator or not dotted:
            raise TrainingFailure(f"Expected key=value after --set, got {assignment!r}")
        value: Any = yaml.safe_load(text)
        for key in reversed(dotted.split(".")):
            value = {key: value}
        values = merge_values(values, value)
    return values


def check_values(model: type[Config], values: dict[str, Any], source: str) -> Config:
    """Validate `values` as `model`; `source` says in messages where they come from.

    Raises:
        TrainingFailure: a key is unknown or missing, or a value is out of range; the message names each.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = [f"`{'.'.join(str(part) for part in one['loc'])}`: {one['msg']}" for one in error.errors()]
        raise TrainingFailure(f"The configuration {source} is wrong: {'; '.join(faults)}") from error
