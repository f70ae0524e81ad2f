"""The thesis' one-tower AlexNet with batch normalisation, and the map's ways into it.

Arazo, "The Impact of Visual Saliency Prediction in Image Classification" (2017), table 3.2 and
sections 3.4 to 3.6. Built so that its sizes come out as printed: no padding in the first two
convolutions, each ReLU before its norm, where maps are joined, no dropout. The last pooling has 256
maps, conv5's, where the table prints 384.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate_research.thesis.networks.ways import WAYS, Join, Way

CHANNELS = {"conv1": 96, "conv2": 256, "conv3": 384, "conv4": 384, "conv5": 256}
JOINED_AFTER = ("conv1", "conv2")


@dataclass(frozen=True)
class AlexNetOptions:
    """side: of the pictures, pixels. padded: conv2 by 2, as in the original AlexNet.

    hidden: features of the two dense layers before the last.
    """

    side: int = 128
    classes: int = 1000
    way: Way = field(default_factory=lambda: WAYS["rgb"])
    padded: bool = False
    hidden: int = 4096

    def to_dict(self) -> dict[str, Any]:
        return {
            "side": self.side,
            "classes": self.classes,
            "way": self.way.name,
            "gated": self.way.gated,
            "conv2_padding": 2 if self.padded else 0,
            "hidden": self.hidden,
        }


class Convolution(nn.Conv2d):
    """A convolution and its ReLU."""

    def forward(self, inputs: Tensor) -> Tensor:
        return functional.relu(super().forward(inputs))


class AlexNet(nn.Module):
    """pixels (B, 3, side, side) and saliency (B, 1, side, side) -> logits (B, classes)."""

    def __init__(self, options: AlexNetOptions | None = None) -> None:
        super().__init__()
        self.options = options or AlexNetOptions()
        way = self.options.way
        extra = 1 if way.at_layers == "concatenate" else 0
        colours = 4 if way.at_input == "concatenate" else 3
        self.tower = _tower(self.options, colours, extra)
        self.branch = _branch(self.options)
        self.gates = nn.ParameterDict()
        if way.gated:
            widths = {stage: _width(stage) for stage in way.merges}
            self.gates.update({s: nn.Parameter(torch.zeros(w)) for s, w in widths.items()})
        features = CHANNELS["conv5"] * side_after(self.options, "pool5") ** 2
        self.fc1 = nn.Linear(features, self.options.hidden)
        self.fc2 = nn.Linear(self.options.hidden, self.options.hidden)
        self.fc3 = nn.Linear(self.options.hidden, self.options.classes)
        self.apply(_start)

    def forward(self, pixels: Tensor, saliency: Tensor) -> Tensor:
        way = self.options.way
        features = joined(pixels, saliency, way.at_input)
        own = saliency
        for stage, layer in self.tower.items():
            features = layer(features)
            if stage in JOINED_AFTER:
                features = joined(features, saliency, way.at_layers)
            if stage in self.branch:
                own = self.branch[stage](own)
            if stage in way.merges:
                gate = self.gates[stage][:, None, None] if way.gated else None
                features = features * (own if gate is None else 1 + gate * own)
        hidden = functional.relu(self.fc1(features.flatten(1)))
        logits: Tensor = self.fc3(functional.relu(self.fc2(hidden)))
        return logits


def joined(features: Tensor, saliency: Tensor, join: Join) -> Tensor:
    """Features with the map, brought to their size by area, as one more channel or as a factor."""
    if join == "none":
        return features
    height, width = features.shape[-2:]
    fitted = functional.adaptive_avg_pool2d(saliency, (height, width))
    return torch.cat([features, fitted], dim=1) if join == "concatenate" else features * fitted


def side_after(options: AlexNetOptions, stage: str) -> int:
    """Pixels of a side of the maps of features after a stage of the tower."""
    return _grid(options, stage)[0]


def covered_after(options: AlexNetOptions, stage: str) -> slice:
    """The picture's pixels, of rows and of columns, that lie under a stage's maps of features.

    Each position takes a step's pixels about the middle of what it sees. Without padding the maps
    leave out a border, which is wider on the far side where a stride does not come out even.
    """
    count, step, middle = _grid(options, stage)
    first = int(middle - step / 2)
    return slice(first, first + count * step)


def _grid(options: AlexNetOptions, stage: str) -> tuple[int, int, float]:
    """Positions a side after a stage, their step and the first one's middle, in pixels."""
    count, step, middle = options.side, 1, 0.5
    for name in _names(options.way):
        size, stride, padding = _kernel(name, padded=options.padded)
        count = (count + 2 * padding - size) // stride + 1
        middle += ((size - 1) / 2 - padding) * step
        step *= stride
        if name == stage:
            return count, step, middle
    raise ValueError(f"no stage is called {stage}")


def _kernel(name: str, *, padded: bool) -> tuple[int, int, int]:
    """Size, stride and padding of a layer."""
    if name.startswith("pool"):
        return 3, 2, 0
    if name.startswith("norm"):
        return 1, 1, 0
    if name == "conv1":
        return 11, 4, 0
    if name == "conv2":
        return 5, 1, 2 if padded else 0
    return 3, 1, 1


def _names(way: Way) -> tuple[str, ...]:
    """The tower's layers in order."""
    second = ("conv2", "norm2", "pool2") if way.conv2 else ()
    return ("conv1", "norm1", "pool1", *second, "conv3", "conv4", "conv5", "pool5")


def _tower(options: AlexNetOptions, colours: int, extra: int) -> nn.ModuleDict:
    """The convolutions with norms and poolings; `extra` channels are joined after conv1, conv2."""
    layers: dict[str, nn.Module] = {}
    channels = colours
    for name in _names(options.way):
        layers[name] = _layer(name, channels, padded=options.padded)
        channels = CHANNELS.get(name, channels)
        if name in JOINED_AFTER:
            channels += extra
    return nn.ModuleDict(layers)


def _branch(options: AlexNetOptions) -> nn.ModuleDict:
    """The tower's layers again for one channel, as far as the last merge."""
    merges = options.way.merges
    if not merges:
        return nn.ModuleDict()
    layers = _tower(options, 1, 0)
    names = list(layers)
    return nn.ModuleDict({name: layers[name] for name in names[: names.index(merges[-1]) + 1]})


def _layer(name: str, channels: int, *, padded: bool) -> nn.Module:
    size, stride, padding = _kernel(name, padded=padded)
    if name.startswith("pool"):
        return nn.MaxPool2d(size, stride)
    if name.startswith("norm"):
        return nn.BatchNorm2d(channels)
    return Convolution(channels, CHANNELS[name], size, stride, padding)


def _width(stage: str) -> int:
    """Channels after a stage."""
    return CHANNELS["conv" + stage[-1]]


def _start(module: nn.Module) -> None:
    """Glorot's uniform weights and zero biases, the defaults of Keras, which the thesis used."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        assert module.bias is not None
        nn.init.zeros_(module.bias)
