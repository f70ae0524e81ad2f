"""The published networks' layers with random weights of small width, and what they compute.

Every forward pass is written here from the authors' definitions, layer by layer, with plain
functions of torch: none of it is the package's.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

Layers = dict[str, list[np.ndarray]]
VGG = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
VGG_MEAN = (103.939, 116.779, 123.68)  # blue, green, red


def drawn(rng: np.random.Generator, *shape: int, fan: int | None = None) -> np.ndarray:
    fan = fan or int(np.prod(shape[1:])) or 1
    return (rng.standard_normal(shape) * np.sqrt(2 / fan)).astype(np.float32)


def conv(rng, outputs, inputs, kernel, scale=1.0) -> list[np.ndarray]:
    weight = drawn(rng, outputs, inputs, kernel, kernel) * np.float32(scale)
    return [weight, rng.normal(0, 0.1, outputs).astype(np.float32)]


def tensors(arrays) -> list[torch.Tensor]:
    return [torch.from_numpy(np.ascontiguousarray(each)) for each in arrays]


def vgg_layers(rng, divide=16) -> Layers:
    layers, inputs = {}, 3
    for group, (channels, repeats) in enumerate(VGG, start=1):
        for index in range(1, repeats + 1):
            # the first layer sees grey levels: its answers are brought back to about 1
            scale = 0.02 if inputs == 3 else 1.0
            layers[f"conv{group}_{index}"] = conv(rng, channels // divide, inputs, 3, scale)
            inputs = channels // divide
    return layers


def vgg_features(layers: Layers, picture: np.ndarray, mean=VGG_MEAN) -> torch.Tensor:
    """conv5_3 of a picture (h, w, 3) RGB."""
    blue_first = picture[:, :, [2, 1, 0]].astype(np.float32) - np.array(mean, np.float32)
    features = torch.from_numpy(blue_first.transpose(2, 0, 1)[None].copy())
    for group, (_, repeats) in enumerate(VGG, start=1):
        if group > 1:
            features = functional.max_pool2d(features, 2, 2)
        for index in range(1, repeats + 1):
            weight, bias = tensors(layers[f"conv{group}_{index}"])
            features = functional.conv2d(features, weight, bias, padding=1).clamp(min=0)
    return features


SALNET = [(7, 96), (5, 256), (3, 512), (5, 512), (5, 512), (7, 256), (11, 128), (11, 32)]


def salnet_layers(rng, divide=32) -> Layers:
    layers, inputs = {}, 3
    for index, (kernel, channels) in enumerate([*SALNET, (13, divide)], start=1):
        layers[f"conv{index}"] = conv(rng, channels // divide, inputs, kernel)
        inputs = channels // divide
    layers["deconv1"] = [drawn(rng, 1, 1, 8, 8)]
    return layers


def salnet_map(layers: Layers, picture: np.ndarray) -> torch.Tensor:
    """deconv1 of a picture (h, w, 3) RGB."""
    blue_first = (picture[:, :, ::-1].astype(np.float64) - [100, 110, 118]) / 127.5
    features = torch.from_numpy(blue_first.transpose(2, 0, 1)[None].astype(np.float32))
    for index in range(1, 10):
        weight, bias = tensors(layers[f"conv{index}"])
        features = functional.conv2d(features, weight, bias, padding=weight.shape[-1] // 2)
        if index < 9:
            features = functional.relu(features)
        if index == 1:
            features = functional.local_response_norm(features, 5, alpha=1e-4, beta=0.75, k=1.0)
        if index < 3:
            features = functional.max_pool2d(features, 3, 2, ceil_mode=True)
    (weight,) = tensors(layers["deconv1"])
    return functional.conv_transpose2d(features, weight, stride=4, padding=2)
