"""MEnet: residual encoder-decoder, thirteen maps of all scales, a metric and a classifier head.

Cai et al., "MEnet: A Metric Expression Network for Salient Object Segmentation" (IJCAI 2018), with
what its text leaves out taken from the authors' Caffe definition: pre-activated residual units
that are summed, a 7x7 convolution to a single position and back, nearest-neighbour enlargement,
features scaled to unit length at every pixel, the classifier beside the features and not on them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

LEVELS = 5  # halvings from the picture to the coarsest maps
SCALES = 2 * LEVELS + 3  # the picture, six of the encoder, the centre's, five of the decoder
FEATURES = 16
CLASSES = 2  # background, salient


@dataclass(frozen=True)
class MEnetOptions:
    """Sizes. The paper's: width 32 at 224x224, multi-scale maps, metric features."""

    width: int = 32
    size: int = 224  # the picture's side, a multiple of 32: the centre's kernel is size / 32
    multi_scale: bool = True  # without: the classifier reads the last decoder map (CE-plain)
    metric: bool = True  # without: no features (CE-only)

    def __post_init__(self) -> None:
        if self.size % 2**LEVELS:
            raise ValueError(f"size must be a multiple of {2**LEVELS}, not {self.size}")
        if self.metric and not self.multi_scale:
            raise ValueError("the metric features are made of the multi-scale maps")

    def to_dict(self) -> dict[str, int | bool]:
        return asdict(self)


class MEnetOutputs(NamedTuple):
    """What the network says of (B, 3, size, size) pictures.

    logits (B, 2, size, size): background, salient. features (B, 16, size, size) of unit length at
    each pixel, or None. scales (B, 13, size, size), the enlarged maps, or None.
    """

    logits: Tensor
    features: Tensor | None
    scales: Tensor | None


class Activated(nn.Sequential):
    """Batch norm, ReLU, then a convolution or transposed convolution."""

    def __init__(self, channels: int, layer: nn.Module) -> None:
        super().__init__(nn.BatchNorm2d(channels), nn.ReLU(), layer)


class EverySecond(nn.Module):
    """Every second row and column: what a 1x1 convolution of stride 2 reads.

    Apart from it, since torch 2.13's own backward pass of such a convolution in channels-last
    order writes outside of its memory.
    """

    def forward(self, features: Tensor) -> Tensor:
        return features[:, :, ::2, ::2]


def _same(inputs: int, outputs: int) -> Activated:
    return Activated(inputs, nn.Conv2d(inputs, outputs, 3, padding=1))


def _transposed(
    inputs: int, outputs: int, kernel: int, *, stride: int = 1, padding: int = 0
) -> Activated:
    """Transposed convolutions carry no bias."""
    layer = nn.ConvTranspose2d(inputs, outputs, kernel, stride, padding, bias=False)
    return Activated(inputs, layer)


