"""Figures that wear or hold garments: ellipses and capsules of many builds, skins and poses."""

from dataclasses import dataclass

import cv2
import numpy as np

from .scene_backdrop import Rng, random_colour
from .scene_canvas import Canvas, Colour, Image, Points
from .scene_garment import BOTTOMS, TOPS, Wardrobe, bend, hang, place_quad


@dataclass(frozen=True)
class Figure:
    """A figure's joints in pixels; `height` is the whole figure's, `turn` 1 from the front and near 0 from the side."""

    height: float
    turn: float
    head: Points
    neck: Points
    shoulders: tuple[Points, Points]
    elbows: tuple[Points, Points]
    hands: tuple[Points, Points]
    hips: tuple[Points, Points]
    knees: tuple[Points, Points]
    feet: tuple[Points, Points]
    limb: float
    skin: Colour
    hair: Colour


def pose_figure(rng: Rng, centre_x: float, top: float, height: float) -> Figure:
    """Draw a random build and pose; `top` is the crown of the head, in pixels."""
    turn = float(rng.choice([1.0, rng.uniform(0.35, 1.0)]))
    shoulder, hip = rng.uniform(0.085, 0.135) * turn, rng.uniform(0.06, 0.1) * turn
    lean = np.deg2rad(rng.normal(0, 4))

    def at(x: float, y: float) -> Points:
        # The lean turns about the feet.
        dx, dy = x, y - 1.0
        turned = (dx * np.cos(lean) - dy * np.sin(lean), dx * np.sin(lean) + dy * np.cos(lean) + 1.0)
        return np.array([centre_x + turned[0] * height, top + turned[1] * height], np.float32)

    def arm(side: int) -> tuple[Points, Points]:
        upper = np.deg2rad(rng.choice([rng.uniform(2, 25), rng.uniform(0, 100)]))
        lower = upper + np.deg2rad(rng.choice([rng.uniform(-25, 15), rng.uniform(-150, 120)]))
        x, y = side * shoulder, 0.19
        elbow = (x + side * np.sin(upper) * 0.16 * max(turn, 0.5), y + np.cos(upper) * 0.16)
        hand = (elbow[0] + side * np.sin(lower) * 0.16, elbow[1] + np.cos(lower) * 0.16)
        return at(*elbow), at(*hand)

    left, right = arm(-1), arm(1)
    spread = rng.uniform(0.0, 0.08)
    tone = rng.uniform(0.25, 1.05)
    skin = np.clip(np.array([238, 196, 166]) * tone + rng.uniform(-14, 14, 3), 0, 255)
    if rng.random() < 0.15:
        skin = np.array(random_colour(rng, 0.25))
    return Figure(
        height=height,
        turn=turn,
        head=at(rng.normal(0, 0.008), 0.07),
        neck=at(0, 0.155),
        shoulders=(at(-shoulder, 0.19), at(shoulder, 0.19)),
        elbows=(left[0], right[0]),
        hands=(left[1], right[1]),
        hips=(at(-hip, 0.5), at(hip, 0.5)),
        knees=(at(-hip - spread / 2, 0.74), at(hip + spread / 2, 0.74)),
        feet=(at(-hip - spread, 0.96), at(hip + spread, 0.96)),
        limb=height * rng.uniform(0.018, 0.03),
        skin=(float(skin[0]), float(skin[1]), float(skin[2])),
        hair=random_colour(rng, 0.5) if rng.random() < 0.4 else _dark(rng),
    )


def draw_body(rng: Rng, canvas: Canvas, figure: Figure) -> None:
    """Legs, torso, neck and head, without the arms; none of it is a garment."""
    skin, limb = figure.skin, figure.limb
    base = skin
    if rng.random() < 0.2:
        base = random_colour(rng, 0.4)
    shoe = random_colour(rng)
    for hip, knee, foot in zip(figure.hips, figure.knees, figure.feet, strict=True):
        _shaded_limb(canvas, hip, knee, limb * 1.5, base)
        _shaded_limb(canvas, knee, foot, limb * 1.15, skin)
        if rng.random() < 0.9:
            canvas.ellipse(foot, (limb * 1.9, limb * rng.uniform(0.8, 1.2)), 0, shoe)
    left, right = figure.shoulders
    pad = np.array([limb, 0], np.float32)
    waist = [(a * 0.35 + b * 0.65) for a, b in zip(figure.shoulders, figure.hips, strict=True)]
    outline = [left - pad, right + pad, waist[1], figure.hips[1] + pad, figure.hips[0] - pad, waist[0]]
    canvas.polygon(np.array(outline, np.float32), base)
    _shaded_limb(canvas, left, right, limb * 1.2, base)
    _shaded_limb(canvas, figure.neck, (left + right) / 2, limb * 1.2, skin)
    radius = figure.height * rng.uniform(0.05, 0.068)
    style = rng.random()
    if style < 0.85:
        back = figure.head + np.array([0, radius * rng.uniform(-0.2, 0.9)], np.float32)
        canvas.ellipse(back, (radius * rng.uniform(1.0, 1.4), radius * rng.uniform(1.1, 2.2)), 0, figure.hair)
    canvas.ellipse(figure.head, (radius * 0.85, radius * 1.12), 0, skin)
    if style < 0.85:
        fringe = figure.head - np.array([0, radius * 0.75], np.float32)
        canvas.ellipse(fringe, (radius * 0.85, radius * rng.uniform(0.3, 0.6)), 0, figure.hair)
    if rng.random() < 0.5 and figure.turn > 0.6:
        for side in (-1, 1):
            eye = figure.head + np.array([side * radius * 0.35, 0], np.float32)
            canvas.ellipse(eye, (radius * 0.1, radius * 0.08), 0, (30, 25, 25))
        mouth = figure.head + np.array([0, radius * 0.55], np.float32)
        canvas.ellipse(mouth, (radius * 0.25, radius * 0.07), 0, (170, 60, 70))


