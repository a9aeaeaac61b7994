"""Times a preset's untrained networks on the CPU, against the matrix peak: `python bench/model_speed.py --preset seed`.

Each network is exported, opened with all cores, and run on one frame or crop of the size that its preset looks at, by
turns with a product of two matrices in the same runtime: the largest rate of these is the peak. Weights are random,
which changes no rate but that of the detector's second stage: it gets as many regions as the first one proposes, and
is counted at the most that it may get. Prints JSON.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # It reports to Microsoft otherwise, from its import on.
import onnxruntime
from onnx import TensorProto, helper

from vitrine_training.data.buckets import scaled_sizes
from vitrine_training.exporting.checkpoints import random_facts, random_network
from vitrine_training.exporting.export_model import export_network
from vitrine_training.loops.embedder_config import list_members
from vitrine_training.nets.detector import Detector
from vitrine_training.scoring.network_size import detector_macs, embedder_macs

MATRIX_SIDE = 2048


def open_on_all_cores(model: bytes | str) -> onnxruntime.InferenceSession:
    """Open a model with as many threads as ONNX Runtime takes by itself."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def matrix_product() -> Callable[[], object]:
    """Multiply two square matrices of float32."""
    shape = [MATRIX_SIDE, MATRIX_SIDE]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "abc"]
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "product", values[:2], values[2:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    session = open_on_all_cores(model.SerializeToString())
    source = np.random.default_rng(1)
    feeds = {name: source.standard_normal(shape, dtype=np.float32) for name in "ab"}
    return lambda: session.run(None, feeds)


def network_run(preset: str, member: str | None, folder: Path) -> tuple[Callable[[], object], int, list[int]]:
    """Give one run of a network, its multiply-adds, and the shape of its input."""
    network, facts = random_network(preset, member, 1), random_facts(preset, member, 1)
    path = folder / f"{member or 'detector'}.onnx"
    export_network(network, path, "fp32", facts)
    if isinstance(network, Detector):
        width = facts.clip_side or 608
        height = round(width * 16 / 9)
        macs = detector_macs(network, height, width)
    else:
        width, height = max(scaled_sizes(facts.crop_scale or 1), key=lambda size: size[0] * size[1])
        macs = embedder_macs(network, height, width)
    session = open_on_all_cores(str(path))
    pixels = np.random.default_rng(1).integers(0, 256, (1, height, width, 3)).astype(np.uint8)
    feeds = {session.get_inputs()[0].name: pixels}
    return (lambda: session.run(None, feeds)), macs, list(pixels.shape)


def cpu_name() -> str:
    """Say what Linux calls the processor, or whatever else the system says."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Give seconds by the clock and of the CPU."""
    began, before = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - began, time.process_time() - before


def main() -> None:
    """Print rates, model by model."""
    parser = argparse.ArgumentParser(description="Time a preset's untrained networks against the matrix peak.")
    parser.add_argument("--preset", default="seed", help="compact, base or seed (default seed)")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    product = matrix_product()
    product_macs = MATRIX_SIDE**3
    products: list[float] = []
    networks: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for member in (None, *list_members(arguments.preset)):
            run, macs, shape = network_run(arguments.preset, member, Path(folder))
            run()  # Warms up, as does the first product.
            product()
            times = []
            for _ in range(arguments.repeats):
                products.append(timed(product)[0])
                times.append(timed(run))
            seconds = float(np.median([wall for wall, _ in times]))
            networks[member or "detector"] = {
                "input": shape,
                "billionMultiplyAdds": round(macs / 1e9, 2),
                "seconds": round(seconds, 4),
                "cpuSeconds": round(float(np.median([cpu for _, cpu in times])), 4),
                "gflops": round(2 * macs / 1e9 / seconds, 1),
            }
    peak = 2 * product_macs / 1e9 / min(products)
    for network in networks.values():
        network["shareOfPeak"] = round(network["gflops"] / peak, 3)
    report = {
        "what": f"the {arguments.preset} networks with random weights, one frame or crop, on all cores",
        "command": f"python training/bench/model_speed.py --preset {arguments.preset} --repeats {arguments.repeats}",
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": {"cpu": cpu_name(), "cores": os.cpu_count(), "system": platform.platform()},
        "versions": {"python": platform.python_version(), "onnxruntime": onnxruntime.__version__},
        "n": arguments.repeats,
        "load": os.getloadavg(),
        "peakGflops": round(peak, 1),
        "networks": networks,
    }
    print(json.dumps(report, indent=1))


main()