class Residual(nn.Module):
    """Two activated convolutions added to a shortcut, the input itself unless one is given."""

    def __init__(
        self, first: nn.Module, second: nn.Module, shortcut: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.first, self.second = first, second
        self.shortcut = nn.Identity() if shortcut is None else shortcut

    def forward(self, features: Tensor) -> Tensor:
        summed: Tensor = self.shortcut(features) + self.second(self.first(features))
        return summed


def _unit(channels: int) -> Residual:
    return Residual(_same(channels, channels), _same(channels, channels))


def _down(inputs: int, outputs: int) -> nn.Sequential:
    """Half the size: a unit with stride, then an identity unit."""
    first = Activated(inputs, nn.Conv2d(inputs, outputs, 3, 2, 1))
    narrow = nn.Sequential(EverySecond(), nn.Conv2d(inputs, outputs, 1))
    shortcut = Activated(inputs, narrow)
    return nn.Sequential(Residual(first, _same(outputs, outputs), shortcut), _unit(outputs))


def _up(inputs: int, outputs: int) -> nn.Sequential:
    """Twice the size: a transposed unit, then an identity unit."""
    first = _transposed(inputs, outputs, 4, stride=2, padding=1)
    shortcut = _transposed(inputs, outputs, 2, stride=2)
    return nn.Sequential(Residual(first, _same(outputs, outputs), shortcut), _unit(outputs))


class MEnet(nn.Module):
    """(B, 3, size, size) RGB in [0, 255] -> MEnetOutputs."""

    def __init__(self, options: MEnetOptions | None = None) -> None:
        super().__init__()
        self.options = options or MEnetOptions()
        widths = [self.options.width * 2**level for level in range(LEVELS + 1)]
        stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1), nn.BatchNorm2d(widths[0]), nn.ReLU()
        )
        enter = nn.Sequential(stem, _unit(widths[0]), _unit(widths[0]))
        down = [_down(widths[level], widths[level + 1]) for level in range(LEVELS)]
        self.encoder = nn.ModuleList([enter, *down])
        deepest, kernel = widths[-1], self.options.size // 2**LEVELS
        self.squeeze = Activated(deepest, nn.Conv2d(deepest, deepest, kernel))
        self.spread = _transposed(deepest, deepest, kernel)
        self.decoder = nn.ModuleList(
            _up(2 * widths[level + 1], widths[level]) for level in reversed(range(LEVELS))
        )
        if self.options.multi_scale:
            sources = [3, *widths, deepest, *reversed(widths[:-1])]
            self.scale_maps = nn.ModuleList(_same(channels, 1) for channels in sources)
            self.classifier = _head(SCALES, CLASSES)
        else:
            self.classifier = nn.Sequential(_same(widths[0], CLASSES), nn.BatchNorm2d(CLASSES))
        if self.options.metric:
            self.metric = nn.Sequential(_head(SCALES, FEATURES), nn.Tanh())
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, pixels: Tensor) -> MEnetOutputs:
        levels = self.levels(pixels)
        if not self.options.multi_scale:
            return MEnetOutputs(self.classifier(levels[-1]), None, None)
        size = pixels.shape[-2:]
        scales = torch.cat(
            [
                functional.interpolate(single(level), size=size, mode="nearest")
                for single, level in zip(self.scale_maps, levels, strict=True)
            ],
            dim=1,
        )
        features = unit_length(self.metric(scales)) if self.options.metric else None
        return MEnetOutputs(self.classifier(scales), features, scales)

    def levels(self, pixels: Tensor) -> list[Tensor]:
        """The picture, the encoder's six outputs, the centre's, the decoder's five."""
        found = [pixels]
        for stage in self.encoder:
            found.append(stage(found[-1]))
        encoded = found[1:]
        current = self.spread(self.squeeze(encoded[-1]))
        found.append(current)
        for stage, beside in zip(self.decoder, reversed(encoded[1:]), strict=True):
            current = stage(torch.cat([current, beside], dim=1))
            found.append(current)
        return found


def _head(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs))


def unit_length(features: Tensor) -> Tensor:
    """(B, C, h, w) divided by its Euclidean length at every pixel."""
    return features / (features.square().sum(dim=1, keepdim=True) + 1e-12).sqrt()


def background_distance(features: Tensor, background: Tensor) -> Tensor:
    """(B, 1, h, w) in [0, 2]: equation 5, the distance from the expected background feature.

    features (B, C, h, w) of unit length; background (B, 1, h, w), each pixel's probability of
    belonging to it. Equation 5's P_B is that probability divided by its sum. The authors' code
    draws up to 100 pixels of the picture's frame at random in its place.
    """
    total = background.sum(dim=(2, 3), keepdim=True)
    expected = (features * background).sum(dim=(2, 3), keepdim=True) / (total + 1e-6)
    return ((features - expected).square().sum(dim=1, keepdim=True) + 1e-12).sqrt()
