"""Frames and pictures of a synthetic shop (SPEC layout) as scenes, packed at the network's resolution."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from .scene import Scene
from .scene_backdrop import Rng
from .scene_canvas import Image
from .scene_finish import vary_finish


@dataclass(frozen=True)
class ShopFrame:
    """One annotated frame or picture at its own size; `source` is `clip` or `picture`."""

    image: Image
    boxes: NDArray[np.float32]
    source: str
    name: str


def read_shop(root: Path) -> Iterator[ShopFrame]:
    """All annotated pictures and clip frames under `root`, pictures first, in order of name.

    Clip frames come from `video_frames/<id>/<frame>.jpg` where that folder exists, else from `video/<id>.mp4`.
    """
    for path in sorted(root.glob("image_annotation/*/*.json")):
        record = json.loads(path.read_text())
        image = cv2.imread(str(root / "image" / path.parent.name / record["img_name"]), cv2.IMREAD_COLOR)
        if image is not None:
            name = f"{path.parent.name}/{path.stem}"
            yield ShopFrame(image[..., ::-1], _boxes(record["annotations"]), "picture", name)
    for path in sorted(root.glob("video_annotation/*.json")):
        record = json.loads(path.read_text())
        wanted = {int(frame["frame_index"]): _boxes(frame["annotations"]) for frame in record["frames"]}
        for index, image in _clip_frames(root, path.stem, sorted(wanted)):
            yield ShopFrame(image[..., ::-1], wanted[index], "clip", f"{path.stem}/{index}")


def _boxes(annotations: list[dict[str, Any]]) -> NDArray[np.float32]:
    return np.array([one["box"] for one in annotations], np.float32).reshape(-1, 4)


def _clip_frames(root: Path, name: str, wanted: list[int]) -> Iterator[tuple[int, Image]]:
    folder = root / "video_frames" / name
    if folder.is_dir():
        for index in wanted:
            still = cv2.imread(str(folder / f"{index}.jpg"), cv2.IMREAD_COLOR)
            if still is not None:
                yield index, still
        return
    clip = cv2.VideoCapture(str(root / "video" / f"{name}.mp4"))
    index = 0
    while wanted and index <= wanted[-1] and clip.grab():
        if index in wanted:
            is_read, image = clip.retrieve()
            if is_read:
                yield index, image
        index += 1
    clip.release()


def resize_to_short_side(image: Image, short_side: int, max_side: int) -> tuple[Image, float, float]:
    """Resize as the pipeline does (triangle filter, anti-aliased); returns the image and its scale in x and y."""
    height, width = image.shape[:2]
    scale = min(short_side / min(height, width), max_side / max(height, width))
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    planes = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float()
    small = F.interpolate(planes, size, mode="bilinear", antialias=True, align_corners=False)
    pixels = small[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8).numpy()
    return pixels, size[1] / width, size[0] / height


def pack_shop(root: Path, out: Path, *, short_side: int = 192, max_side: int = 512) -> int:
    """Write all frames of a shop at the network's resolution to one file; returns how many there are."""
    images, boxes, names, sources = [], [], [], []
    for frame in read_shop(root):
        image, scale_x, scale_y = resize_to_short_side(frame.image, short_side, max_side)
        images.append(image)
        boxes.append(frame.boxes * np.array([scale_x, scale_y, scale_x, scale_y], np.float32))
        names.append(frame.name)
        sources.append(frame.source)
    if not images:
        raise FileNotFoundError(
            f"No annotated picture or frame under {root}: expected image_annotation/ or video_annotation/"
        )
    temporary = out.with_suffix(".tmp.npz")
    np.savez(
        temporary,
        pixels=np.concatenate([image.reshape(-1) for image in images]),
        sizes=np.array([image.shape[:2] for image in images]),
        boxes=np.concatenate(boxes),
        counts=np.array([len(some) for some in boxes]),
        names=np.array(names),
        is_clip=np.array([source == "clip" for source in sources]),
    )
    temporary.rename(out)
    return len(images)


class ShopScenes:
    """The scenes of a packed shop."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as packed:
            self._pixels: Image = packed["pixels"]
            self.sizes: NDArray[np.int64] = packed["sizes"]
            self.names: list[str] = packed["names"].tolist()
            self.is_clip: NDArray[np.bool_] = packed["is_clip"]
            self._boxes = np.split(packed["boxes"], np.cumsum(packed["counts"])[:-1])
        ends = np.cumsum(self.sizes.prod(1) * 3)
        self._starts = ends - self.sizes.prod(1) * 3

    def __len__(self) -> int:
        return len(self.sizes)

    def __getitem__(self, row: int) -> Scene:
        height, width = (int(side) for side in self.sizes[row])
        start = int(self._starts[row])
        pixels = self._pixels[start : start + height * width * 3].reshape(height, width, 3)
        return Scene(pixels, self._boxes[row].astype(np.float32))

    def rows_of_one_size(self, rng: Rng, count: int) -> list[int]:
        """`count` random rows that share the size of the first."""
        first = int(rng.integers(len(self)))
        same = np.flatnonzero((self.sizes == self.sizes[first]).all(1))
        return [first, *(int(row) for row in rng.choice(same, count - 1))]


def vary_scene(rng: Rng, scene: Scene) -> Scene:
    """Mirror half the time, and change light, sharpness and compression a little."""
    image, boxes = scene.image, scene.boxes
    if rng.random() < 0.5:
        image = np.ascontiguousarray(image[:, ::-1])
        width = image.shape[1]
        boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)
    return Scene(vary_finish(rng, image), boxes)
