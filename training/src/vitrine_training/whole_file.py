"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .failures import writing


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path` to write to; when the block ends it takes the place of `path`.

    Makes missing folders. Whatever goes wrong, what was at `path` before is still there and nothing else is left.

    Raises:
        TrainingFailure: the disk is full or refuses.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all.

    Raises:
        TrainingFailure: the disk is full or refuses.
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
