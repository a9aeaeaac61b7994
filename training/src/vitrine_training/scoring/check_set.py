"""Builds a whole model set with random weights and takes it all the way: export, parity, package, `vitrine match`."""

import hashlib
import json
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..data.buckets import scaled_sizes
from ..exporting.export_detector import export_detector
from ..exporting.export_embedder import export_embedder
from ..exporting.export_model import export_network
from ..exporting.model_facts import ModelFacts
from ..exporting.model_set import SetOptions, package_models
from ..exporting.onnx_file import open_session, quiet_tracing
from ..exporting.precision import FEATURE_COSINE
from ..failures import TrainingFailure
from ..nets.detector import Detector
from ..nets.embedder import Embedder
from ..whole_file import write_whole
from .embedder_card import update_card
from .model_card import write_model_card
from .network_size import beside_published, count_all, detector_macs, embedder_macs, vovnet_steps
from .parity import BEST, box_parity, feature_parity
from .run_match import pick_shop, run_match

Pixels = NDArray[np.uint8]
_CROP_BUCKETS = (7, 11)
"""Two shapes of crops, a square and a wide one."""


@dataclass(frozen=True)
class Member:
    """One network of the set: what its file says, and how it is built (late, so that one is in memory at a time)."""

    facts: ModelFacts
    build: Callable[[], Detector | Embedder]


@dataclass(frozen=True)
class CheckOptions:
    """Where and on what."""

    out: Path
    """The set lies in `out`/models, the small shop in `out`/shop, what the match wrote in `out`/match."""
    shop: Path
    """A shop in the SPEC layout, of which a few clips and items are taken."""
    vitrine: Sequence[str]
    """The program, such as `node dist/bin/vitrine.js`."""
    frames: str = "80:380:20"
    """Frames of a clip that the match looks at, first:last:step."""
    clips: int = 2
    items: int = 3
    boxes_a_frame: int = 3
    """Random weights score all boxes nearly alike, so thresholds are set where at most so many pass of any picture."""
    parity_frame: tuple[int, int] = (416, 320)
    """Height and width of four frames; one more has the full size of clips."""
    is_bundled: bool = True


def check_set(name: str, members: Sequence[Member], options: CheckOptions) -> dict[str, Any]:
    """Export, compare, package and run a set of untrained networks; returns what was found.

    Raises:
        TrainingFailure: features or boxes differ from PyTorch's, or the match fails.
    """
    models = options.out / "models"
    shop = pick_shop(options.shop, options.out / "shop", clips=options.clips, items=options.items)
    frames = shop_frames(shop)
    found: dict[str, Any] = {"set": name, "networks": {}, "vovnet": vovnet_steps()}
    for member in members:
        key = member.facts.name or "detector"
        # Kept, so that a check that was stopped goes on with the next network; of other networks by this name anew.
        mark = hashlib.sha1(repr(member.facts).encode()).hexdigest()[:8]
        part = options.out / "parts" / f"{key}-{mark}.json"
        if not part.is_file():
            checked = check_network(member, models, frames, options)
            part.parent.mkdir(parents=True, exist_ok=True)
            write_whole(part, json.dumps(checked))
        found["networks"][key] = json.loads(part.read_text(encoding="utf-8"))
    detector = next(member.facts for member in members if member.facts.kind == "detector")
    scores = {
        side: score_above(models / "detector.onnx", resized(seen, short), options.boxes_a_frame)
        for side, seen, short in (
            ("pictures", shop_pictures(shop), detector.picture_side),
            ("clips", frames, detector.clip_side),
        )
    }
    about = {
        "title": f"{name}, untrained",
        "intro": "Random weights: this set shows that the networks can be built, exported and run, and finds nothing.",
        "precision": "fp16-stored",
        "provenance": "none: random weights",
    }
    update_card(models / "card.json", "about", about)
    package = SetOptions(
        name=f"{name}-random",
        embedders=tuple(member.facts.name for member in members if member.facts.kind == "embedder"),
        picture_score=scores["pictures"],
        clip_score=scores["clips"],
        is_bundled=options.is_bundled,
    )
    manifest = package_models(models, package)
    write_model_card(models)
    found["thresholds"] = scores
    if options.is_bundled:
        found["bundleBytes"] = (models / manifest["bundle"]["file"]).stat().st_size
    found["match"] = run_match(options.vitrine, shop, models, options.out / "match", options.frames)
    return found


