"""SalNet: nine convolutions and a transposed one, from a picture to a map of fixations.

Pan et al., "Shallow and Deep Convolutional Networks for Saliency Prediction" (CVPR 2016), the deep
network, layer by layer after the authors' Caffe definition.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

MEAN_BGR = (100.0, 110.0, 118.0)
HALF_RANGE = 127.5
STRIDE = 4


class Layer(NamedTuple):
    """A square convolution that keeps the size: its kernel's side and its channels."""

    kernel: int
    channels: int


LAYERS = (
    Layer(7, 96),
    Layer(5, 256),
    Layer(3, 512),
    Layer(5, 512),
    Layer(5, 512),
    Layer(7, 256),
    Layer(11, 128),
    Layer(11, 32),
    Layer(13, 1),
)
POOLED = 2  # a pooling of two follows each of the first layers


LRN_CHANNELS = 5
LRN_ALPHA = 1e-4


@dataclass(frozen=True)
class SalNetOptions:
    """Sizes: channels are those of the paper, times `width`."""

    width: float = 1.0

    def to_dict(self) -> dict[str, float]:
        return asdict(self)

    def channels(self) -> list[int]:
        """How many channels each layer gives; the last layer gives the map."""
        scaled = [max(1, round(layer.channels * self.width)) for layer in LAYERS[:-1]]
        return [*scaled, 1]


class ResponseNorm(nn.Module):
    """Caffe's local response normalisation over five channels, as torch's LocalResponseNorm.

    The neighbours are summed by a 1x1 convolution: torch's own, a pooling in three dimensions,
    takes two fifths of a training step on a processor.
    """

    neighbours: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        place = torch.arange(channels)
        near = (place[:, None] - place[None]).abs() <= LRN_CHANNELS // 2
        self.register_buffer("neighbours", near.float()[:, :, None, None], persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        energy = functional.conv2d(features.square(), self.neighbours)
        base = 1 + LRN_ALPHA / LRN_CHANNELS * energy
        return features * torch.rsqrt(base * base.sqrt())  # to the power of -0.75


class SalNet(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> (B, 1, H, W), about -1 where nobody looks and 1 at the peak.

    H and W are multiples of 4: the map comes at a quarter and a transposed convolution enlarges it.
    """

    mean: Tensor

    def __init__(self, options: SalNetOptions | None = None) -> None:
        super().__init__()
        self.options = options or SalNetOptions()
        channels = self.options.channels()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(inputs, outputs, layer.kernel, padding=layer.kernel // 2)
            for layer, inputs, outputs in zip(LAYERS, [3, *channels], channels, strict=False)
        )
        self.normalise = ResponseNorm(channels[0])
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.enlarge = nn.ConvTranspose2d(1, 1, 2 * STRIDE, STRIDE, STRIDE // 2, bias=False)
        self.register_buffer("mean", torch.tensor(MEAN_BGR)[None, :, None, None], persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        features = (pixels.flip(1) - self.mean) / HALF_RANGE
        last = len(self.convolutions) - 1
        for index, convolution in enumerate(self.convolutions):
            features = convolution(features)
            if index < last:
                features = torch.relu(features)
            if index == 0:
                features = self.normalise(features)
            if index < POOLED:
                features = self.pool(features)
        enlarged: Tensor = self.enlarge(features)
        return enlarged


def bilinear_kernel(stride: int) -> Tensor:
    """(1, 1, 2·stride, 2·stride): the transposed convolution that interpolates bilinearly."""
    offsets = torch.arange(2 * stride, dtype=torch.float32) - (stride - 0.5)
    ramp = 1 - offsets.abs() / stride
    return (ramp[:, None] * ramp[None])[None, None]
