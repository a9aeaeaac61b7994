"""Other ways to the nearest row: `python search_arrays.py faiss|usearch|numpy FOLDER ROWS QUERIES` prints JSON.

FOLDER holds gallery.f32 and queries.f32, rows of 2048 float32. Each library is used as its manual says, with the
threads that it takes by itself.
Needs numpy, and faiss-cpu or usearch for the ways of these names.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
LENGTH = 2048
ROWS_AT_ONCE = 16384


def numpy_nearest(gallery: Array, queries: Array) -> Array:
    """Find the largest product, some rows at a time."""
    best = np.full(len(queries), -np.inf, dtype=np.float32)
    found = np.zeros(len(queries), dtype=np.int64)
    for first in range(0, len(gallery), ROWS_AT_ONCE):
        dots = queries @ gallery[first : first + ROWS_AT_ONCE].T
        places = np.argmax(dots, axis=1)
        largest = dots[np.arange(len(queries)), places]
        better = largest > best
        found[better] = places[better] + first
        best[better] = largest[better]
    return found


def main() -> None:
    """Search once."""
    way, folder, rows, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    gallery = np.memmap(folder / "gallery.f32", dtype=np.float32, mode="r", shape=(rows, LENGTH))
    queries = np.fromfile(folder / "queries.f32", dtype=np.float32, count=count * LENGTH).reshape(count, LENGTH)
    if way == "faiss":
        import faiss

        index = faiss.IndexFlatL2(LENGTH)
        index.add(gallery)
        start = (time.perf_counter(), time.process_time())
        found = index.search(queries, 1)[1][:, 0]
    elif way == "usearch":
        from usearch.index import search

        held = np.array(gallery)
        start = (time.perf_counter(), time.process_time())
        found = search(held, queries, 1, "l2sq", exact=True).keys.reshape(-1)
    else:
        held = np.array(gallery)
        start = (time.perf_counter(), time.process_time())
        found = numpy_nearest(held, queries)
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    report = {
        "rows": [int(row) for row in found],
        "search": {"wallSeconds": wall, "cpuSeconds": cpu},
        "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
