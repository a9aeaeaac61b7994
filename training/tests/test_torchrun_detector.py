"""Two processes under torchrun train one detector."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tiny_detector import make_run
from vitrine_training.loops.detector_checkpoint import load_detector


def test_two_processes_train_one_detector(tmp_path: Path) -> None:
    run = make_run(tmp_path, validation=[])
    config = tmp_path / "config.json"
    config.write_text(run.config.model_dump_json())
    script = Path(__file__).with_name("torchrun_detector.py")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    arguments = [str(config), str(tmp_path / "coco"), str(tmp_path / "two")]
    subprocess.run([*command, *arguments], check=True, env=environment, capture_output=True, timeout=240)
    ranks = [torch.load(tmp_path / "two" / f"rank{rank}.pt", weights_only=True) for rank in (0, 1)]
    for name, value in ranks[0]["parameters"].items():
        assert torch.equal(value, ranks[1]["parameters"][name]), name
    pairs = list(zip(ranks[0]["seen"], ranks[1]["seen"], strict=True))
    assert all(first != second for first, second in pairs), "each process has images of its own"
    state = load_detector(tmp_path / "two" / "checkpoint.pt")[1]
    assert state["images"] == 30, "twice as many as one process sees"
    lines = [json.loads(line) for line in (tmp_path / "two" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4, 5, 6], "one process writes the log"
    means = [sum(pair) / 2 for pair in zip(ranks[0]["losses"], ranks[1]["losses"], strict=True)]
    assert [line["loss"] for line in lines] == pytest.approx(means, abs=1e-5)