def check_network(member: Member, models: Path, frames: Sequence[Pixels], options: CheckOptions) -> dict[str, Any]:
    """Build one network, write its file and compare it; returns sizes, times and how near it is to PyTorch."""
    facts = member.facts
    start = time.monotonic()
    network = member.build()
    parameters = count_all(network)
    path = models / ("detector.onnx" if isinstance(network, Detector) else f"embedder-{facts.name}.onnx")
    report = export_network(network, path, "fp16-stored", facts)
    seconds = time.monotonic() - start
    found: dict[str, Any] = {
        "weights": facts.weights,
        "parameters": parameters,
        "bytes": report.size,
        "secondsToBuildAndExport": round(seconds, 1),
        "peakMemoryMB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    if isinstance(network, Detector):
        found["parity"] = _check_detector(network, frames, facts, options)
        side = facts.clip_side or 608
        height, width = resized(frames, side)[0].shape[:2]
        found["clipFrame"] = f"{width}x{height}"
        found["billionMultiplyAdds"] = round(detector_macs(network, height, width) / 1e9, 2)
        return found
    sizes = [scaled_sizes(facts.crop_scale or 1)[bucket] for bucket in _CROP_BUCKETS]
    stacks = [np.stack([cv2.resize(frame, size) for frame in frames[:4]]) for size in sizes]
    found["parity"] = feature_parity(network, open_session(path), [np.asarray(stack, np.uint8) for stack in stacks])
    found["parityOfFloat32"] = _float32_parity(network, [np.asarray(stack, np.uint8) for stack in stacks])
    if not found["parity"]["leastCosine"] > FEATURE_COSINE["fp16-stored"]:
        raise TrainingFailure(f"Features of {path} differ from PyTorch's: {found['parity']}")
    width, height = sizes[0]
    found["crop"] = f"{width}x{height}"
    found["billionMultiplyAdds"] = round(embedder_macs(network, height, width) / 1e9, 2)
    published = beside_published(network)
    if published is not None:
        found["published"] = published
    return found


def _check_detector(
    network: Detector, frames: Sequence[Pixels], facts: ModelFacts, options: CheckOptions
) -> dict[str, Any]:
    height, width = options.parity_frame
    small = np.stack([cv2.resize(frame, (width, height)) for frame in frames[:4]])
    stacks = [small, small[:1], np.stack(resized(frames, facts.clip_side or 608)[:1])]
    with tempfile.TemporaryDirectory() as folder, quiet_tracing():
        # In float32: stored as float16 the weights are others, and boxes of nearly equal scores change places.
        exact = Path(folder) / "detector.onnx"
        export_detector(network, exact, is_halved=False)
        found = box_parity(network, open_session(exact), [np.asarray(stack, np.uint8) for stack in stacks])
    is_near = found[f"mostPixelsOfBest{BEST}"] <= 0.5 and found[f"mostScoreOfBest{BEST}"] <= 1e-3
    if not (found["boxes"] > 0 and is_near and found["shareWithinHalfPixel"] >= 0.95):
        raise TrainingFailure(f"Boxes of the exported detector differ from PyTorch's: {found}")
    return found


def _float32_parity(network: Embedder, stacks: list[Pixels]) -> float:
    with tempfile.TemporaryDirectory() as folder, quiet_tracing():
        exact = Path(folder) / "embedder.onnx"
        export_embedder(network, exact, is_halved=False)
        return float(feature_parity(network, open_session(exact), stacks[:1])["leastCosine"])


def shop_frames(shop: Path) -> list[Pixels]:
    """Give four RGB frames of a shop's clips, of one size."""
    frames: list[Pixels] = []
    for path in sorted((shop / "video").glob("*.mp4")):
        capture = cv2.VideoCapture(str(path))
        wanted = (80, 200)
        for index in range(max(wanted) + 1):
            is_read, frame = capture.read()
            if not is_read:
                break
            if index in wanted:
                frames.append(np.ascontiguousarray(frame[..., ::-1]))
        capture.release()
    first = frames[0].shape[:2] if frames else (0, 0)
    alike = [frame for frame in frames if frame.shape[:2] == first][:4]
    if len(alike) < 4:
        raise TrainingFailure(f"{shop} gives {len(alike)} frames of one size, 4 are needed")
    return alike


def shop_pictures(shop: Path) -> list[Pixels]:
    """Give every RGB picture of a shop's items."""
    paths = sorted((shop / "image").glob("*/*.jpg"))
    pictures = [cv2.imread(str(path), cv2.IMREAD_COLOR) for path in paths]
    return [np.ascontiguousarray(picture[..., ::-1], dtype=np.uint8) for picture in pictures if picture is not None]


def resized(frames: Sequence[Pixels], short_side: int | None) -> list[Pixels]:
    """Bring frames to a short side in px."""
    found = []
    for frame in frames:
        height, width = frame.shape[:2]
        scale = (short_side or min(height, width)) / min(height, width)
        size = (round(width * scale), round(height * scale))
        found.append(np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8))
    return found


def score_above(detector: Path, frames: Sequence[Pixels], boxes: int) -> float:
    """Return a threshold that at most `boxes` boxes of each frame pass, rounded so that a manifest can hold it."""
    session = open_session(detector)
    cuts = []
    for frame in frames:
        scores = np.sort(session.run(["scores"], {"frames": frame[None]})[0])[::-1]
        cuts.append(float(scores[min(boxes, len(scores) - 1)]) if len(scores) else 0.0)
    return round(float(np.max(cuts)), 4)
