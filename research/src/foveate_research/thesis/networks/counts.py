"""Sizes and parameters of the networks, layer by layer, without making their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from foveate_research.thesis.networks.alexnet import AlexNet, AlexNetOptions
from foveate_research.thesis.networks.ways import WAYS, get_way

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Count:
    """How many numbers one network learns.

    weights: by layer, "conv1" to "fc3"; the branch's layers are "branch.conv1" and so on. total:
    all weights, biases, and scales and shifts of norms.
    """

    weights: dict[str, int]
    total: int

    @property
    def branch(self) -> int:
        """Weights of the map's own branch."""
        return sum(count for name, count in self.weights.items() if name.startswith("branch."))

    @property
    def convolutions(self) -> int:
        """Weights of the tower's convolutions."""
        return sum(count for name, count in self.weights.items() if name.startswith("conv"))

    def to_dict(self) -> dict[str, Any]:
        return {"weights": self.weights, "total": self.total}


def count_parameters(options: AlexNetOptions) -> Count:
    """Every weight and every parameter of a network."""
    network = without_memory(options)
    weights = {
        name.removeprefix("tower."): module.weight.numel()
        for name, module in network.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    }
    return Count(weights, sum(each.numel() for each in network.parameters()))


def parameter_table(
    names: Sequence[str] = (), *, side: int = 128, classes: int = 1000, padded: bool = False
) -> dict[str, dict[str, Any]]:
    """Counts by name of WAYS (all where none is named), each with what it has beyond rgb's."""
    plain = count_parameters(AlexNetOptions(side, classes, padded=padded))
    found = {}
    for name in names or WAYS:
        count = count_parameters(AlexNetOptions(side, classes, get_way(name), padded))
        found[name] = {
            "convolutions": count.convolutions,
            "branch": count.branch,
            "fc1": count.weights["fc1"],
            "total": count.total,
            "beyond_rgb": count.total - plain.total,
            "weights": count.weights,
        }
    return found


def without_memory(options: AlexNetOptions) -> AlexNet:
    """The network with the shapes of its weights alone."""
    with torch.device("meta"):
        return AlexNet(options)
