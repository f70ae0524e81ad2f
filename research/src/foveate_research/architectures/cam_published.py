"""CAM as its authors published it on VGG-16, apart from our `cam`, which shares MS-ROI's sizes.

Zhou et al., "Learning Deep Features for Discriminative Localization" (CVPR 2016), after their
`deploy_vgg16CAM.prototxt`: the fifth pooling and what follows it removed, a 3x3 convolution to
1,024 channels in two groups with ReLU, the mean over positions, one linear layer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.architectures.vgg import VggOptions, VggTrunk
from foveate_research.architectures.vgg_published import published_vgg

SHARED = 1024
GROUPS = 2


@dataclass(frozen=True)
class PublishedCamOptions:
    """class_count: the published one's are ImageNet's 1,000. trunk: its width scales all layers."""

    class_count: int = 1000
    trunk: VggOptions = field(default_factory=published_vgg)

    def to_dict(self) -> dict[str, Any]:
        return {"class_count": self.class_count, "trunk": self.trunk.to_dict()}

    @property
    def shared(self) -> int:
        """Maps that all classes read."""
        return GROUPS * max(1, round(SHARED * self.trunk.width / GROUPS))


class PublishedCAM(nn.Module):
    """(B, 3, H, W), as `trunk` takes it -> logits (B, C), maps (B, C, H/16, W/16) of any sign.

    The maps leave out the classes' bias, as the authors' code does.
    """

    def __init__(self, options: PublishedCamOptions, trunk: VggTrunk) -> None:
        super().__init__()
        self.options = options
        self.trunk = trunk
        self.features = nn.Conv2d(trunk.out_channels, options.shared, 3, padding=1, groups=GROUPS)
        self.readout = nn.Conv2d(options.shared, options.class_count, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(options.class_count))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.readout(functional.relu(self.features(self.trunk(pixels))))
        return maps.mean(dim=(2, 3)) + self.bias, maps
