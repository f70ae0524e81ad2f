"""MS-ROI as its paper states it: feature maps of its own for every class on a shared trunk.

Prakash et al., "Semantic Perceptual Image Compression using Deep Convolution Networks" (DCC 2017),
section 3, with two departures. Equation 6 as printed falls with the evidence and, since Z is never
negative, could not say "absent": here logit_c = a · mean over positions of Σ_d f_d^c - T_c, so that
equation 5's Z > T and a probability over one half are one condition, with T learned. The mean
stands for equation 4's sum so that T holds at any picture size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.architectures.lite_trunk import LiteOptions, LiteTrunk
from foveate_research.architectures.vgg import VggOptions, VggTrunk
from foveate_research.models.classes import class_list

SCALE_AT_FIRST = 5.0
# with features this small every class is thought absent before anything is learned
THRESHOLD_AT_FIRST = 4.0
SPREAD_AT_FIRST = 0.1


@dataclass(frozen=True)
class LabelOptions:
    """classes: "general" or "fine"; maps: D, feature maps a class; trunk: the paper's, or a
    published EfficientNet-Lite0 in its place."""

    classes: str = "general"
    maps: int = 4
    trunk: VggOptions | LiteOptions = field(default_factory=VggOptions)

    def to_dict(self) -> dict[str, Any]:
        return {"classes": self.classes, "maps": self.maps, "trunk": self.trunk.to_dict()}

    @property
    def class_count(self) -> int:
        return len(class_list(self.classes).classes)


def trunk_of(options: LabelOptions) -> VggTrunk | LiteTrunk:
    """The trunk that the options name."""
    if isinstance(options.trunk, LiteOptions):
        return LiteTrunk(options.trunk)
    return VggTrunk(options.trunk)


class MSROI(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> logits (B, C) and Σ_d f_d^c (B, C, H/16, W/16), not negative.

    H and W are multiples of 16.
    """

    def __init__(self, options: LabelOptions | None = None) -> None:
        super().__init__()
        self.options = options or LabelOptions()
        count = self.options.class_count
        self.trunk = trunk_of(self.options)
        self.features = nn.Conv2d(self.trunk.out_channels, count * self.options.maps, 3, padding=1)
        fan_in = 9 * self.trunk.out_channels
        nn.init.normal_(self.features.weight, std=SPREAD_AT_FIRST / fan_in**0.5)
        assert self.features.bias is not None
        nn.init.constant_(self.features.bias, 0.1)
        self.log_scale = nn.Parameter(torch.tensor(SCALE_AT_FIRST).log())
        self.thresholds = nn.Parameter(torch.full((count,), THRESHOLD_AT_FIRST))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        features = functional.relu(self.features(self.trunk(pixels)))
        maps = torch.unflatten(features, 1, (-1, self.options.maps)).sum(dim=2)
        logits = self.log_scale.exp() * maps.mean(dim=(2, 3)) - self.thresholds
        return logits, maps
