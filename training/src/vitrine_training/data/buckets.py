"""Aspect buckets of crops: SPEC 4's aspects, and the size of each bucket in the three size sets."""

ASPECTS = (0.25, 0.335, 0.415, 0.5, 0.5721925, 0.66857143, 0.8, 1.0, 1.25, 1.4957264, 1.74766355, 2.0)
SQUARE = ASPECTS.index(1.0)
"""The bucket whose size is a square."""

SIZE_SETS: dict[str, tuple[tuple[int, int], ...]] = {
    "S": (
        (80, 320), (106, 320), (134, 320), (160, 320), (170, 298), (186, 280),
        (214, 266), (234, 234), (266, 214), (280, 186), (298, 170), (320, 160),
    ),
    "SM": (
        (100, 400), (134, 400), (166, 400), (200, 400), (214, 374), (234, 350),
        (256, 320), (290, 290), (320, 256), (350, 234), (374, 214), (400, 200),
    ),
    "M": (
        (120, 480), (160, 480), (200, 480), (240, 480), (256, 448), (280, 420),
        (320, 400), (352, 352), (400, 320), (420, 280), (448, 256), (480, 240),
    ),
}  # fmt: skip
"""SPEC 4's sizes (width, height) in px, one a bucket. Models are run at set SM; S and M are for training."""

COMPACT_SCALE = 0.56


def scaled_sizes(scale: float = COMPACT_SCALE, size_set: str = "SM") -> list[tuple[int, int]]:
    """Sizes of `size_set` times `scale`, rounded: one (width, height) in px a bucket."""
    return [(round(width * scale), round(height * scale)) for width, height in SIZE_SETS[size_set]]


def bucket_of(aspect: float) -> int:
    """Index of the aspect (width / height) nearest to `aspect`; a tie takes the lower index."""
    return min(range(len(ASPECTS)), key=lambda index: (abs(ASPECTS[index] - aspect), index))
