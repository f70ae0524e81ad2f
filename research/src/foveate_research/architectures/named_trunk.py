"""Trunks by name: the published EfficientNet-Lite0 to 2, and the networks of the library timm."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor, nn

from foveate.errors import OptionError, printable
from foveate_research.architectures.efficientnet_lite import (
    SIZES,
    EfficientNetLite,
    keep_at_stride_16,
    load_published,
    published_layout,
    published_weights,
    weights_package,
)
from foveate_research.architectures.timm_trunk import PREFIX, TimmTrunk
from foveate_research.architectures.vgg import STRIDE
from foveate_research.architectures.weights_file import WeightsFile

TAP_STRIDES = (4, 8, 16, 32)
NAMES = f"{', '.join(SIZES)} or {PREFIX}NAME"
"""What may be named, for messages."""

Trunk = EfficientNetLite | TimmTrunk


@dataclass(frozen=True)
class NamedOptions:
    """name: as --trunk takes it."""

    name: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def is_named(name: str | None) -> bool:
    """Whether the name is of a trunk here, be it known to timm or not."""
    return name is not None and (name in SIZES or name.startswith(PREFIX))


def tap_trunk(name: str) -> Trunk:
    """The trunk with features at strides 4, 8, 16 and 32, still untrained. Raises OptionError."""
    if name.startswith(PREFIX):
        return TimmTrunk(name.removeprefix(PREFIX), TAP_STRIDES)
    if name not in SIZES:
        raise OptionError(f"--trunk {printable(name)}: give {NAMES}")
    return EfficientNetLite(name)


class NamedTrunk(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> the deepest features at stride 16; H, W multiples of 16."""

    def __init__(self, options: NamedOptions) -> None:
        super().__init__()
        self.options = options
        self.network: Trunk
        if options.name.startswith(PREFIX):
            self.network = TimmTrunk(options.name.removeprefix(PREFIX), (STRIDE,))
        else:
            self.network = EfficientNetLite(options.name)
            keep_at_stride_16(self.network)
        self.out_channels = self.network.tap_channels[-1]
        self.taught = False

    def begin(self, weights: WeightsFile | None) -> None:
        """As begin_trunk; `taught` tells afterwards whether the trunk has weights."""
        self.taught = begin_trunk(self.network, weights)

    def forward(self, pixels: Tensor) -> Tensor:
        deepest: Tensor = self.network(pixels)[-1]
        return deepest

    def seen(self, pixels: Tensor) -> Tensor:
        """The features, which heads on a frozen trunk learn from."""
        features: Tensor = self(pixels)
        return features

    def normed(self, features: Tensor) -> Tensor:
        """Features as the heads take them: as they are."""
        return features


def begin_trunk(trunk: Trunk, weights: WeightsFile | None) -> bool:
    """Fill a trunk from its file, or from its package where it has one; whether it was filled.

    Raises ModelError for a file that does not fit, MissingExtraError for a missing package.
    """
    if isinstance(trunk, TimmTrunk):
        if weights is not None:
            trunk.load(weights)
        return weights is not None
    if weights is None:
        load_published(trunk, published_weights(trunk.name))
        return True
    found = weights.tensors()
    layout, state = published_layout(trunk), trunk.state_dict()
    wanted = {theirs: state[ours] for ours, theirs in layout.items()}
    if any(name not in found or found[name].shape != wanted[name].shape for name in wanted):
        # a published file has its classifier too, which no trunk takes
        raise weights.misfit(trunk.name, wanted, {k: v for k, v in found.items() if k in wanted})
    load_published(trunk, found)
    return True


def trunk_card(name: str, weights: WeightsFile | None) -> dict[str, Any]:
    """What a card says of a named trunk."""
    if weights is not None:
        return {"name": name, "weights": weights.told(), "changed": "trained further"}
    if name in SIZES:
        return {
            "name": f"{name}, trained on ImageNet labels",
            "package": weights_package(name),
            "sha256": SIZES[name].sha256,
            "licence": "Apache-2.0",
            "changed": "classifier dropped; trained further",
        }
    return {"name": name, "weights": "begun untrained"}
