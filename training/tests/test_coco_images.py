"""What is read out of COCO folders, and what is said about their faults."""

from pathlib import Path
from typing import Any

import pytest

from coco_folder import read_record, write_coco, write_record
from vitrine_training.data.coco_images import read_coco
from vitrine_training.failures import TrainingFailure


def test_several_folders_are_one_set(tmp_path: Path) -> None:
    first, second = write_coco(tmp_path / "a", 4), write_coco(tmp_path / "b", 3, seed=1)
    images = read_coco([first, second], "train")
    assert len(images) == 7
    assert images.describe() == f"4 pictures and 3 clip frames with {images.box_count} boxes"
    assert images.sizes.tolist() == [[96, 128], [160, 90]] * 2 + [[96, 128], [160, 90], [96, 128]]
    assert images.path(4) == second / "images" / "train/picture/0.png"
    x, y, width, height = read_record(second)["annotations"][0]["bbox"]
    assert images.boxes(4)[0].tolist() == [x, y, x + width, y + height]
    assert sum(len(images.boxes(row)) for row in range(7)) == images.box_count
    assert len(images.problems) == 0
    assert images.problems.summary() == "it lists none"


def faulty(folder: Path) -> Path:
    """A folder with one fault of each kind, in images and in boxes."""
    write_coco(folder, 6)
    record = read_record(folder)
    images, annotations = record["images"], record["annotations"]
    (folder / "images" / images[0]["file_name"]).unlink()
    images[1]["side"] = "video"
    images += [
        {**images[2], "file_name": "train/picture/2.png"},
        {"id": 90, "file_name": "x.png", "width": 0, "height": 5},
    ]
    good = {"image_id": 3, "category_id": 1, "iscrowd": 0}
    rows: list[dict[str, Any]] = [
        {"bbox": [-5, 10, 30, 20]},
        {"bbox": [400, 10, 30, 20]},
        {"bbox": [10, 10, 0, 20]},
        {"bbox": [10, 10, "a", 20]},
        {"bbox": [10, 10, float("nan"), 20]},
        {"bbox": [10, 10, 20, 20], "category_id": 7},
        {"bbox": [10, 10, 20, 20], "iscrowd": 1},
        {"bbox": [10, 10, 20, 20], "image_id": 77},
    ]
    kept = [one for one in annotations if one["image_id"] not in (3,)]
    planted = [{"id": 100 + number, **good, **row} for number, row in enumerate(rows)]
    write_record(folder, "train", images=images, annotations=[*kept, *planted])
    return folder


def test_faults_are_clamped_or_skipped_and_told_by_file_and_annotation(tmp_path: Path) -> None:
    folder = faulty(tmp_path / "coco")
    path = folder / "annotations" / "instances_train.json"
    picture = folder / "images" / "train/picture/2.png"
    images = read_coco([folder], "train")
    assert len(images) == 4
    assert images.boxes(0).tolist() == [[0, 10, 25, 30]]
    assert images.problems.lines() == [
        f"images without their file, skipped: 1, first {folder / 'images' / 'train/picture/0.png'}",
        f"images whose side is neither picture nor clip, skipped: 1, first {path}: images[1] (side 'video')",
        f"images whose id another has too, skipped: 1, first {path}: images[6] (id 3)",
        f"images without id, file_name, width or height, skipped: 1, first {path}: images[7]",
        *(
            f"boxes {fault}: {count}, first {path}: annotation {number} of {picture}{detail}"
            for fault, count, number, detail in (
                ("that reach out of their picture, clamped", 1, 100, " (bbox [-5, 10, 30, 20])"),
                ("outside of their picture, skipped", 1, 101, " (bbox [400, 10, 30, 20])"),
                ("without area, skipped", 1, 102, " (bbox [10, 10, 0, 20])"),
                ("that are not [x, y, width, height], skipped", 2, 103, " (bbox [10, 10, 'a', 20])"),
                ("of an unknown category, skipped", 1, 105, " (category_id 7)"),
                ("around a crowd, skipped", 1, 106, ""),
            )
        ),
        f"boxes of an image that is not listed, skipped: 1, first {path}: annotation 107",
    ]
    images.problems.write(tmp_path / "out" / "problems.txt")
    assert len((tmp_path / "out" / "problems.txt").read_text().splitlines()) == len(images.problems) == 12


def test_files_that_are_no_coco_end_in_one_sentence(tmp_path: Path) -> None:
    path = write_record(tmp_path, "train", images=[], annotations=[])
    clothes = '"categories": [{"id": 1, "name": "clothes"}], "annotations": []'
    cases = [
        ("{", r"instances_train\.json is not JSON: .* line 1 column 2"),
        ("[]", r"is no COCO file: expected an object"),
        (
            '{"categories": [{"id": 1, "name": "clothes"}], "images": 3, "annotations": []}',
            r"expected `images` to be a",
        ),
        ('{"categories": [], "images": [], "annotations": []}', r"has no category 'clothes'"),
        (f'{{"images": [], {clothes}}}', r"No image to use"),
    ]
    for text, message in cases:
        path.write_text(text)
        with pytest.raises(TrainingFailure, match=message):
            read_coco([tmp_path], "train")
    with pytest.raises(TrainingFailure, match=r"There is no .*instances_validation\.json; `vitrine export"):
        read_coco([tmp_path], "validation")


def test_a_set_whose_images_are_all_faulty_says_why(tmp_path: Path) -> None:
    write_coco(tmp_path, 1)
    (tmp_path / "images" / "train/picture/0.png").unlink()
    with pytest.raises(TrainingFailure, match=r"No image to use .* images without their file, skipped: 1, .*0\.png"):
        read_coco([tmp_path], "train")