def draw_arm(canvas: Canvas, figure: Figure, side: int) -> None:
    """One arm with its hand."""
    limb = figure.limb
    _shaded_limb(canvas, figure.shoulders[side], figure.elbows[side], limb * 1.05, figure.skin)
    _shaded_limb(canvas, figure.elbows[side], figure.hands[side], limb * 0.85, figure.skin)
    _hand(canvas, figure, side)


def _hand(canvas: Canvas, figure: Figure, side: int) -> None:
    canvas.ellipse(figure.hands[side], (figure.limb * 1.15, figure.limb * 1.15), 0, figure.skin)


def wear(rng: Rng, canvas: Canvas, figure: Figure, wardrobe: Wardrobe) -> None:
    """Draw the figure dressed in a dress, or in a top, a bottom or both."""
    choice = rng.random()
    draw_body(rng, canvas, figure)
    is_bare = choice < 0.35
    in_front = rng.random(2) < (0.5 if is_bare else 0.35)
    for side in (0, 1):
        if not in_front[side]:
            draw_arm(canvas, figure, side)
    if choice < 0.15:
        _wear_top(rng, canvas, figure, wardrobe, frozenset({"dress"}))
    elif choice < 0.35:
        _wear_bottom(rng, canvas, figure, wardrobe)
    elif choice < 0.6:
        _wear_top(rng, canvas, figure, wardrobe, TOPS)
    elif choice < 0.84:
        _wear_bottom(rng, canvas, figure, wardrobe)
        _wear_top(rng, canvas, figure, wardrobe, TOPS)
    else:
        _wear_top(rng, canvas, figure, wardrobe, TOPS)
        _wear_bottom(rng, canvas, figure, wardrobe)
    for side in (0, 1):
        if in_front[side]:
            draw_arm(canvas, figure, side)
        elif rng.random() < 0.6:
            _hand(canvas, figure, side)


def hold(rng: Rng, canvas: Canvas, figure: Figure, wardrobe: Wardrobe) -> None:
    """Draw the figure holding one garment (sometimes two) before or beside it, on a hanger or by its shoulders."""
    if rng.random() < 0.75:
        wear(rng, canvas, figure, wardrobe)
    else:
        draw_body(rng, canvas, figure)
        for side in (0, 1):
            draw_arm(canvas, figure, side)
    for _ in range(1 + int(rng.random() < 0.15)):
        rgba, kind = wardrobe.choose(rng, side_max=figure.height * 0.65)
        rgba = bend(rng, rgba, rng.uniform(0.005, 0.03), sleeves=kind in TOPS)
        middle = (figure.shoulders[0] + figure.shoulders[1]) / 2
        spot = middle + np.array([rng.normal(0, 0.16), rng.uniform(-0.08, 0.12)], np.float32) * figure.height
        size = figure.height * rng.uniform(0.28, 0.62)
        squeeze = rng.uniform(0.35, 1.1) if rng.random() < 0.4 else rng.uniform(0.85, 1.1)
        owner = hang(rng, canvas, spot, rgba, size, squeeze, rng.normal(0, 9))
        _grip(rng, canvas, figure, spot, owner, size)


def _grip(rng: Rng, canvas: Canvas, figure: Figure, spot: Points, owner: int, size: float) -> None:
    limb = figure.limb
    shown = np.argwhere(canvas.owner == owner)
    both = rng.random() < 0.5 and len(shown) > 0
    targets = [spot]
    if both:
        upper = shown[shown[:, 0] < shown[:, 0].min() + 0.2 * size]
        ends = upper[[upper[:, 1].argmin(), upper[:, 1].argmax()]]
        targets = [np.array([x, y], np.float32) for y, x in ends]
    first = int(rng.integers(2))
    for index, target in enumerate(targets):
        side = index if both else first
        start = figure.shoulders[side]
        outwards = (1 if side else -1) * figure.height * rng.uniform(0.02, 0.1)
        elbow = (start + target) / 2 + np.array([outwards, figure.height * rng.uniform(0, 0.1)], np.float32)
        if rng.random() < 0.5:
            _shaded_limb(canvas, start, elbow, limb, figure.skin)
            _shaded_limb(canvas, elbow, target, limb * 0.85, figure.skin)
        canvas.ellipse(target, (limb * 1.2, limb * 1.2), 0, figure.skin)


