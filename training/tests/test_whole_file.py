"""A reader never sees half a file, and a writer that fails leaves what was there."""

import errno
import os
from pathlib import Path

import pytest

from vitrine_training.failures import TrainingFailure
from vitrine_training.whole_file import replacing, write_whole


def test_the_file_appears_at_the_end_in_a_folder_that_was_missing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "card.json"
    with replacing(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
        assert temporary.parent == path.parent
    assert path.read_text() == "whole"
    assert os.listdir(path.parent) == ["card.json"]


def test_text_is_utf8_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    write_whole(path, "old")
    write_whole(path, "古风")
    assert path.read_bytes() == "古风".encode()


@pytest.mark.parametrize(
    ("thrown", "raised", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), TrainingFailure, r"The disk is full: .*card\.json"),
        (OSError(errno.EACCES, "Permission denied"), TrainingFailure, r"card\.json could not be written: Permission"),
        (ValueError("a bug"), ValueError, "a bug"),
    ],
)
def test_what_goes_wrong_leaves_the_old_file_alone(
    tmp_path: Path, thrown: Exception, raised: type[Exception], says: str
) -> None:
    path = tmp_path / "card.json"
    write_whole(path, "old")
    with pytest.raises(raised, match=says), replacing(path) as temporary:
        temporary.write_text("half")
        raise thrown
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["card.json"]
