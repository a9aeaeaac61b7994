"""One process alone, or several that share what they have."""

import multiprocessing
import os
import socket
import subprocess
import sys

import pytest
import torch

from vitrine_training.failures import TrainingFailure
from vitrine_training.loops.world import join_world


def test_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    with join_world("cpu") as world:
        assert (world.rank, world.size, world.is_main, world.device.type) == (0, 1, True, "cpu")
        assert world.mean({"loss": 2.0}) == {"loss": 2.0}
        assert world.any(True)
        assert not world.any(False)
        module = torch.nn.Linear(1, 1)
        assert world.wrap(module) is module
        world.barrier()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(TrainingFailure, match="PyTorch sees no GPU"), join_world("cuda"):
        pass


def _member(rank: int, port: int) -> None:
    os.environ.update(RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    with join_world("cpu") as world:
        assert world.mean({"b": float(rank), "a": 4.0}) == {"a": 4.0, "b": 0.5}
        assert world.any(rank == 1)
        assert not world.any(False)
        torch.manual_seed(rank)  # different weights and data: wrapping makes the weights and gradients one
        module = torch.nn.Linear(2, 1, bias=False)
        wrapped = world.wrap(module)
        wrapped(torch.full((1, 2), float(rank))).sum().backward()
        assert module.weight.grad is not None
        assert module.weight.grad.tolist() == [[0.5, 0.5]]
        assert world.mean({"weight": module.weight[0, 0].item()})["weight"] == pytest.approx(module.weight[0, 0].item())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_two_processes_share_figures_and_gradients() -> None:
    port = free_port()
    context = multiprocessing.get_context("spawn")
    members = [context.Process(target=_member, args=(rank, port)) for rank in range(2)]
    for member in members:
        member.start()
    for member in members:
        member.join(120)
    assert [member.exitcode for member in members] == [0, 0]


LEAVE = """
import atexit, weakref
import torch
from vitrine_training.loops.world import join_world

def main():
    with join_world("cpu") as world:
        wrapped = world.wrap(torch.nn.Linear(2, 1))
        wrapped.cycle = wrapped
        wrapped(torch.ones(1, 2)).sum().backward()
        return weakref.ref(torch.distributed.group.WORLD)

atexit.register(lambda: print("held" if group() else "gone"))
group = main()
"""


def test_nothing_holds_the_other_processes_when_the_interpreter_ends() -> None:
    # Threads of gloo that are still there then abort about one process in ten.
    shared = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "MASTER_ADDR": "127.0.0.1", "WORLD_SIZE": "2"}
    shared |= {"MASTER_PORT": str(free_port()), "OMP_NUM_THREADS": "1"}
    members = [
        subprocess.Popen(
            [sys.executable, "-c", LEAVE], env={**shared, "RANK": str(rank)}, stdout=subprocess.PIPE, text=True
        )
        for rank in range(2)
    ]
    told = [member.communicate(timeout=120)[0] for member in members]
    assert (told, [member.returncode for member in members]) == (["gone\n"] * 2, [0, 0])
