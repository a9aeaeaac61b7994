"""Writes the model card of a model set, `README.md`, from its `card.json`: no number is typed by hand."""

import json
from pathlib import Path
from typing import Any

from .embedder_card import write_whole

_TEXT = """# Compact models

One detector and four embedders that run on a CPU, so that a clone does the whole job without a download. Made by
`training/` (its README has the commands); files, digests and thresholds are in `manifest.json`, all measurements in
`card.json`, from which `vitrine-train model-card` wrote this page.

## What they are

- `detector.onnx`: Faster R-CNN with one class ("clothes") on a small VoVNetV2 body with a feature pyramid, all
  non-maximum suppression in the graph. In: `frames` uint8 [N, H, W, 3] RGB. Out: `boxes` [K, 4] in input pixels,
  `scores` [K], `frame` int64 [K].
- `embedder-a.onnx` ... `embedder-d.onnx`: VoVNetV2 body, GeM pooling, Linear(512), BatchNorm, unit length. In: `crops`
  uint8 [N, h, w, 3] RGB. Out: `features` [N, 512]. Their widths, depths, input scales, seeds and augmentation differ.
- Weights are stored as float16 and cast to float32 when loaded.

## Data

- Photos: the train split of <https://github.com/alexeygrigorev/clothing-dataset-small> (CC0 1.0), 2,732 photos of one
  garment each, cut out with GrabCut masks. The 200 whose SHA-1 of the file name sorts first were held out; the others
  are the {photos} identities that every embedder learned.
- Drawn garments: up to {drawn} more identities of b, c and d, by `vitrine synth --cutouts`.
- Every training picture is a composite, drawn anew each time: the garment bent, turned, lit, occluded, cut, blurred and
  compressed before other grounds and other clothes (`training/src/vitrine_training/composites/compose.py`).
- Embedder a was trained from scratch; b, c and d began with its first stages and class centres. ArcFace (s = 30, m up
  to 0.3) and a pair loss; a whitening learned on training garments is folded into the last layers.

## Embedders

On the 200 held-out garments, {views} picture-like against {views} clip-like composites each, all strongly varied.
*Box*: share of pictures whose nearest clip box shows the same garment. *Item*: share of garments whose mean clip vector
is nearest to its own mean picture vector.

| embedder | parameters | identities | steps | minutes on a shared core | box recall@1 | item recall@1 |
| --- | --- | --- | --- | --- | --- | --- |
{embedders}

Squared distance of the ensemble from a picture to its nearest clip box, of the same garment and of another:

| | 5 % | 25 % | 50 % | 75 % | 95 % |
| --- | --- | --- | --- | --- | --- |
{distances}

{detector}## Limits

Trained on flat-lay photos and drawings, never on people: good for synthetic shops, tests and trying the program out,
not for judging how well video-to-shop matching works on real streams. Plain garments of one colour and cut (black
trousers, white shirts) are told apart badly. Boxes of hidden or strongly cut garments are often missed.
"""


def write_model_card(folder: Path) -> None:
    """Write `README.md` beside `card.json` in `folder`."""
    card: dict[str, Any] = json.loads((folder / "card.json").read_text())
    embedders = card["embedders"]
    names = sorted(name for name in embedders if len(name) == 1)
    identities = [embedders[name]["identities"] for name in names]
    text = _TEXT.format(
        photos=f"{min(identities):,}",
        drawn=f"{max(identities) - min(identities):,}",
        views=embedders["ensemble"]["views"],
        embedders="\n".join([_embedder_row(name, embedders[name]) for name in [*names, "ensemble"]]),
        distances="\n".join(
            _row(side, [f"{embedders['ensemble'][key][cut]:.2f}" for cut in ("p5", "p25", "p50", "p75", "p95")])
            for side, key in (("the same garment", "trueNearest"), ("another garment", "falseNearest"))
        ),
        detector=_detector_part(card["detector"]) if "detector" in card else "",
    )
    write_whole(folder / "README.md", text)


def _row(name: str, cells: list[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _embedder_row(name: str, facts: dict[str, Any]) -> str:
    made = [f"{facts[key]:,}" if key in facts else "" for key in ("parameters", "identities", "steps", "minutes")]
    return _row(name, [*made, f"{facts['boxRecallAt1']:.3f}", f"{facts['itemRecallAt1']:.3f}"])


def _detector_part(facts: dict[str, Any]) -> str:
    rows = []
    for place, key in (("composed scenes", "heldOutScenes"), ("rendered shop", "heldOutShop")):
        for side, found in facts.get(key, {}).items():
            cells = [f"{found['boxes']:,}", f"{found['ap50']:.3f}", f"{found['scoreMin']:g}"]
            rows.append(_row(f"{place}, {side}", [*cells, f"{found['precision']:.3f}", f"{found['recall']:.3f}"]))
    head = "## Detector\n\nOn garments that were held out; precision and recall at the manifest's thresholds.\n\n"
    table = "| | boxes | AP50 | threshold | precision | recall |\n| --- | --- | --- | --- | --- | --- |\n"
    return head + table + "\n".join(rows) + "\n\n"
