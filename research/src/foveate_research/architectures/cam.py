"""Class activation maps on MS-ROI's trunk: one set of feature maps that all classes read.

Zhou et al., "Learning Deep Features for Discriminative Localization" (CVPR 2016); equations 2 and 3
of Prakash et al. (DCC 2017). The layer before the read-out has as many maps as MS-ROI's, so that
the two differ in what the papers say sets them apart: shared maps, their mean over all positions
and softmax here; maps of its own for every class, thresholds and sigmoids there.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.architectures.msroi import (
    LabelHeads,
    LabelOptions,
    map_layer,
    shared_among_alike,
)


class CAM(LabelHeads):
    """(B, 3, H, W) RGB in [0, 255] -> logits (B, C) and maps (B, C, H/16, W/16) of any sign.

    The maps leave out the classes' bias, as their authors' code does; their mean plus that bias is
    the logit.
    """

    def __init__(self, options: LabelOptions | None = None) -> None:
        super().__init__(options)
        self.features = map_layer(self.options, self.inputs)
        nn.init.kaiming_normal_(self.features.weight, nonlinearity="relu")
        count = self.options.class_count
        self.readout = nn.Conv2d(count * self.options.maps, count, 1, bias=False)
        nn.init.normal_(self.readout.weight, std=0.01)
        self.bias = nn.Parameter(torch.zeros(count))

    def of_features(self, features: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.readout(functional.relu(self.features(self.hidden(features))))
        compared = self.options.compared_of(features)
        shown = shared_among_alike(maps, compared, self.options.likeness)
        return maps.mean(dim=(2, 3)) + self.bias, shown

    def of_places(self, maps: Tensor) -> Tensor:
        return maps + self.bias[:, None, None]
