"""EfficientNet-Lite0, as ImageNet's labels left it, in the place of the label networks' trunk.

Its last stages run at stride 16 too, so that a map has one value for every 16 x 16 pixels. The
picture is continued by its mirror image, and what the trunk makes of that is cut off again:
convolutions that pad with zeros say something else along a border, which maps show as a frame.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.architectures.efficientnet_lite import (
    TAP_CHANNELS,
    EfficientNetLite,
    keep_at_stride_16,
)
from foveate_research.architectures.vgg import STRIDE


@dataclass(frozen=True)
class LiteOptions:
    """frozen: the trunk stays as published, and only what stands on it learns. margin: how many
    pixels of mirror image go around the picture, a multiple of 16."""

    frozen: bool = True
    margin: int = 32

    def to_dict(self) -> dict[str, Any]:
        return {"name": "efficientnet-lite0", **asdict(self)}


class LiteTrunk(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> (B, 432, H/16, W/16): two depths side by side, spread 1.

    H and W are multiples of 16, and larger than the margin.
    """

    out_channels = TAP_CHANNELS[2] + TAP_CHANNELS[3]

    def __init__(self, options: LiteOptions | None = None) -> None:
        super().__init__()
        self.options = options or LiteOptions()
        self.published = EfficientNetLite()
        keep_at_stride_16(self.published)
        if self.options.frozen:
            self.published.requires_grad_(False)
        self.norm = nn.BatchNorm2d(self.out_channels, affine=False)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.normed(self.seen(pixels))

    def normed(self, seen: Tensor) -> Tensor:
        """What goes on to the heads: each feature brought to mean 0 and spread 1."""
        normed: Tensor = self.norm(seen)
        return normed

    def seen(self, pixels: Tensor) -> Tensor:
        """The published features, before each is brought to mean 0 and spread 1."""
        margin = self.options.margin
        continued = functional.pad(pixels, (margin,) * 4, mode="reflect")
        _, _, middle, last = self.published(continued)
        cut = margin // STRIDE
        features = torch.cat([middle, last], dim=1)
        return features[:, :, cut : features.shape[2] - cut, cut : features.shape[3] - cut]