def _wear_top(rng: Rng, canvas: Canvas, figure: Figure, wardrobe: Wardrobe, kinds: frozenset[str]) -> None:
    rgba, kind = wardrobe.choose(rng, kinds, side_max=figure.height * 0.6)
    aspect = rgba.shape[1] / rgba.shape[0]
    owner = canvas.new_owner()
    torso = 0.5 - 0.155
    length = torso * (rng.uniform(1.5, 2.2) if kind == "dress" else rng.uniform(0.85, 1.4)) * figure.height
    # A sleeve drawn along the arm in the garment's own cloth, as a fitted mesh would show it.
    if kind != "dress" and rng.random() < (0.6 if kind in ("longsleeve", "outwear") else 0.35):
        _sleeves(rng, canvas, figure, rgba, owner, kind)
    cloth = bend(rng, rgba, rng.uniform(0.005, 0.03), sleeves=kind != "dress")
    width = max(length * aspect * rng.uniform(0.8, 1.1), figure.height * 0.2) * (0.3 + 0.7 * figure.turn)
    collar = figure.neck + (figure.shoulders[0] + figure.shoulders[1] - 2 * figure.neck) / 2 * rng.uniform(0, 0.9)
    down = (figure.hips[0] + figure.hips[1]) / 2 - figure.neck
    down = down / max(float(np.linalg.norm(down)), 1.0)
    centre = (collar + down * length / 2).astype(np.float32)
    angle = float(np.rad2deg(np.arctan2(-down[0], down[1])))
    canvas.paste(cloth, place_quad(rng, centre, width, length, angle, perspective=0.05), owner)


def _sleeves(rng: Rng, canvas: Canvas, figure: Figure, rgba: Image, owner: int, kind: str) -> None:
    height, width = rgba.shape[:2]
    cloth = rgba[int(height * 0.3) : int(height * 0.75), int(width * 0.35) : int(width * 0.65), :3]
    sheet = cv2.resize(np.ascontiguousarray(cloth), (canvas.width, canvas.height))
    sheet = (sheet * rng.uniform(0.75, 1.05)).clip(0, 255).astype(np.uint8)
    mask = np.zeros((canvas.height, canvas.width), np.uint8)
    thick = max(2, round(2 * figure.limb * rng.uniform(1.3, 2.0)))
    is_long = kind in ("longsleeve", "outwear") or rng.random() < 0.4
    reach = rng.uniform(0.75, 1.0) if is_long else rng.uniform(0.4, 0.95)
    for side in (0, 1):
        shoulder, elbow, hand = figure.shoulders[side], figure.elbows[side], figure.hands[side]
        stop = elbow if is_long else shoulder + (elbow - shoulder) * reach
        cv2.line(mask, _whole(shoulder), _whole(stop), 255, thick, cv2.LINE_AA)
        if is_long:
            cv2.line(mask, _whole(elbow), _whole(elbow + (hand - elbow) * reach), 255, thick, cv2.LINE_AA)
    canvas.cover(sheet, mask, owner)


def _wear_bottom(rng: Rng, canvas: Canvas, figure: Figure, wardrobe: Wardrobe) -> None:
    rgba, kind = wardrobe.choose(rng, BOTTOMS, side_max=figure.height * 0.6)
    leg = 0.5
    share = {"pants": (0.85, 1.05), "shorts": (0.28, 0.5), "skirt": (0.3, 0.8)}[kind]
    length = leg * rng.uniform(*share) * figure.height
    aspect = rgba.shape[1] / rgba.shape[0]
    hips = float(np.linalg.norm(figure.hips[1] - figure.hips[0]))
    width = max(length * aspect * rng.uniform(0.75, 1.1) * (0.4 + 0.6 * figure.turn), hips * 1.3)
    cloth = bend(rng, rgba, rng.uniform(0.005, 0.025))
    waist = (figure.hips[0] + figure.hips[1]) / 2 - np.array([0, rng.uniform(0, 0.08)]) * figure.height
    centre = (waist + np.array([0, length / 2])).astype(np.float32)
    canvas.paste(cloth, place_quad(rng, centre, width, length, rng.normal(0, 2), perspective=0.05), canvas.new_owner())


def _shaded_limb(canvas: Canvas, start: Points, end: Points, radius: float, colour: Colour) -> None:
    canvas.limb(start, end, radius, colour)
    light = (min(255.0, colour[0] * 1.1 + 6), min(255.0, colour[1] * 1.1 + 6), min(255.0, colour[2] * 1.1 + 6))
    shift = np.array([-radius * 0.3, 0], np.float32)
    canvas.limb(start + shift, end + shift, radius * 0.45, light)


def _whole(point: Points) -> tuple[int, int]:
    return (int(np.clip(point[0], -4000, 4000)), int(np.clip(point[1], -4000, 4000)))


def _dark(rng: Rng) -> Colour:
    base = rng.uniform(10, 90)
    return (base * 1.2, base * rng.uniform(0.7, 1.0), base * rng.uniform(0.5, 1.0))
