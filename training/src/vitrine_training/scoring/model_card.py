"""Writes a model set's card, `README.md`, from its `manifest.json` and `card.json`: no number is typed by hand.

`card.json` holds measurements under `detector` and `embedders`, and under `about` what only people can say: `title`,
`intro`, `detector` and `embedders` (what the networks are), `data` and `limits` (paragraphs), `provenance` (one line
for the manifest). `shop` has the scores of a held-out shop matched end to end, and `previous` the same measurements of
the set before, with a paragraph `what` on the change. In those texts `{photos}` and `{drawn}` stand for numbers of
identities from the measurements.
"""

import json
import textwrap
from pathlib import Path
from typing import Any

from ..failures import TrainingFailure
from ..whole_file import write_whole

_INTRO = "A detector and embedders for `vitrine match --models`."
_SOURCES = (
    "Files, digests and thresholds are in `manifest.json`, all measurements in `card.json`, from which "
    "`vitrine-train model-card` wrote this page."
)
_PRECISIONS = {
    "fp32": "Weights are float32.",
    "fp16-stored": "Weights are stored as float16 and cast to float32 when loaded.",
    "fp16": "The networks compute in float16, for GPUs; pixels, boxes and features are float32.",
    "int8": "The bodies compute in int8, with ranges measured on pictures.",
}


def write_model_card(folder: Path) -> None:
    """Write `README.md` in `folder`; what neither file says is left out.

    Raises:
        TrainingFailure: there is no `manifest.json`, or one of the files is no JSON.
    """
    manifest = _read(folder / "manifest.json")
    card = _read(folder / "card.json") if (folder / "card.json").is_file() else {}
    about: dict[str, Any] = card.get("about", {})
    embedders: dict[str, Any] = card.get("embedders", {})
    measured = [entry["name"] for entry in manifest["embedders"] if entry["name"] in embedders]
    identities = [embedders[name]["identities"] for name in measured if "identities" in embedders[name]]
    numbers = (
        {"photos": f"{min(identities):,}", "drawn": f"{max(identities) - min(identities):,}"} if identities else {}
    )
    parts = [
        f"# {about.get('title', manifest['name'])}",
        _paragraph(_fill(f"{about.get('intro', _INTRO)} {_SOURCES}", numbers)),
        "## What they are\n\n" + "\n".join(_bullet(line) for line in _what(manifest, about)),
    ]
    if about.get("data"):
        parts.append("## Data\n\n" + "\n".join(_bullet(_fill(line, numbers)) for line in about["data"]))
    if measured:
        parts.append(_embedder_part(measured, embedders))
    if "detector" in card:
        parts.append(_detector_part(card["detector"]))
    if "previous" in card:
        parts.append(_changes_part(card, card["previous"]))
    if about.get("limits"):
        parts.append(f"## Limits\n\n{_paragraph(_fill(about['limits'], numbers))}")
    write_whole(folder / "README.md", "\n\n".join(part for part in parts if part) + "\n")


def _read(path: Path) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TrainingFailure(f"There is no {path}: `vitrine-train package` writes it") from error
    except ValueError as error:
        raise TrainingFailure(f"{path} is no JSON: {error}") from error
    return values


def _fill(text: str, numbers: dict[str, str]) -> str:
    for name, number in numbers.items():
        text = text.replace(f"{{{name}}}", number)
    return text


def _paragraph(text: str, first: str = "", others: str = "") -> str:
    return textwrap.fill(
        text, 120, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )


def _bullet(text: str) -> str:
    return _paragraph(text, "- ", "  ")


def _what(manifest: dict[str, Any], about: dict[str, Any]) -> list[str]:
    detector, embedders = manifest["detector"], manifest["embedders"]
    total = sum(entry["featureLength"] for entry in embedders)
    lines = [
        f"`{detector['file']}`: {about.get('detector', 'the detector')}. In: `frames` uint8 [N, H, W, 3] RGB. Out: "
        "`boxes` [K, 4] in input pixels, `scores` [K], `frame` int64 [K]. Short side "
        f"{detector['pictures']['shortSide']} px for pictures, {detector['clips']['shortSide']} px for clips."
    ]
    what = about.get("embedders", "the embedders")
    if "bundle" in manifest:
        names = ", ".join(entry["name"] for entry in embedders)
        lines.append(
            f"`{manifest['bundle']['file']}`: {what}; {len(embedders)} branches ({names}) in one graph. In: `crops` "
            f"uint8 [N, h, w, 3] RGB. Out: `features` [N, {total}]."
        )
    else:
        files = ", ".join(f"`{entry['file']}`" for entry in embedders)
        lengths = sorted({entry["featureLength"] for entry in embedders})
        lines.append(
            f"{files}: {what}. In: `crops` uint8 [N, h, w, 3] RGB. Out: `features` "
            f"[N, {' or '.join(str(length) for length in lengths)}]."
        )
    if about.get("precision") in _PRECISIONS:
        lines.append(_PRECISIONS[about["precision"]])
    return lines


