"""What a run tells while it goes: a JSON-lines file, TensorBoard events, a progress bar, and curves as PNG.

`log.jsonl` is the record: a run that goes on cuts from it what came after its checkpoint, so each step stands there
once, and the curves are drawn from it.
"""

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from ..failures import TrainingFailure, writing
from ..whole_file import write_whole
from .curves import draw_curves


class RunLog:
    """The log of one run in `folder`; in processes other than the main one every call does nothing.

    Losses are gathered over `every` steps and written as their mean. Leaving the block draws `curves.png`.
    """

    def __init__(
        self, folder: Path, *, title: str, total: int, done: int = 0, every: int = 20, is_main: bool = True
    ) -> None:
        self.folder = folder
        self._every = every
        self._title = title
        self._sums: dict[str, float] = {}
        self._count = 0
        self._is_main = is_main
        if not is_main:
            return
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._cut(done)
            self._file = (folder / "log.jsonl").open("a", encoding="utf-8")
            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=done + 1)
        self._bar = tqdm(
            total=total, initial=done, desc=title, unit="step", file=sys.stderr, disable=None, dynamic_ncols=True
        )

    def __enter__(self) -> "RunLog":
        return self

    def step(self, step: int, values: Mapping[str, float]) -> None:
        """Take the figures of step number `step` (from 1).

        Raises:
            TrainingFailure: a loss is not a number; training on would ruin the run.
        """
        for key, value in values.items():
            if "loss" in key and not math.isfinite(value):
                raise TrainingFailure(
                    f"The {key} became {value} at step {step}: lower the learning rate, or check the data; the last "
                    f"checkpoint in {self.folder} is from before"
                )
            self._sums[key] = self._sums.get(key, 0.0) + value
        self._count += 1
        if not self._is_main:
            return
        self._bar.update(1)
        if step % self._every == 0:
            means = {key: total / self._count for key, total in self._sums.items()}
            self._sums, self._count = {}, 0
            self.note(step, means)
            self._bar.set_postfix({key: f"{value:.4g}" for key, value in list(means.items())[:3]}, refresh=False)

    def note(self, step: int, values: Mapping[str, Any]) -> None:
        """Write one line at once: figures of a validation, or of the steps since the last line."""
        if not self._is_main:
            return
        rounded = {key: round(value, 6) if isinstance(value, float) else value for key, value in values.items()}
        with writing(self.folder / "log.jsonl"):
            self._file.write(json.dumps({"step": step, **rounded}) + "\n")
            self._file.flush()
        for key, value in values.items():
            if isinstance(value, int | float):
                self._board.add_scalar(key, value, step)

    def say(self, line: str) -> None:
        """Print a line to stderr beside the progress bar."""
        if self._is_main:
            tqdm.write(line, file=sys.stderr)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_main:
            return
        self._bar.close()
        self._board.close()
        self._file.close()
        try:
            draw_curves(self.folder / "log.jsonl", self.folder / "curves.png", self._title)
        except TrainingFailure:
            if error is None:  # What ended the run matters more than its picture.
                raise

    def _cut(self, done: int) -> None:
        """Drop lines that came after step `done`, and half a line that a kill left."""
        path = self.folder / "log.jsonl"
        if not path.is_file():
            return
        kept = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            if record["step"] <= done:
                kept.append(line + "\n")
        write_whole(path, "".join(kept))
