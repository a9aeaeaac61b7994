"""Reads the crops that `vitrine export --crops` wrote: which there are, of whom, and what is wrong with them."""

import csv
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..failures import TrainingFailure
from .buckets import ASPECTS

CSV_NAME = "crops.csv"
COLUMNS = ("label", "path", "split", "is_query", "is_gallery", "aspect_bucket", "side")
_REPORTED = 20


@dataclass
class CropReport:
    """What was left out and why: a count for each kind of fault, and the first sentences with file and line."""

    counts: dict[str, int] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    """Every sentence of a file that turned out to be no picture, of however many."""
    _seen: set[str] = field(default_factory=set)

    def add(self, fault: str, sentence: str) -> None:
        """Count one `fault`, unless the same was told before; its sentence is kept while there are few."""
        if sentence in self._seen:
            return
        self._seen.add(sentence)
        if fault == "unreadable":
            self.unreadable.add(sentence)
        self.counts[fault] = self.counts.get(fault, 0) + 1
        if self.counts[fault] <= _REPORTED:
            self.sentences.append(sentence)


@dataclass(frozen=True)
class CropTable:
    """Crops of one split, a column each; row `index` of every column belongs to one crop."""

    paths: list[Path]
    places: list[str]
    """`<csv>:<line>` of each crop, for messages."""
    identities: NDArray[np.int64]
    """Index into `classes` of the garment."""
    buckets: NDArray[np.int64]
    is_picture: NDArray[np.bool_]
    """Whether the crop is a query (of a picture of the shop) or belongs to the gallery (of a clip)."""
    classes: list[str]
    """Name of each identity: the folder's number and the label, because labels of two folders have no relation."""

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True)
class CropData:
    """Everything that a training needs to know of its folders of crops."""

    train: CropTable
    validation: CropTable
    report: CropReport
    digest: str
    """SHA-256 of the CSV files: a run only goes on with the data that it began with."""


@dataclass
class _Rows:
    paths: list[Path] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    buckets: list[int] = field(default_factory=list)
    is_picture: list[bool] = field(default_factory=list)

    def table(self) -> CropTable:
        classes = list(dict.fromkeys(self.names))
        ranks = {name: index for index, name in enumerate(classes)}
        return CropTable(
            self.paths,
            self.places,
            np.array([ranks[name] for name in self.names], np.int64),
            np.array(self.buckets, np.int64),
            np.array(self.is_picture, np.bool_),
            classes,
        )


def read_crops(folders: Sequence[Path]) -> CropData:
    """Read `crops.csv` of each of `folders` (or the CSV files themselves).

    A row that is wrong or whose crop is missing is left out, counted and reported with file and line. A label with a
    single crop is kept (it still says what other garments do not look like) and reported.

    Raises:
        TrainingFailure: a CSV cannot be read, lacks a column or has no rows; a folder is given twice; or no two
            garments are left to tell apart.
    """
    report = CropReport()
    splits = {"train": _Rows(), "validation": _Rows()}
    digest = hashlib.sha256()
    files = [path if path.is_file() else path / CSV_NAME for path in folders]
    for index, file in enumerate(files):
        if file.resolve() in {earlier.resolve() for earlier in files[:index]}:
            raise TrainingFailure(f"{file} is given twice")
        _read_file(file, index, splits, report, digest)
    names = " and ".join(str(file) for file in files)
    train, validation = splits["train"].table(), splits["validation"].table()
    if not len(train) and not len(validation):
        raise TrainingFailure(f"No crop of {names} can be used: {_first_fault(report)}")
    _report_single(train, report)
    return CropData(train, validation, report, digest.hexdigest())


def require_training(data: CropData, folders: Sequence[Path]) -> None:
    """Make sure that there is something to learn.

    Raises:
        TrainingFailure: fewer than two garments have training crops.
    """
    if len(data.train.classes) < 2:
        names = " and ".join(str(folder) for folder in folders)
        raise TrainingFailure(
            f"{names} has training crops of {len(data.train.classes)} garments; an embedder needs two or more to tell "
            "apart (rows whose split is `train`)"
        )


def _first_fault(report: CropReport) -> str:
    return report.sentences[0] if report.sentences else "it has no rows"


def _read_file(file: Path, index: int, splits: dict[str, _Rows], report: CropReport, digest: "hashlib._Hash") -> None:
    try:
        digest.update(file.read_bytes())
        text = file.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise TrainingFailure(
            f"{file} cannot be read ({error.strerror or error}); `vitrine export <root> --crops <folder>` writes it"
        ) from error
    with text:
        reader = csv.DictReader(text)
        lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if lacking:
            raise TrainingFailure(f"{file} lacks the columns {', '.join(lacking)}; its first line must name them")
        for place, row in _rows(reader, file):
            fault = _fault(row)
            path = file.parent / (row["path"] or "")
            if fault is None and not os.path.isfile(path):
                fault = ("missing", f"there is no {path}")
            if fault is not None:
                report.add(fault[0], f"{place}: {fault[1]}; left out")
                continue
            rows = splits[row["split"]]
            rows.paths.append(path)
            rows.places.append(place)
            rows.names.append(f"{index}:{row['label']}")
            rows.buckets.append(int(row["aspect_bucket"]))
            is_judged = row["split"] == "validation"
            rows.is_picture.append(row["is_query"] == "True" if is_judged else row["side"] == "picture")


def _rows(reader: "csv.DictReader[str]", file: Path) -> Iterator[tuple[str, dict[str, str]]]:
    try:
        for row in reader:
            yield f"{file}:{reader.line_num}", row
    except (csv.Error, UnicodeDecodeError) as error:
        raise TrainingFailure(f"{file}:{reader.line_num} is no CSV: {error}") from error


def _fault(row: dict[str, str]) -> tuple[str, str] | None:
    if not row["label"]:
        return "wrong", "the label is empty"
    if row["split"] not in ("train", "validation"):
        return "wrong", f"expected the split to be train or validation, got {row['split']!r}"
    if row["side"] not in ("picture", "clip"):
        return "wrong", f"expected the side to be picture or clip, got {row['side']!r}"
    if row["split"] == "validation" and sorted((row["is_query"], row["is_gallery"])) != ["False", "True"]:
        return "wrong", "expected one of is_query and is_gallery to be True and the other False"
    bucket = row["aspect_bucket"] or ""
    if not bucket.isdecimal() or int(bucket) >= len(ASPECTS):
        return "wrong", f"expected an aspect_bucket from 0 to {len(ASPECTS) - 1}, got {bucket!r}"
    return None


def _report_single(train: CropTable, report: CropReport) -> None:
    counts = np.bincount(train.identities, minlength=len(train.classes))
    single = np.flatnonzero(counts == 1)
    if len(single):
        first = int(np.flatnonzero(train.identities == single[0])[0])
        report.counts["single"] = len(single)
        report.sentences.append(
            f"{train.places[first]}: {len(single)} of {len(train.classes)} labels have a single training crop, this "
            "one is the first; they are kept"
        )