def _embedder_part(names: list[str], embedders: dict[str, Any]) -> str:
    ensemble: dict[str, Any] = embedders.get("ensemble", {})
    garments, views = ensemble.get("garments"), ensemble.get("views")
    place = f"On {f'the {garments} ' if garments else ''}garments that were held out"
    if views:
        place += f", {views} picture-like against {views} clip-like composites each, all strongly varied"
    rows = [_embedder_row(name, embedders[name]) for name in [*names, *(["ensemble"] if ensemble else [])]]
    measures = (
        f"{place}. *Box*: share of pictures whose nearest clip box shows the same garment. *Item*: share of "
        "garments whose mean clip vector is nearest to its own mean picture vector."
    )
    head = (
        f"## Embedders\n\n{_paragraph(measures)}\n\n"
        "| embedder | parameters | identities | steps | minutes on a shared core | box recall@1 | item recall@1 |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
    )
    text = head + "\n".join(rows)
    if "trueNearest" in ensemble:
        cuts = ("p5", "p25", "p50", "p75", "p95")
        sides = (("the same garment", "trueNearest"), ("another garment", "falseNearest"))
        text += (
            "\n\nSquared distance of the ensemble from a picture to its nearest clip box, of the same garment and of "
            "another:\n\n| | 5 % | 25 % | 50 % | 75 % | 95 % |\n| --- | --- | --- | --- | --- | --- |\n"
        ) + "\n".join(_row(side, [f"{ensemble[key][cut]:.2f}" for cut in cuts]) for side, key in sides)
    return text


def _row(name: str, cells: list[str]) -> str:
    return f"| {' | '.join([name, *cells])} |"


def _embedder_row(name: str, facts: dict[str, Any]) -> str:
    made = [f"{facts[key]:,}" if key in facts else "" for key in ("parameters", "identities", "steps", "minutes")]
    found = [f"{facts[key]:.3f}" if key in facts else "" for key in ("boxRecallAt1", "itemRecallAt1")]
    return _row(name, [*made, *found])


def _detector_part(facts: dict[str, Any]) -> str:
    rows = []
    for place, key in (("composed scenes", "heldOutScenes"), ("rendered shop", "heldOutShop")):
        for side, found in facts.get(key, {}).items():
            cells = [f"{found['boxes']:,}", f"{found['ap50']:.3f}", f"{found['scoreMin']:g}"]
            rows.append(_row(f"{place}, {side}", [*cells, f"{found['precision']:.3f}", f"{found['recall']:.3f}"]))
    if not rows:
        return ""
    measures = (
        "On garments that were held out, composed scenes at a short side of 192 px; precision and recall at the "
        "manifest's thresholds."
    )
    head = f"## Detector\n\n{_paragraph(measures)}\n\n"
    table = "| | boxes | AP50 | threshold | precision | recall |\n| --- | --- | --- | --- | --- | --- |\n"
    return head + table + "\n".join(rows)


def _changes_part(now: dict[str, Any], before: dict[str, Any]) -> str:
    """Tell what measurements were before, of those parts that `before` has."""
    rows = []
    if "detector" in before:
        for side in ("pictures", "clips"):
            for name, key in (("AP50", "ap50"), ("AP", "ap")):
                pair = [facts["detector"]["heldOutShop"][side][key] for facts in (before, now)]
                rows.append(_row(f"detector on the held-out shop, {side}, {name}", [f"{value:.3f}" for value in pair]))
    if "embedders" in before:
        for name, key in (("box", "boxRecallAt1"), ("item", "itemRecallAt1")):
            pair = [facts["embedders"]["ensemble"][key] for facts in (before, now)]
            rows.append(_row(f"ensemble on composites, {name} recall@1", [f"{value:.3f}" for value in pair]))
    for name, key in (
        ("frame box, mean IoU", "frameBoxIou"),
        ("clip -> item, recall@1", "recallAt1"),
        ("final", "final"),
    ):
        rows.append(_row(f"held-out shop, {name}", [f"{facts['shop'][key]:.4f}" for facts in (before, now)]))
    head = "| | before | now |\n| --- | --- | --- |\n"
    return f"## What changed\n\n{_paragraph(before['what'])}\n\n{head}" + "\n".join(rows)
