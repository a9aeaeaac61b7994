"""Rooms, studios and floors behind the garments: everything that must not be boxed."""

import cv2
import numpy as np

from .scene_canvas import Canvas, Colour, Image

Rng = np.random.Generator


def random_colour(rng: Rng, saturation_max: float = 1.0) -> Colour:
    """Any colour; a low `saturation_max` gives wall and studio tones."""
    grey = rng.uniform(20, 250)
    tint = rng.uniform(-1, 1, 3) * 128 * saturation_max * rng.random()
    red, green, blue = np.clip(grey + tint, 0, 255)
    return (float(red), float(green), float(blue))


def ramp(rng: Rng, height: int, width: int, first: Colour, last: Colour) -> Image:
    """Blend two colours in a random direction."""
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:4, 0:4] / 3.0 - 0.5
    along = np.clip((rows * np.sin(angle) + columns * np.cos(angle)) + 0.5, 0, 1)[..., None]
    small = (np.array(first) * (1 - along) + np.array(last) * along).astype(np.float32)
    blend: Image = cv2.resize(small, (width, height)).astype(np.uint8)
    return blend


def texture(rng: Rng, height: int, width: int) -> Image:
    """Paint a wall, floor or cloth: clouds, stripes, checks, tiles or grain over a base colour."""
    base = np.array(random_colour(rng, 0.7), np.float32)
    other = np.clip(base + rng.uniform(-1, 1) * rng.uniform(8, 90) + rng.uniform(-15, 15, 3), 0, 255)
    kind = rng.integers(6)
    field: Image
    if kind == 0:
        cells = int(rng.integers(2, 24))
        field = rng.random((cells, cells)).astype(np.float32)
        field = cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)
    elif kind == 1:
        angle, period = rng.uniform(0, np.pi), rng.uniform(4, 60)
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        field = np.sin((rows * np.sin(angle) + columns * np.cos(angle)) * (2 * np.pi / period))
        field = (field > rng.uniform(-0.9, 0.9)).astype(np.float32)
    elif kind == 2:
        step_x, step_y = rng.uniform(6, 60), rng.uniform(6, 60)
        columns = (np.arange(width) / step_x).astype(int)[None, :]
        rows = (np.arange(height) / step_y).astype(int)[:, None]
        field = ((rows + columns) % 2).astype(np.float32)
    elif kind == 3:
        step = int(rng.integers(10, 70))
        field = np.zeros((height, width), np.float32)
        field[:: max(4, step // int(rng.integers(1, 4)))] = 1
        field[:, ::step] = 1
    elif kind == 4:
        field = rng.random((height, width)).astype(np.float32)
        field = cv2.GaussianBlur(field, (0, 0), rng.uniform(0.4, 2.0))
        field = np.clip((field - 0.5) * 3 + 0.5, 0, 1)
    else:
        noise = rng.random((int(rng.integers(3, 40)), int(rng.integers(2, 6)))).astype(np.float32)
        field = cv2.resize(noise if rng.random() < 0.5 else noise.T, (width, height))
    painted: Image = (base + (other - base) * np.clip(field, 0, 1)[..., None]).astype(np.uint8)
    return painted


def fill_wall(rng: Rng, canvas: Canvas) -> None:
    """Cover the canvas by one plain, shaded or textured surface."""
    height, width = canvas.height, canvas.width
    kind = rng.random()
    if kind < 0.3:
        canvas.image[:] = random_colour(rng, 0.6)
    elif kind < 0.6:
        first = random_colour(rng, 0.5)
        shift = rng.uniform(-50, 50)
        last = tuple(float(np.clip(value + shift, 0, 255)) for value in first)
        canvas.image[:] = ramp(rng, height, width, first, (last[0], last[1], last[2]))
    else:
        canvas.image[:] = texture(rng, height, width)


def furnish_room(rng: Rng, canvas: Canvas) -> None:
    """Draw a wall, a floor and up to seven pieces of furniture."""
    height, width = canvas.height, canvas.width
    fill_wall(rng, canvas)
    if rng.random() < 0.8:
        floor = int(height * rng.uniform(0.55, 0.95))
        if rng.random() < 0.5:
            canvas.image[floor:] = random_colour(rng, 0.5)
        else:
            canvas.image[floor:] = texture(rng, height - floor, width)
        if rng.random() < 0.5:
            cv2.line(canvas.image, (0, floor), (width, floor), random_colour(rng, 0.3), int(rng.integers(1, 6)))
    for _ in range(int(rng.integers(0, 8))):
        PIECES[int(rng.integers(len(PIECES)))](rng, canvas)


def draw_box(rng: Rng, canvas: Canvas) -> None:
    """Draw a carton, cabinet, poster or door: a rectangle, sometimes framed, shaded or with handles."""
    height, width = canvas.height, canvas.width
    w, h = int(width * rng.uniform(0.05, 0.5)), int(height * rng.uniform(0.04, 0.6))
    x, y = int(rng.uniform(-0.2, 1) * width), int(rng.uniform(0, 1) * height)
    low, high = (max(x, 0), max(y, 0)), (min(x + w, width), min(y + h, height))
    if high[0] - low[0] < 2 or high[1] - low[1] < 2:
        return
    colour = random_colour(rng, 0.9)
    size = (high[1] - low[1], high[0] - low[0])
    kind = rng.random()
    region = canvas.image[low[1] : high[1], low[0] : high[0]]
    if kind < 0.4:
        region[:] = colour
    elif kind < 0.7:
        region[:] = ramp(rng, *size, colour, random_colour(rng, 0.9))
    else:
        region[:] = texture(rng, *size)
    if rng.random() < 0.6:
        cv2.rectangle(canvas.image, low, high, random_colour(rng), int(rng.integers(1, 5)), cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 4))):
        at = (int(rng.uniform(low[0], high[0])), int(rng.uniform(low[1], high[1])))
        end = (high[0], at[1]) if rng.random() < 0.5 else (at[0], high[1])
        cv2.line(canvas.image, at, end, random_colour(rng), int(rng.integers(1, 3)), cv2.LINE_AA)


