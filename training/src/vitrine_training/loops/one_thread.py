"""One thread a process: two trainings side by side on two cores beat one on both."""

import cv2
import torch


def use_one_thread() -> None:
    """Hold torch and OpenCV to the calling thread; call it once, before any work."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
