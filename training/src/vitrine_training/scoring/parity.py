"""How near an exported graph is to PyTorch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from ..nets.detector import Detector
from ..nets.embedder import Embedder

BATCHES = (1, 4)
BEST = 20
"""So many boxes of each frame, the highest scores, are compared one by one."""


def feature_parity(
    embedder: Embedder, session: onnxruntime.InferenceSession, crops: Sequence[NDArray[np.uint8]]
) -> dict[str, Any]:
    """Compare features over several stacks of crops [4, h, w, 3], each as one batch of four and one crop by one."""
    cosines, between = [], []
    for stack in crops:
        with torch.no_grad():
            expected = embedder.embed(torch.from_numpy(stack)).numpy()
        for batch in BATCHES:
            parts = [
                session.run(["features"], {"crops": stack[index : index + batch]})[0]
                for index in range(0, len(stack), batch)
            ]
            found = np.concatenate(parts)
            cosines.append((found * expected).sum(1).min())
        between.append((expected @ expected.T).min())
    sizes = [f"{stack.shape[2]}x{stack.shape[1]}" for stack in crops]
    return {
        "leastCosine": round(float(np.min(cosines)), 7),
        "batches": list(BATCHES),
        "cropSizes": sizes,
        # Crops whose features were all alike would prove nothing.
        "leastCosineBetweenCrops": round(float(np.min(between)), 4),
    }


def box_parity(
    detector: Detector, session: onnxruntime.InferenceSession, frames: Sequence[NDArray[np.uint8]]
) -> dict[str, Any]:
    """Compare boxes over several stacks of frames [N, H, W, 3], each stack as one batch.

    Each of PyTorch's boxes is held against the graph's nearest one of the same frame, and each of the graph's against
    PyTorch's, of which the lesser share counts: random weights score many boxes nearly alike, so ranks may be swapped.
    """
    pixels, scores, shares, counts = [], [], [], []
    for stack in frames:
        with torch.no_grad():
            expected = detector(torch.from_numpy(stack))
        boxes, found, owner = session.run(["boxes", "scores", "frame"], {"frames": stack})
        for index, one in enumerate(expected):
            mine, own = boxes[owner == index], found[owner == index]
            wanted = one["boxes"].numpy()
            counts.append(len(wanted))
            if not len(wanted) or not len(mine):
                shares.append(float(len(wanted) == len(mine)))
                continue
            distance = np.abs(wanted[:, None] - mine[None]).max(2)
            nearest = distance.argmin(1)
            shares.append(min(float((distance.min(side) <= 0.5).mean()) for side in (0, 1)))
            best = slice(0, BEST)
            pixels.append(float(distance.min(1)[best].max()))
            scores.append(float(np.abs(one["scores"].numpy() - own[nearest])[best].max()))
    return {
        "frameSizes": [f"{len(stack)} of {stack.shape[2]}x{stack.shape[1]}" for stack in frames],
        "boxes": int(sum(counts)),
        "shareWithinHalfPixel": round(float(np.mean(shares)), 4),
        f"mostPixelsOfBest{BEST}": round(max(pixels, default=0.0), 5),
        f"mostScoreOfBest{BEST}": round(max(scores, default=0.0), 7),
    }
