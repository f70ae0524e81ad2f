"""foveate-s: EfficientNet-Lite0, a light top-down decoder, a mask head and a gaze read-out.

Another trunk with features at strides 4, 8, 16 and 32 may stand in its place.

The decoder follows Lin et al., "Feature Pyramid Networks" (CVPR 2017) with depthwise-separable
convolutions; the read-out follows Kümmerer et al., "DeepGaze II" (2016): several feature scales,
1x1 layers, a learned Gaussian blur, a centre prior added in log space, a softmax over positions.
Each data set has a tail of its own (last layer, blur, prior), since sets differ in viewers, time
and blur; the tail "general" is trained on all sharp sets and is what runs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.architectures.efficientnet_lite import SMALLEST
from foveate_research.architectures.named_trunk import tap_trunk

TAILS = ("general", "osie", "crowd", "scene", "gaze-scenes")
GENERAL = TAILS.index("general")
MAP_STRIDE = 4
BLUR_RADIUS = 7  # cells of the map: 3 sigma at the widest blur seen in training


@dataclass(frozen=True)
class FoveateSOptions:
    """The trunk by name, and sizes of what stands on it."""

    trunk: str = SMALLEST
    decoder_channels: int = 64
    readout_channels: int = 64
    readout_hidden: int = 32
    dropout: float = 0.1

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class SeparableBlock(nn.Module):
    """Depthwise 5x5 and 1x1 convolutions with batch norm, added to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 5, padding=2, groups=channels, bias=False)
        self.pointwise = nn.Conv2d(channels, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(
            features + self.norm(self.pointwise(functional.relu(self.depthwise(features))))
        )


class Lateral(nn.Sequential):
    """A 1x1 convolution with batch norm that brings a tap of the trunk to the decoder's width."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


def twice(features: Tensor) -> Tensor:
    """Bilinear enlargement by two, half-pixel centres."""
    return functional.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)


class GazeTails(nn.Module):
    """Per tail: a last 1x1 layer, a Gaussian blur and a centre prior, all in log space."""

    offsets: Tensor

    def __init__(self, inputs: int) -> None:
        super().__init__()
        count = len(TAILS)
        self.score = nn.Conv2d(inputs, count, 1)
        self.log_sigma = nn.Parameter(torch.full((count,), 0.4))
        # log prior = a·u + b·u² + c·v + d·v² with u, v in [-1, 1] over the whole picture
        self.prior = nn.Parameter(torch.tensor([[0.0, -1.0, 0.0, -1.0]]).repeat(count, 1))
        self.register_buffer("offsets", torch.arange(-BLUR_RADIUS, BLUR_RADIUS + 1).float())

    def blur(self, scores: Tensor) -> Tensor:
        """Each tail's scores (B, tails, h, w) blurred by its own Gaussian, edges repeated."""
        sigma = self.log_sigma.exp().clamp(0.3, BLUR_RADIUS / 2.5)[:, None]
        kernel = torch.exp(-0.5 * (self.offsets[None] / sigma) ** 2)
        kernel = kernel / kernel.sum(dim=1, keepdim=True)
        edge = BLUR_RADIUS
        padded = functional.pad(scores, (edge, edge, edge, edge), mode="replicate")
        across = functional.conv2d(padded, kernel[:, None, None, :], groups=len(TAILS))
        return functional.conv2d(across, kernel[:, None, :, None], groups=len(TAILS))

    def log_prior(self, scores: Tensor, box: Tensor) -> Tensor:
        """(B, tails, h, w): the prior where the crop lies; box = left, top, right, bottom in 0..1.

        Positions are counted by cumulative sums, which export to ONNX with any size.
        """
        ones = torch.ones_like(scores[:1, :1])
        x = (ones.cumsum(3) - 0.5) / ones.sum(3, keepdim=True)
        y = (ones.cumsum(2) - 0.5) / ones.sum(2, keepdim=True)
        left, top, right, bottom = (box[:, index, None, None, None] for index in range(4))
        u = 2 * (left + x * (right - left)) - 1
        v = 2 * (top + y * (bottom - top)) - 1
        a, b, c, d = (self.prior[None, :, index, None, None] for index in range(4))
        return a * u + b * u * u + c * v + d * v * v

    def forward(self, features: Tensor, box: Tensor) -> Tensor:
        scores = self.blur(twice(self.score(features)))
        return scores + self.log_prior(scores, box)


class FoveateS(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> mask logits and gaze log scores at stride 4.

    H and W are multiples of 32. `box` (B, 4) says which part of its picture each input shows.
    """

    def __init__(self, options: FoveateSOptions | None = None) -> None:
        super().__init__()
        self.options = options or FoveateSOptions()
        width, readout = self.options.decoder_channels, self.options.readout_channels
        self.trunk = tap_trunk(self.options.trunk)
        taps = self.trunk.tap_channels
        self.laterals = nn.ModuleList([Lateral(channels, width) for channels in taps])
        self.context = nn.Conv2d(taps[-1], width, 1)
        self.blocks = nn.ModuleList([SeparableBlock(width) for _ in taps])
        self.mask_block = SeparableBlock(width)
        self.mask_score = nn.Conv2d(width, 1, 1)
        self.gaze_taps = nn.ModuleList([Lateral(channels, readout) for channels in taps[1:]])
        self.gaze_decoded = nn.ModuleList([Lateral(width, readout) for _ in range(3)])
        self.gaze_block = SeparableBlock(readout)
        self.gaze_hidden = nn.Conv2d(readout, self.options.readout_hidden, 1)
        self.dropout = nn.Dropout2d(self.options.dropout)
        self.tails = GazeTails(self.options.readout_hidden)

    def forward(self, pixels: Tensor, box: Tensor) -> tuple[Tensor, Tensor]:
        """Mask logits (B, 1, H/4, W/4) and gaze log scores (B, tails, H/4, W/4)."""
        return self.heads(self.trunk(pixels), box)

    def heads(self, taps: list[Tensor], box: Tensor) -> tuple[Tensor, Tensor]:
        """What stands on the trunk, from its four taps."""
        fine, eighth, sixteenth, coarse = taps
        context = self.context(coarse.mean(dim=(2, 3), keepdim=True))
        p5 = self.blocks[3](self.laterals[3](coarse) + context)
        p4 = self.blocks[2](self.laterals[2](sixteenth) + twice(p5))
        p3 = self.blocks[1](self.laterals[1](eighth) + twice(p4))
        p2 = self.blocks[0](self.laterals[0](fine) + twice(p3))
        mask = self.mask_score(self.mask_block(p2))
        gaze = self.gaze_taps[2](coarse)
        gaze = twice(gaze) + self.gaze_taps[1](sixteenth) + self.gaze_decoded[2](p4)
        gaze = twice(gaze) + self.gaze_taps[0](eighth) + self.gaze_decoded[1](p3)
        gaze = gaze + self.gaze_decoded[0](functional.avg_pool2d(p2, 2))
        gaze = self.gaze_block(functional.relu(gaze))
        gaze = functional.relu(self.gaze_hidden(self.dropout(gaze)))
        return mask, self.tails(gaze, box)


def density(log_scores: Tensor) -> Tensor:
    """Softmax over the positions of (..., h, w), times their number: mean 1 at any resolution."""
    flat = log_scores.flatten(-2)
    return (torch.softmax(flat, dim=-1) * flat.shape[-1]).view_as(log_scores)
