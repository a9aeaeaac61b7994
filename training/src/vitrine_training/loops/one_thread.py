"""One thread a process: two trainings side by side on two cores beat one on both."""

import cv2
import torch


def use_one_thread() -> None:
    """Hold torch and OpenCV to the calling thread; call it once, before any work."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def calm_worker(_worker: int) -> None:
    """Hold a process that reads for a training to one thread: it shares the processor with the training."""
    use_one_thread()
    cv2.ocl.setUseOpenCL(False)
