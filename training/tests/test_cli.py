"""The command line: commands reach their functions, mistakes end with usage and 2."""

from pathlib import Path

import pytest

from photo_folder import write_photos
from vitrine_training.cli import main
from vitrine_training.composites.cutouts import CutoutStore


def test_cutouts_packs_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_photos(tmp_path / "photos", 3)
    main(["cutouts", str(tmp_path / "photos"), str(tmp_path / "out"), "--no-validation"])
    assert capsys.readouterr().out == "train: 3 garments\n"
    assert len(CutoutStore(tmp_path / "out" / "train")) == 3
    assert not (tmp_path / "out" / "validation.npy").exists()


def test_few_photos_are_all_held_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_photos(tmp_path / "photos", 3)
    main(["cutouts", str(tmp_path / "photos"), str(tmp_path / "out")])
    assert capsys.readouterr().out == "validation: 3 garments\n"


@pytest.mark.parametrize("argv", [[], ["embeder"], ["embedder"], ["package"]])
def test_mistakes_end_with_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2
    assert "usage: vitrine-train" in capsys.readouterr().err
