"""Draws the curves of a run's log as a PNG."""

import json
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..whole_file import replacing

COLUMNS = 3


def draw_curves(log: Path, out: Path, title: str) -> None:
    """Draw one small panel for each figure of `log` (JSON lines with a `step`) over the steps, as `out` (PNG).

    A log without figures draws nothing.

    Raises:
        TrainingFailure: the disk is full or refuses.
    """
    series: dict[str, tuple[list[int], list[float]]] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        for key, value in record.items():
            if key != "step" and isinstance(value, int | float):
                steps, values = series.setdefault(key, ([], []))
                steps.append(record["step"])
                values.append(value)
    if not series:
        return
    rows = -(-len(series) // COLUMNS)
    figure = Figure(figsize=(4 * COLUMNS, 2.4 * rows + 0.4), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    axes = figure.subplots(rows, COLUMNS, squeeze=False).flat
    for axis, (key, (steps, values)) in zip(axes, series.items(), strict=False):
        axis.plot(steps, values, linewidth=1.2, marker="." if len(steps) < 20 else "")
        axis.set_title(key, fontsize=9)
        axis.set_xlabel("step", fontsize=8)
        axis.tick_params(labelsize=8)
        axis.grid(alpha=0.3)
    for axis in list(figure.axes)[len(series) :]:
        axis.set_axis_off()
    with replacing(out) as temporary:
        figure.savefig(temporary, format="png", dpi=110)
