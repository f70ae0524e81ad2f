"""VGG-16's convolutions as published: BGR minus the training pictures' means, no batch norm."""

from __future__ import annotations

import torch
from torch import Tensor

from foveate_research.architectures.vgg import VggOptions, VggTrunk

VGG_MEAN_BGR = (103.939, 116.779, 123.68)
"""Of VGG-16's training: the authors' model card, and MS-ROI's `image_conversion_scaling`."""

CAFFE_MEAN_BGR = (104.00699, 116.66877, 122.67891)
"""The channels' means of Caffe's ilsvrc_2012_mean, the picture that CAM's `prepare_image.m`
subtracts; as Caffe's own notebook 00-classification prints them. A picture of any size has no
place in a picture of means, so the means of its channels stand for it."""


def published_vgg(width: float = 1.0) -> VggOptions:
    """VGG-16's convolutions, 14,714,688 weights at full width."""
    return VggOptions(width=width, layout="vgg16", batch_norm=False)


class PublishedTrunk(VggTrunk):
    """(B, 3, H, W) RGB in [0, 255] -> (B, channels[-1], H/16, W/16): conv5_3 after its ReLU.

    Not VggTrunk's own scaling folded into other weights: Caffe pads with zeros after it has
    subtracted the mean, and so pads with the mean colour.
    """

    mean: Tensor

    def __init__(self, options: VggOptions, mean_bgr: tuple[float, float, float]) -> None:
        super().__init__(options)
        mean = torch.tensor(mean_bgr)[None, :, None, None]
        self.register_buffer("mean", mean, persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        features: Tensor = self.layers(pixels.flip(1) - self.mean)
        return features
