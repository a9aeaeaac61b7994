"""Configurations: presets, a file and single values over them, and what is said about mistakes."""

from pathlib import Path

import pytest

from vitrine_training.config import (
    StrictModel,
    check_values,
    list_presets,
    merge_values,
    parse_assignments,
    read_preset,
    read_values,
)
from vitrine_training.failures import TrainingFailure


class Inner(StrictModel):
    rate: float


class Outer(StrictModel):
    name: str
    inner: Inner


@pytest.mark.parametrize("kind", ["detector", "embedder"])
def test_presets_come_with_the_package(kind: str) -> None:
    assert set(list_presets(kind)) >= {"compact", "seed"}
    assert all(isinstance(read_preset(kind, name), dict) for name in list_presets(kind))


def test_an_unknown_preset_lists_those_that_there_are() -> None:
    with pytest.raises(TrainingFailure, match=r"No detector preset 'huge'; there are .*compact"):
        read_preset("detector", "huge")


def test_mappings_are_merged_and_the_rest_is_replaced() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 3}
    assert merge_values(base, {"a": {"c": [4]}, "e": 5}) == {"a": {"b": 1, "c": [4]}, "d": 3, "e": 5}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 3}


def test_assignments_are_dotted_keys_with_yaml_values() -> None:
    assert parse_assignments(["a.b=1", "a.c=[1, 2]", "d=text", "e=null"]) == {
        "a": {"b": 1, "c": [1, 2]},
        "d": "text",
        "e": None,
    }
    with pytest.raises(TrainingFailure, match=r"Expected key=value after --set, got 'a\.b'"):
        parse_assignments(["a.b"])


def test_every_fault_is_named() -> None:
    with pytest.raises(TrainingFailure) as failure:
        check_values(Outer, {"name": "x", "inner": {"rate": "fast", "rat": 1}}, "over.yaml")
    assert "over.yaml" in str(failure.value)
    assert "`inner.rate`" in str(failure.value)
    assert "`inner.rat`: Extra inputs are not permitted" in str(failure.value)
    assert check_values(Outer, {"name": "x", "inner": {"rate": 2}}, "x").inner.rate == 2.0


@pytest.mark.parametrize(
    ("text", "says"), [(None, "cannot be read"), ("a: [", "is not YAML"), ("- 1", "holds no mapping")]
)
def test_a_file_that_is_no_configuration_is_a_sentence(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "over.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(TrainingFailure, match=says):
        read_values(path)
