"""EfficientNet bodies: timm's, without the classifier."""

from typing import Any

import timm
from torch import Tensor, nn

from ..failures import TrainingFailure

NOISY_STUDENT = "ns_jft_in1k"
"""timm's tag of the weights that Noisy Student left."""


class EfficientNetBody(nn.Module):
    """Body number `name` of timm (such as `tf_efficientnet_b5`) up to its last feature map, stride 32.

    Starts with random weights. `forward` gives a list with the one map, as other bodies give several.

    Raises:
        TrainingFailure: timm has no EfficientNet of that name.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        architecture = name.split(".")[0]
        if "efficientnet" not in architecture or architecture not in timm.list_models():
            raise TrainingFailure(f"timm has no EfficientNet {name!r}; try tf_efficientnet_b5")
        net: Any = timm.create_model(architecture, pretrained=False, num_classes=0, global_pool="")
        self.net = net
        self.channels = [int(net.num_features)]

    def forward(self, images: Tensor) -> list[Tensor]:
        """Map [N, 3, H, W] to one [N, C, H / 32, W / 32]."""
        net: Any = self.net
        features: Tensor = net.forward_features(images)
        return [features]
