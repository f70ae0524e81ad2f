"""MEnet's published layers at a small width, and what they compute, by the authors' numbering."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from published_layers import Layers, conv, drawn, tensors


class Net:
    """Makes layers in the order of the definition, or runs those that were made."""

    def __init__(self, layers: Layers | None, rng: np.random.Generator | None) -> None:
        self.layers: Layers = {} if layers is None else layers
        self.rng = rng
        self.counts = {"Convolution": 0, "Deconvolution": 0, "BatchNorm": 0}

    def take(self, kind: str) -> str:
        self.counts[kind] += 1
        return f"{kind}{self.counts[kind]}"

    def norm(self, features: torch.Tensor) -> torch.Tensor:
        name = self.take("BatchNorm")
        scale = name.replace("BatchNorm", "Scale")
        count = features.shape[1]
        if self.rng is not None:
            seen = features.detach().numpy()
            weight = np.float32(999.98)  # Caffe keeps sums beside their number
            mean = seen.mean(axis=(0, 2, 3)) + self.rng.normal(0, 0.1, count)
            spread = seen.var(axis=(0, 2, 3)) + self.rng.uniform(0.5, 1, count)
            self.layers[name] = [
                (mean * weight).astype(np.float32),
                (spread * weight).astype(np.float32),
                np.array([weight]),
            ]
            self.layers[scale] = [
                self.rng.uniform(0.7, 1.3, count).astype(np.float32),
                self.rng.normal(0, 0.1, count).astype(np.float32),
            ]
        mean, spread, weight = tensors(self.layers[name])
        gain, shift = tensors(self.layers[scale])
        each = [t[None, :, None, None] for t in (mean / weight, spread / weight, gain, shift)]
        return (features - each[0]) / (each[1] + 1e-5).sqrt() * each[2] + each[3]

    def conv(self, features, outputs, kernel, *, stride=1, pad=0) -> torch.Tensor:
        name = self.take("Convolution")
        if self.rng is not None:
            self.layers[name] = conv(self.rng, outputs, features.shape[1], kernel)
        weight, bias = tensors(self.layers[name])
        return functional.conv2d(features, weight, bias, stride=stride, padding=pad)

    def deconv(self, features, outputs, kernel, *, stride=1, pad=0) -> torch.Tensor:
        name = self.take("Deconvolution")
        if self.rng is not None:
            inputs = features.shape[1]
            self.layers[name] = [
                drawn(self.rng, inputs, outputs, kernel, kernel, fan=inputs * kernel**2)
            ]
        (weight,) = tensors(self.layers[name])
        return functional.conv_transpose2d(features, weight, stride=stride, padding=pad)

    def active(self, features: torch.Tensor) -> torch.Tensor:
        return functional.relu(self.norm(features))

    def unit(self, features: torch.Tensor) -> torch.Tensor:
        inner = self.conv(self.active(features), features.shape[1], 3, pad=1)
        return self.conv(self.active(inner), features.shape[1], 3, pad=1) + features

    def single(self, features: torch.Tensor) -> torch.Tensor:
        return self.conv(self.active(features), 1, 3, pad=1)


def enlarged(single: torch.Tensor, side: int) -> torch.Tensor:
    """Every value as a square of equal ones."""
    times = side // single.shape[-1]
    return single.repeat_interleave(times, 2).repeat_interleave(times, 3)


def run(picture: torch.Tensor, width: int, *, layers=None, rng=None):
    """Layers, Convolution60's features of unit length, Convolution61's logits."""
    net = Net(layers, rng)
    side = picture.shape[-1]
    maps = [net.single(picture)]
    current = functional.relu(net.norm(net.conv(picture, width, 3, pad=1)))
    current = net.unit(net.unit(current))
    maps.append(net.single(current))
    encoded = [current]
    for level in range(1, 6):
        channels = width * 2**level
        first = net.conv(net.active(current), channels, 3, stride=2, pad=1)
        second = net.conv(net.active(first), channels, 3, pad=1)
        current = net.unit(second + net.conv(net.active(current), channels, 1, stride=2))
        encoded.append(current)
        maps.append(net.single(current))
    code = net.conv(net.active(current), channels, side // 32)
    centre = current = net.deconv(net.active(code), channels, side // 32)
    decoded = []
    for level in range(4, -1, -1):
        joined = torch.cat([current, encoded[level + 1]], dim=1)
        channels = width * 2**level
        first = net.deconv(net.active(joined), channels, 4, stride=2, pad=1)
        second = net.conv(net.active(first), channels, 3, pad=1)
        current = net.unit(second + net.deconv(net.active(joined), channels, 2, stride=2))
        decoded.append(current)
    maps += [net.single(each) for each in [*reversed(decoded), centre]]
    stack = torch.cat([enlarged(each, side) for each in maps], dim=1)
    features = torch.tanh(net.norm(net.conv(stack, 16, 3, pad=1)))
    logits = net.norm(net.conv(stack, 2, 3, pad=1))
    return net.layers, features / features.norm(dim=1, keepdim=True), logits
