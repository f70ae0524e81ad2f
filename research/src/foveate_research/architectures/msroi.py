"""MS-ROI as its paper states it: feature maps of its own for every class on a shared trunk.

Prakash et al., "Semantic Perceptual Image Compression using Deep Convolution Networks" (DCC 2017),
section 3, with departures. Equation 6 as printed falls with the evidence and, since Z is never
negative, could not say "absent": here logit_c = a · Z_c - T_c, so that equation 5's Z > T and a
probability over one half are one condition, with T learned. Z_c is the mean of Σ_d f_d^c over the
fifth of the positions where it is highest, in place of equation 4's sum over all: so T holds at
any picture size, and an object need not fill the picture to be believed. The feature maps are
softplus, which is never negative, as the paper's ReLU is, but has a slope everywhere: with ReLU
most classes' maps were zero on every picture after training, and stayed so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.architectures.lite_trunk import LiteOptions, LiteTrunk
from foveate_research.architectures.named_trunk import NamedOptions, NamedTrunk
from foveate_research.architectures.vgg import VggOptions, VggTrunk
from foveate_research.models.classes import class_list

SCALE_AT_FIRST = 5.0
# before anything is learned a class's four maps sum to about 0.8 everywhere: it is thought absent
THRESHOLD_AT_FIRST = 8.0
BIAS_AT_FIRST = -1.5
SPREAD_AT_FIRST = 0.1
HIGHEST = 5  # one in so many positions counts for Z


@dataclass(frozen=True)
class LabelOptions:
    """classes: "general" or "fine"; maps: D, feature maps a class; trunk: the paper's, or in its
    place a published EfficientNet-Lite0 or one by name; hidden: features of a 1x1 layer with ReLU
    between trunk and maps, 0 for none; reach: the side of the filters that make the maps, 1 or 3;
    likeness: 0, or how strongly places share their maps with places whose features are like theirs
    (`shared_among_alike`); compared: how many of the trunk's features, from the first, tell that
    likeness, 0 for all; surroundings: 0, or how strongly surroundings keep down the maps of things
    that the trained network shows (`over_surroundings`); count: so many classes of another list."""

    classes: str = "general"
    maps: int = 4
    trunk: VggOptions | LiteOptions | NamedOptions = field(default_factory=VggOptions)
    hidden: int = 0
    reach: int = 3
    likeness: float = 0.0
    compared: int = 0
    surroundings: float = 0.0
    count: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "classes": self.classes if self.count is None else self.count,
            "maps": self.maps,
            "hidden": self.hidden,
            "reach": self.reach,
            "likeness": self.likeness,
            "compared": self.compared,
            "surroundings": self.surroundings,
            "trunk": self.trunk.to_dict(),
        }

    def compared_of(self, features: Tensor) -> Tensor:
        """Those of the trunk's features (B, K, h, w) that tell how alike two places are."""
        return features[:, : self.compared] if self.compared else features

    @property
    def class_count(self) -> int:
        return len(class_list(self.classes).classes) if self.count is None else self.count


def trunk_of(options: LabelOptions) -> VggTrunk | LiteTrunk | NamedTrunk:
    """The trunk that the options name."""
    if isinstance(options.trunk, NamedOptions):
        return NamedTrunk(options.trunk)
    if isinstance(options.trunk, LiteOptions):
        return LiteTrunk(options.trunk)
    return VggTrunk(options.trunk)


def hidden_layer(options: LabelOptions, inputs: int) -> tuple[nn.Module, int]:
    """The layer between trunk and maps, and how many features it gives."""
    if options.hidden == 0:
        return nn.Identity(), inputs
    layer = nn.Conv2d(inputs, options.hidden, 1)
    return nn.Sequential(layer, nn.ReLU()), options.hidden


