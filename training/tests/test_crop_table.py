"""Reading crops.csv: what is taken, what is left out with file and line, and what ends in a sentence."""

from pathlib import Path

import pytest

from crop_folder import HEADER, read_rows, write_crops, write_rows
from vitrine_training.data.crop_table import read_crops, require_training
from vitrine_training.failures import TrainingFailure


def test_rows_become_columns(tmp_path: Path) -> None:
    data = read_crops([write_crops(tmp_path, 2, 1)])
    assert (len(data.train), len(data.validation)) == (8, 4)
    assert data.train.identities.tolist() == [0] * 4 + [1] * 4
    assert data.train.is_picture.tolist() == [True, True, False, False] * 2
    assert set(data.train.buckets.tolist()) == {5, 7}
    assert data.train.places[0] == f"{tmp_path / 'crops.csv'}:2"
    assert data.validation.is_picture.tolist() == [True, True, False, False]
    assert data.report.counts == {}


def test_labels_of_two_folders_are_different_garments(tmp_path: Path) -> None:
    folders = [write_crops(tmp_path / name, 2, seed=seed) for seed, name in enumerate("xy")]
    data = read_crops(folders)
    assert data.train.classes == ["0:0", "0:1", "1:0", "1:1"]
    assert data.digest != read_crops(folders[:1]).digest


def test_query_and_gallery_of_the_csv_decide_in_validation(tmp_path: Path) -> None:
    write_crops(tmp_path, 1, 1)
    rows = read_rows(tmp_path)
    for row in rows[4:]:
        row[3], row[4] = row[4], row[3]
    write_rows(tmp_path, rows)
    assert read_crops([tmp_path]).validation.is_picture.tolist() == [False, False, True, True]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        (0, "", "the label is empty"),
        (1, "crops/none.jpg", "there is no"),
        (2, "test", "expected the split to be train or validation, got 'test'"),
        (6, "12", "expected an aspect_bucket from 0 to 11, got '12'"),
        (6, "", "expected an aspect_bucket"),
        (7, "frame", "expected the side to be picture or clip, got 'frame'"),
    ],
)
def test_a_wrong_row_is_left_out_and_told_with_its_line(tmp_path: Path, column: int, value: str, sentence: str) -> None:
    write_crops(tmp_path, 2)
    rows = read_rows(tmp_path)
    rows[3][column] = value
    write_rows(tmp_path, rows)
    data = read_crops([tmp_path])
    assert len(data.train) == 7
    assert sum(data.report.counts.values()) == 1
    assert f"{tmp_path / 'crops.csv'}:5: " in data.report.sentences[0]
    assert sentence in data.report.sentences[0]


def test_a_validation_row_is_a_query_or_of_the_gallery(tmp_path: Path) -> None:
    write_crops(tmp_path, 1, 1)
    rows = read_rows(tmp_path)
    rows[5][3] = rows[5][4] = "True"
    write_rows(tmp_path, rows)
    data = read_crops([tmp_path])
    assert len(data.validation) == 3
    assert "expected one of is_query and is_gallery to be True" in data.report.sentences[0]


def test_labels_with_one_crop_are_kept_and_told_in_one_sentence(tmp_path: Path) -> None:
    write_crops(tmp_path, 3)
    rows = read_rows(tmp_path)
    write_rows(tmp_path, [*rows[:4], rows[4], rows[8]])
    data = read_crops([tmp_path])
    assert len(data.train.classes) == 3
    assert data.report.counts == {"single": 2}
    assert data.report.sentences == [
        f"{tmp_path / 'crops.csv'}:6: 2 of 3 labels have a single training crop, this one is the first; they are kept"
    ]


def test_missing_columns_are_named(tmp_path: Path) -> None:
    write_rows(tmp_path, [], [name for name in HEADER if name not in ("side", "label")])
    with pytest.raises(TrainingFailure, match=r"lacks the columns label, side;"):
        read_crops([tmp_path])


def test_an_empty_csv_and_none_at_all_end_in_a_sentence(tmp_path: Path) -> None:
    write_rows(tmp_path, [])
    with pytest.raises(TrainingFailure, match=r"No crop of .*crops.csv can be used: it has no rows"):
        read_crops([tmp_path])
    with pytest.raises(TrainingFailure, match=r"nowhere/crops.csv cannot be read .*vitrine export"):
        read_crops([tmp_path / "nowhere"])


def test_when_nothing_is_left_the_first_reason_is_given(tmp_path: Path) -> None:
    write_crops(tmp_path, 1)
    write_rows(tmp_path, [[*row[:2], "test", *row[3:]] for row in read_rows(tmp_path)])
    with pytest.raises(TrainingFailure, match=r"crops.csv:2: expected the split"):
        read_crops([tmp_path])


def test_a_folder_given_twice_is_refused(tmp_path: Path) -> None:
    write_crops(tmp_path, 2)
    with pytest.raises(TrainingFailure, match="is given twice"):
        read_crops([tmp_path, tmp_path / "crops.csv"])


def test_training_needs_two_garments(tmp_path: Path) -> None:
    data = read_crops([write_crops(tmp_path, 1, 2)])
    with pytest.raises(TrainingFailure, match="training crops of 1 garments"):
        require_training(data, [tmp_path])
