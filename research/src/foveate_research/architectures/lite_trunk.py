"""EfficientNet-Lite0, as ImageNet's labels left it, in the place of the label networks' trunk."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.architectures.efficientnet_lite import TAP_CHANNELS, EfficientNetLite0


@dataclass(frozen=True)
class LiteOptions:
    """frozen: the trunk stays as published, and only what stands on it learns."""

    frozen: bool = True

    def to_dict(self) -> dict[str, Any]:
        return {"name": "efficientnet-lite0", **asdict(self)}


class LiteTrunk(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> (B, 432, H/16, W/16): strides 16 and 32 side by side.

    H and W are multiples of 32.
    """

    out_channels = TAP_CHANNELS[2] + TAP_CHANNELS[3]

    def __init__(self, options: LiteOptions | None = None) -> None:
        super().__init__()
        self.options = options or LiteOptions()
        self.published = EfficientNetLite0()
        if self.options.frozen:
            self.published.requires_grad_(False)
        self.norm = nn.BatchNorm2d(self.out_channels, affine=False)

    def forward(self, pixels: Tensor) -> Tensor:
        _, _, sixteenth, coarse = self.published(pixels)
        coarse = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        features: Tensor = self.norm(torch.cat([sixteenth, coarse], dim=1))
        return features
