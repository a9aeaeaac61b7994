"""Aspect buckets of crops: SPEC 4's aspects and the compact models' size for each."""

ASPECTS = (0.25, 0.335, 0.415, 0.5, 0.5721925, 0.66857143, 0.8, 1.0, 1.25, 1.4957264, 1.74766355, 2.0)

_SET_SM = (
    (100, 400), (134, 400), (166, 400), (200, 400), (214, 374), (234, 350),
    (256, 320), (290, 290), (320, 256), (350, 234), (374, 214), (400, 200),
)  # fmt: skip

COMPACT_SCALE = 0.56


def scaled_sizes(scale: float = COMPACT_SCALE) -> list[tuple[int, int]]:
    """Set SM times `scale`, rounded: one (width, height) in px a bucket."""
    return [(round(width * scale), round(height * scale)) for width, height in _SET_SM]


def bucket_of(aspect: float) -> int:
    """Index of the aspect (width / height) nearest to `aspect`; a tie takes the lower index."""
    return min(range(len(ASPECTS)), key=lambda index: (abs(ASPECTS[index] - aspect), index))