def draw_window(rng: Rng, canvas: Canvas) -> None:
    """Draw a bright or dark pane with a cross."""
    height, width = canvas.height, canvas.width
    w, h = int(width * rng.uniform(0.15, 0.5)), int(height * rng.uniform(0.1, 0.4))
    x, y = int(rng.uniform(-0.1, 0.8) * width), int(rng.uniform(-0.05, 0.5) * height)
    cv2.rectangle(canvas.image, (x, y), (x + w, y + h), random_colour(rng, 0.6), -1)
    frame, thick = random_colour(rng, 0.4), int(rng.integers(1, 6))
    cv2.rectangle(canvas.image, (x, y), (x + w, y + h), frame, thick)
    cv2.line(canvas.image, (x + w // 2, y), (x + w // 2, y + h), frame, thick)
    cv2.line(canvas.image, (x, y + h // 2), (x + w, y + h // 2), frame, thick)


def draw_plant(rng: Rng, canvas: Canvas) -> None:
    """Draw a pot with leaves."""
    at = np.array([rng.uniform(0, canvas.width), rng.uniform(0.3, 1) * canvas.height], np.float32)
    size = canvas.width * rng.uniform(0.05, 0.18)
    pot = np.array([[-0.5, 0], [0.5, 0], [0.35, 0.9], [-0.35, 0.9]], np.float32) * size + at
    canvas.polygon(pot.astype(np.float32), random_colour(rng))
    green = np.array([rng.uniform(10, 110), rng.uniform(70, 190), rng.uniform(10, 110)])
    for _ in range(int(rng.integers(4, 14))):
        angle = rng.uniform(-160, -20)
        direction = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
        length = size * rng.uniform(0.5, 1.5)
        red, leaf, blue = np.clip(green + rng.uniform(-30, 30), 0, 255)
        centre = (at + direction * length / 2).astype(np.float32)
        canvas.ellipse(centre, (length / 2, length * rng.uniform(0.08, 0.25)), angle, (red, leaf, blue))


def draw_lamp(rng: Rng, canvas: Canvas) -> None:
    """Draw a pole with a shade, or a ball."""
    at = np.array([rng.uniform(0, canvas.width), rng.uniform(0, 0.6) * canvas.height], np.float32)
    size = canvas.width * rng.uniform(0.05, 0.16)
    reach = np.array([0, canvas.height * rng.uniform(-0.6, 0.6)], np.float32)
    canvas.limb(at, at + reach, rng.uniform(0.5, 2), random_colour(rng, 0.4))
    if rng.random() < 0.5:
        canvas.ellipse(at, (size * 0.6, size * 0.6), 0, random_colour(rng))
    else:
        top = rng.uniform(0.2, 0.8)
        shade = np.array([[-top / 2, -0.4], [top / 2, -0.4], [0.5, 0.4], [-0.5, 0.4]]) * size * 1.5 + at
        canvas.polygon(shade.astype(np.float32), random_colour(rng))


def draw_shelf(rng: Rng, canvas: Canvas) -> None:
    """Boards with a few small things on them."""
    x, w = rng.uniform(-0.1, 0.8) * canvas.width, rng.uniform(0.2, 0.6) * canvas.width
    y, gap = rng.uniform(0.05, 0.7) * canvas.height, rng.uniform(0.06, 0.2) * canvas.height
    colour = random_colour(rng, 0.5)
    for board in range(int(rng.integers(1, 5))):
        level = y + board * gap
        left, right = np.array([x, level], np.float32), np.array([x + w, level], np.float32)
        for _ in range(int(rng.integers(0, 4))):
            at = rng.uniform(x, x + w)
            half, tall = rng.uniform(2, 9), rng.uniform(3, gap * 0.8)
            thing = np.array([[-half, 0], [half, 0], [half * 0.8, -tall], [-half * 0.8, -tall]])
            thing += np.array([at, level])
            canvas.polygon(thing.astype(np.float32), random_colour(rng))
        canvas.limb(left, right, rng.uniform(0.5, 3), colour)


def draw_curtain(rng: Rng, canvas: Canvas) -> None:
    """Draw hanging cloth that is no garment: a strip of folds from the top."""
    w, h = canvas.width * rng.uniform(0.08, 0.3), canvas.height * rng.uniform(0.4, 1.0)
    x = rng.choice([0.0, canvas.width - w, rng.uniform(0, canvas.width - w)])
    colour = np.array(random_colour(rng, 0.9))
    count = int(rng.integers(4, 12))
    for index in range(count):
        shade = np.clip(colour * rng.uniform(0.78, 1.0), 0, 255)
        left, right = x + index * w / count, x + (index + 1) * w / count
        strip = np.array([[left, 0], [right, 0], [right, h], [left, h]], np.float32)
        canvas.polygon(strip, (float(shade[0]), float(shade[1]), float(shade[2])))


def draw_sofa(rng: Rng, canvas: Canvas) -> None:
    """Draw a sofa: padded blocks in one cloth."""
    w, h = canvas.width * rng.uniform(0.3, 0.75), canvas.height * rng.uniform(0.07, 0.18)
    x, y = rng.uniform(-0.25, 0.7) * canvas.width, rng.uniform(0.5, 0.95) * canvas.height
    colour = np.array(random_colour(rng, 0.9))
    for left, right, top, shade in (
        (0, 1, 0, 0.85),
        (0.05, 0.95, 0.45, 1.0),
        (-0.05, 0.1, 0.3, 0.75),
        (0.9, 1.05, 0.3, 0.75),
    ):
        tone = np.clip(colour * shade, 0, 255)
        radius = h * 0.14
        ends = np.array([[x + left * w, y + top * h], [x + right * w, y + h]], np.float32)
        block = np.array([ends[0], [ends[1][0], ends[0][1]], ends[1], [ends[0][0], ends[1][1]]])
        fill = (float(tone[0]), float(tone[1]), float(tone[2]))
        canvas.polygon(block, fill)
        for start, end in zip(block, np.roll(block, -1, 0), strict=True):
            canvas.limb(start, end, radius, fill)


PIECES = (draw_box, draw_box, draw_window, draw_plant, draw_lamp, draw_shelf, draw_curtain, draw_sofa)
"""Furniture by chance; boxes stand for most things, so they come twice."""
