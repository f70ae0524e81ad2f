"""What MS-ROI's published code computes in place of the paper's equations 4 to 6.

A class activation map with a deeper head: 3x3 to 32 channels, a depthwise 3x3 with multiplier 32,
a full 3x3 of 1,024 channels, and a linear read-out without bias; no nonlinearity between them, no
features that belong to one class. The width setting scales all channels.

Left out: its dropout, which the published code leaves on when maps are made, so that two maps of
one picture differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from foveate_research.architectures.vgg import VggOptions, VggTrunk
from foveate_research.models.classes import class_list

NARROW = 32
MULTIPLIER = 32


@dataclass(frozen=True)
class ReleasedOptions:
    """class_count: the published code's is 257, those of Caltech-256."""

    class_count: int = 257
    trunk: VggOptions = field(
        default_factory=lambda: VggOptions(width=1.0, layout="vgg16", batch_norm=False)
    )

    def to_dict(self) -> dict[str, Any]:
        return {"class_count": self.class_count, "trunk": self.trunk.to_dict()}


def light_released() -> ReleasedOptions:
    """The fine classes on the trunk that the other label networks share."""
    return ReleasedOptions(class_count=len(class_list("fine").classes), trunk=VggOptions())


class MSROIReleased(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> logits (B, C) and maps (B, C, H/16, W/16) of any sign.

    A logit is its map's mean.
    """

    def __init__(self, options: ReleasedOptions | None = None) -> None:
        super().__init__()
        self.options = options or ReleasedOptions()
        self.trunk = VggTrunk(self.options.trunk)
        narrow = max(1, round(NARROW * self.options.trunk.width))
        wide = narrow * MULTIPLIER
        self.narrow = nn.Conv2d(self.trunk.out_channels, narrow, 3, padding=1)
        self.spread = nn.Conv2d(narrow, wide, 3, padding=1, groups=narrow)
        self.wide = nn.Conv2d(wide, wide, 3, padding=1)
        self.readout = nn.Conv2d(wide, self.options.class_count, 1, bias=False)
        for layer in (self.narrow, self.spread, self.wide):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
        nn.init.normal_(self.readout.weight, std=0.01)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        return self.of_features(self.trunk(pixels))

    def of_features(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C) and maps (B, C, h, w) of what the trunk gives."""
        maps: Tensor = self.readout(self.wide(self.spread(self.narrow(features))))
        return maps.mean(dim=(2, 3)), maps
