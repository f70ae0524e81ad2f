"""Attention transfer: a network is taught to look where a saliency map, or another network, does.

Zagoruyko and Komodakis, "Paying More Attention to Attention" (ICLR 2017), activation-based: a
layer's attention is the mean over channels of its squared activations, flattened, to unit length;
the loss is the squared distance of student's and teacher's, summed over layers. The thesis proposes
it in chapter 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate.errors import ModelError

BETA = 4.0
"""The loss's weight beside cross-entropy: the authors' for a layer of 16 x 16 positions.

They weigh the mean over positions by 1000, which is 1, 4 and 16 times the squared distance on their
layers of 32, 16 and 8 pixels a side. An AlexNet's last layers have 4: there the mean would weigh
63 times, and drown cross-entropy until the network is dead.
"""


def attention(features: Tensor) -> Tensor:
    """(B, C, H, W) activations -> (B, H·W), unit length."""
    return functional.normalize(features.pow(2).mean(dim=1).flatten(1))


def map_attention(saliency: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, 1, h, w) saliency -> (B, H·W) at a layer's size, unit length.

    A map takes the place of the mean of squares as it is: both are densities, not activations.
    """
    return functional.normalize(functional.adaptive_avg_pool2d(saliency, size).flatten(1))


def map_transfer_loss(student: Sequence[Tensor], maps: Sequence[Tensor]) -> Tensor:
    """How far the student's attention is from maps: 0 to 2 a layer, a mean over pictures.

    student: activations (B, C, H, W) of some layers. maps: saliency (B, 1, h, w) for each, of what
    the layer's positions cover: of the whole picture where the layers before it pad.
    """
    pairs = zip(student, maps, strict=True)
    return _distance(student, [map_attention(each, _size(layer)) for layer, each in pairs])


def _distance(student: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """Squared, of the student's attention and what is wanted, (B, H·W) each."""
    each = [
        (attention(features) - goal).pow(2).sum(dim=1).mean()
        for features, goal in zip(student, wanted, strict=True)
    ]
    return torch.stack(each).sum()


def _size(features: Tensor) -> tuple[int, int]:
    return features.shape[-2], features.shape[-1]


@contextmanager
def listening(network: nn.Module, layers: Sequence[str]) -> Iterator[Mapping[str, Tensor]]:
    """Gives a dictionary that holds, after each call of the network, the layers' outputs.

    Raises:
        ModelError: no such layer.
    """
    modules = dict(network.named_modules())
    heard: dict[str, Tensor] = {}
    hooks = []

    def note(name: str) -> Any:
        def hook(module: nn.Module, inputs: Any, output: Tensor) -> None:
            heard[name] = output

        return hook

    try:
        for name in layers:
            if name not in modules:
                raise ModelError(f"the network has no layer '{name}'")
            hooks.append(modules[name].register_forward_hook(note(name)))
        yield heard
    finally:
        for hook in hooks:
            hook.remove()
