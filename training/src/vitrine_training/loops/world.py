"""Where a run computes: one process, or several under `torchrun` that share the gradient."""

import atexit
import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from ..failures import TrainingFailure

if dist.is_available():
    # DistributedDataParallel imports this too, and its functions' defaults then hold the group of that moment for good.
    import torch.distributed.nn


@dataclass(frozen=True)
class World:
    """One process's place among those of the run, and its device."""

    rank: int
    size: int
    device: torch.device

    @property
    def is_main(self) -> bool:
        """Whether this process writes checkpoints and logs."""
        return self.rank == 0

    def wrap(self, module: nn.Module, **options: Any) -> nn.Module:
        """Let the processes share `module`'s gradient; alone, the module is returned as it is."""
        if self.size == 1:
            return module
        ids = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(module, device_ids=ids, **options)

    def mean(self, values: Mapping[str, float]) -> dict[str, float]:
        """Mean of each value over all processes; every process must give the same keys."""
        if self.size == 1:
            return dict(values)
        keys = sorted(values)
        sums = torch.tensor([values[key] for key in keys], dtype=torch.float64, device="cpu")
        sums = sums.to(self.device) if self.device.type == "cuda" else sums
        dist.all_reduce(sums)
        return dict(zip(keys, (sums / self.size).tolist(), strict=True))

    def any(self, flag: bool) -> bool:
        """Whether `flag` is set in any process: what all of them then act on alike."""
        return flag if self.size == 1 else self.mean({"flag": float(flag)})["flag"] > 0

    def union(self, sentences: set[str]) -> set[str]:
        """Sentences that any process has."""
        if self.size == 1:
            return set(sentences)
        gathered: list[set[str]] = [set() for _ in range(self.size)]
        dist.all_gather_object(gathered, sentences)
        return set().union(*gathered)

    def barrier(self) -> None:
        """Wait until every process is here."""
        if self.size > 1:
            dist.barrier()


@contextmanager
def join_world(device: str = "auto") -> Iterator[World]:
    """Join the processes that `torchrun` started, or be alone; leaves them at the end.

    `device` is `auto` (a GPU when there is one), `cpu` or `cuda`. GPUs talk over NCCL, CPUs over gloo. Let go of what
    `World.wrap` returned before the program ends: it keeps gloo's threads running, and a thread that still holds a
    tensor of the last exchange when the interpreter shuts down aborts the process.

    Raises:
        TrainingFailure: `cuda` was asked for and PyTorch sees no GPU.
    """
    rank, size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    has_gpu = torch.cuda.is_available()
    if device == "cuda" and not has_gpu:
        raise TrainingFailure("Asked for --device cuda, but PyTorch sees no GPU; install a CUDA build, or use cpu")
    if device != "cpu" and has_gpu:
        chosen = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(chosen)
    else:
        chosen = torch.device("cpu")
    if size > 1:
        atexit.register(gc.collect)  # What was wrapped may lie in a cycle.
        dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    try:
        yield World(rank, size, chosen)
    finally:
        if size > 1:
            dist.destroy_process_group()