def map_layer(options: LabelOptions, inputs: int) -> nn.Conv2d:
    """The layer that gives D maps a class; the picture goes on as its mirror image."""
    count, reach = options.class_count * options.maps, options.reach
    return nn.Conv2d(inputs, count, reach, padding=reach // 2, padding_mode="reflect")


class LabelHeads(nn.Module, ABC):
    """A trunk and what stands on it: `of_features` takes what the trunk gives."""

    def __init__(self, options: LabelOptions | None = None) -> None:
        super().__init__()
        self.options = options or LabelOptions()
        self.trunk = trunk_of(self.options)
        self.hidden, self.inputs = hidden_layer(self.options, self.trunk.out_channels)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        return self.of_features(self.trunk(pixels))

    @abstractmethod
    def of_features(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C) and maps (B, C, h, w)."""

    @abstractmethod
    def of_places(self, maps: Tensor) -> Tensor:
        """Logits of every place, (B, C, h, w), of such maps."""


class MSROI(LabelHeads):
    """(B, 3, H, W) RGB in [0, 255] -> logits (B, C) and Σ_d f_d^c (B, C, H/16, W/16), positive.

    H and W are multiples of 16.
    """

    def __init__(self, options: LabelOptions | None = None) -> None:
        super().__init__(options)
        self.features = map_layer(self.options, self.inputs)
        fan_in = self.inputs * self.options.reach**2
        nn.init.normal_(self.features.weight, std=SPREAD_AT_FIRST / fan_in**0.5)
        assert self.features.bias is not None
        nn.init.constant_(self.features.bias, BIAS_AT_FIRST)
        self.log_scale = nn.Parameter(torch.tensor(SCALE_AT_FIRST).log())
        count = self.options.class_count
        self.thresholds = nn.Parameter(torch.full((count,), THRESHOLD_AT_FIRST))

    def of_features(self, features: Tensor) -> tuple[Tensor, Tensor]:
        each = functional.softplus(self.features(self.hidden(features)))
        maps = torch.unflatten(each, 1, (-1, self.options.maps)).sum(dim=2)
        compared = self.options.compared_of(features)
        maps = shared_among_alike(maps, compared, self.options.likeness)
        # of what the trunk gives, so that a traced network counts anew for every picture
        positions = features.shape[2] * features.shape[3]
        evidence = mean_of_highest(maps.flatten(2), (positions + HIGHEST - 1) // HIGHEST)
        return self.log_scale.exp() * evidence - self.thresholds, maps

    def of_places(self, maps: Tensor) -> Tensor:
        return self.log_scale.exp() * maps - self.thresholds[:, None, None]


def mean_of_highest(values: Tensor, count: int) -> Tensor:
    """(B, C) the mean of the `count` highest of (B, C, N)."""
    return torch.topk(values, count, dim=2).values.mean(dim=2)


def shared_among_alike(maps: Tensor, features: Tensor, power: float) -> Tensor:
    """Maps (B, C, h, w), each place's value the mean of all places' by how like their features are.

    The likeness of two places is the cosine of their features (B, K, h, w), 0 where it is negative,
    to `power`; 0 leaves the maps as they are. A class is learnt from the parts that tell it apart,
    a face or a wheel, so its map reaches what looks like them, the body or the car. After the pixel
    correlation module of Wang et al., "Self-supervised Equivariant Attention Mechanism for Weakly
    Supervised Semantic Segmentation" (CVPR 2020), but of the features that the trunk gives.
    """
    if power == 0:
        return maps
    places = functional.normalize(features.flatten(2), dim=1)
    likeness = functional.relu(places.transpose(1, 2) @ places) ** power  # (B, places, places)
    shares = likeness / likeness.sum(dim=1, keepdim=True)
    return (maps.flatten(2) @ shares).reshape_as(maps)


def over_surroundings(maps: Tensor, things: Tensor, strength: float) -> Tensor:
    """Maps (B, C, h, w) of which those of things are kept down where surroundings are likelier.

    things: (C,) 1 for objects and 0 for their surroundings. At every place the maps of things are
    multiplied by t / (t + strength · s), where t and s are the sums of the things' and of the
    surroundings' maps there, of which only what is positive counts; 0 leaves the maps as they are.
    """
    if strength == 0:
        return maps
    maps = functional.relu(maps)
    objects = things[:, None, None]
    of_things = (maps * objects).sum(dim=1, keepdim=True)
    of_others = (maps * (1 - objects)).sum(dim=1, keepdim=True)
    share = of_things / (of_things + strength * of_others).clamp(min=1e-12)
    return maps * (objects * share + 1 - objects)
