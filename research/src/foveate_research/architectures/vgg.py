"""The trunk of MS-ROI and CAM: VGG's plain convolutions with a width setting, read at stride 16.

`paper` is what Prakash et al. (DCC 2017, section 5) state: two 3x3 convolutions with ReLU, then a
2x2 max pooling, five times over. `vgg16` is what their published code runs (Simonyan and Zisserman,
2014: 2, 2, 3, 3 and 3 convolutions). Both are read before the fifth pooling. Batch norm, which
neither has, stands between convolution and ReLU unless it is switched off.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from torch import Tensor, nn

from foveate.errors import OptionError, printable

CHANNELS = (64, 128, 256, 512, 512)
REPEATS = {"paper": (2, 2, 2, 2, 2), "vgg16": (2, 2, 3, 3, 3)}
STRIDE = 16


@dataclass(frozen=True)
class VggOptions:
    """width multiplies VGG's channels; layout is "paper" or "vgg16"."""

    width: float = 0.25
    layout: str = "paper"
    batch_norm: bool = True

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def channels(self) -> tuple[int, ...]:
        """Feature maps of each of the five groups."""
        return tuple(max(1, round(count * self.width)) for count in CHANNELS)


def vgg_options(before: VggOptions, *, width: float, trunk: str) -> VggOptions:
    """The options at another width and layout. Raises OptionError for a layout there is none of."""
    if trunk not in REPEATS:
        raise OptionError(f"--trunk {printable(trunk)}: give {' or '.join(REPEATS)}")
    return replace(before, width=width, layout=trunk)


class VggTrunk(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> (B, channels[-1], H/16, W/16), not negative."""

    def __init__(self, options: VggOptions | None = None) -> None:
        super().__init__()
        self.options = options or VggOptions()
        layers: list[nn.Module] = []
        inputs = 3
        groups = zip(self.options.channels, REPEATS[self.options.layout], strict=True)
        for group, (outputs, repeats) in enumerate(groups):
            if group > 0:
                layers.append(nn.MaxPool2d(2))
            for _ in range(repeats):
                layers.append(
                    nn.Conv2d(inputs, outputs, 3, padding=1, bias=not self.options.batch_norm)
                )
                if self.options.batch_norm:
                    layers.append(nn.BatchNorm2d(outputs))
                layers.append(nn.ReLU(inplace=True))
                inputs = outputs
        self.layers = nn.Sequential(*layers)
        self.out_channels = inputs
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, pixels: Tensor) -> Tensor:
        return self.normed(self.seen(pixels))

    def seen(self, pixels: Tensor) -> Tensor:
        """The features: what stays the same while the trunk is frozen."""
        features: Tensor = self.layers((pixels - 127.5) / 64)
        return features

    def normed(self, seen: Tensor) -> Tensor:
        """What goes on to the heads: the features as they are."""
        return seen
