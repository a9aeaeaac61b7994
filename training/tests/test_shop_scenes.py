"""A synthetic shop's files as scenes."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from vitrine_training.composites.scene import Scene
from vitrine_training.composites.shop_scenes import ShopScenes, pack_shop, read_shop, resize_to_short_side, vary_scene


def annotation(*box: int) -> dict[str, object]:
    return {"label": "短裤", "viewpoint": 0, "display": 1, "instance_id": 0, "box": list(box)}


def write_shop(root: Path) -> None:
    picture = np.full((400, 300, 3), (0, 0, 255), np.uint8)
    (root / "image" / "000001").mkdir(parents=True)
    cv2.imwrite(str(root / "image" / "000001" / "0.jpg"), picture)
    (root / "image_annotation" / "000001").mkdir(parents=True)
    record = {"img_name": "0.jpg", "item_id": "000001", "annotations": [annotation(30, 40, 150, 200)]}
    (root / "image_annotation" / "000001" / "0.json").write_text(json.dumps(record))
    stills = root / "video_frames" / "000001"
    stills.mkdir(parents=True)
    for index in (80, 100):
        cv2.imwrite(str(stills / f"{index}.jpg"), np.full((960, 540, 3), index, np.uint8))
    frames = [
        {"frame_index": 80, "annotations": []},
        {"frame_index": 100, "annotations": [annotation(0, 0, 54, 96), annotation(270, 480, 540, 960)]},
        {"frame_index": 120, "annotations": []},
    ]
    (root / "video_annotation").mkdir()
    (root / "video_annotation" / "000001.json").write_text(json.dumps({"video_id": "000001", "frames": frames}))


def test_pictures_and_stills_are_read_in_rgb_with_their_boxes(tmp_path: Path) -> None:
    write_shop(tmp_path)
    frames = list(read_shop(tmp_path))
    assert [(frame.name, frame.source) for frame in frames] == [
        ("000001/0", "picture"),
        ("000001/80", "clip"),
        ("000001/100", "clip"),
    ]
    assert frames[0].image[200, 150].tolist() == pytest.approx([255, 0, 0], abs=3)
    assert frames[1].boxes.shape == (0, 4)
    assert frames[2].boxes.tolist() == [[0, 0, 54, 96], [270, 480, 540, 960]]


def test_a_clip_is_read_by_decoded_index(tmp_path: Path) -> None:
    write_shop(tmp_path)
    for still in (tmp_path / "video_frames" / "000001").iterdir():
        still.unlink()
    (tmp_path / "video_frames" / "000001").rmdir()
    (tmp_path / "video").mkdir()
    writer = cv2.VideoWriter(str(tmp_path / "video" / "000001.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), 25, (64, 96))
    if not writer.isOpened():
        pytest.skip("this OpenCV cannot write clips")
    for index in range(110):
        writer.write(np.full((96, 64, 3), 2 * index, np.uint8))
    writer.release()
    clips = [frame for frame in read_shop(tmp_path) if frame.source == "clip"]
    assert [frame.name for frame in clips] == ["000001/80", "000001/100"], "frame 120 is past the end"
    assert [float(frame.image.mean()) for frame in clips] == pytest.approx([160, 200], abs=6)


def test_packing_scales_frames_and_boxes_alike(tmp_path: Path) -> None:
    write_shop(tmp_path)
    assert pack_shop(tmp_path, tmp_path / "shop.npz") == 3
    shop = ShopScenes(tmp_path / "shop.npz")
    assert shop.is_clip.tolist() == [False, True, True]
    assert [shop[row].image.shape for row in range(3)] == [(256, 192, 3), (341, 192, 3), (341, 192, 3)]
    assert shop[0].boxes == pytest.approx(np.array([[30, 40, 150, 200]]) * 0.64, abs=1e-3)
    assert shop[1].boxes.shape == (0, 4)
    assert shop[2].boxes[1] == pytest.approx([96, 480 * 341 / 960, 192, 341], abs=1e-3)
    rows = shop.rows_of_one_size(np.random.default_rng(0), 4)
    assert len(rows) == 4
    assert len({shop[row].image.shape for row in rows}) == 1


def test_an_empty_shop_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        pack_shop(tmp_path, tmp_path / "shop.npz")


def test_resizing_is_the_triangle_filter_of_pillow() -> None:
    pillow = pytest.importorskip("PIL.Image")
    image = np.random.default_rng(0).integers(0, 256, (300, 170, 3)).astype(np.uint8)
    small, scale_x, scale_y = resize_to_short_side(image, 96, 512)
    assert small.shape == (169, 96, 3)
    assert (scale_x, scale_y) == pytest.approx((96 / 170, 169 / 300))
    expected = np.asarray(pillow.fromarray(image).resize((96, 169), pillow.Resampling.BILINEAR))
    assert np.abs(small.astype(int) - expected).max() <= 1


def test_the_long_side_is_capped() -> None:
    assert resize_to_short_side(np.zeros((1000, 100, 3), np.uint8), 192, 512)[0].shape == (512, 51, 3)


def test_mirroring_takes_the_boxes_along() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[20:40, 10:30] = 255
    scene = Scene(image, np.array([[10, 20, 30, 40]], np.float32))
    is_mirrored = set()
    for seed in range(12):
        varied = vary_scene(np.random.default_rng(seed), scene)
        x1, y1, x2, y2 = varied.boxes[0].astype(int)
        inside = varied.image[y1:y2, x1:x2].mean()
        assert inside > varied.image.mean() + 20
        is_mirrored.add(int(x1))
    assert is_mirrored == {10, 70}
