"""Times a detector's graph at batch 1 and 4: `python bench/detector_batch.py detector.onnx --side 192`.

One thread, and the two batches by turns, so that what else the machine does hits both; prints medians as JSON. Batch 4
must stay below four times batch 1.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from vitrine_training.scoring.detect import detect_with_onnx


def main() -> None:
    """Print milliseconds by batch, and batch 4 over four times batch 1."""
    parser = argparse.ArgumentParser(description="Time a detector's graph at batch 1 and 4.")
    parser.add_argument("model", type=Path)
    parser.add_argument("--side", type=int, default=192, help="short side of the 16:9 frames (default 192)")
    parser.add_argument("--repeats", type=int, default=30)
    arguments = parser.parse_args()
    detect = detect_with_onnx(arguments.model)
    frames = np.random.default_rng(1).integers(0, 256, (4, round(arguments.side * 16 / 9), arguments.side, 3))
    batches = {count: frames[:count].astype(np.uint8) for count in (1, 4)}
    times: dict[int, list[float]] = {count: [] for count in batches}
    for repeat in range(arguments.repeats + 3):
        for count, batch in batches.items():
            began = time.perf_counter()
            detect(batch)
            if repeat >= 3:  # The first ones warm up.
                times[count].append(1000 * (time.perf_counter() - began))
    medians = {count: float(np.median(taken)) for count, taken in times.items()}
    ratio = round(medians[4] / (4 * medians[1]), 3)
    print(
        json.dumps({"ms": {count: round(ms, 1) for count, ms in medians.items()}, "batch4OverFourTimesBatch1": ratio})
    )


main()
