"""A second device on a machine that has none: tensors that refuse to meet those of the processor.

A tensor whose making states a device, or that is moved to one, lies on the second device. What is
made of it stays there until `.cpu()`. An operation on tensors of both fails as on a GPU, and so
does reading one as an array.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map

MAKERS = {torch.tensor, torch.as_tensor, torch.arange, torch.zeros, torch.ones, torch.full}
MOVES = {torch.Tensor.to}


class Elsewhere(torch.Tensor):
    """A tensor on the second device."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is torch.Tensor.numpy:
            raise TypeError("a tensor of another device cannot be read as an array")
        found = [each for each in tree_flatten((args, kwargs))[0] if torch.is_tensor(each)]
        here = [each for each in found if not isinstance(each, Elsewhere) and each.ndim > 0]
        if here and func is not torch.Tensor.data.__set__:
            raise RuntimeError(f"{func.__name__}: tensors of two devices")
        made = super().__torch_function__(func, types, args, kwargs)
        if func is torch.Tensor.cpu:
            return tree_map(_back, made)
        return made


class SecondDevice(TorchFunctionMode):
    """Within it, a stated device is the second one."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        stated = any(isinstance(each, torch.device) for each in (*args, *(kwargs or {}).values()))
        return tree_map(_away, made) if stated and func in MAKERS | MOVES else made


def moved(network: nn.Module) -> nn.Module:
    """The network with its weights and buffers on the second device; in place."""
    for module in network.modules():
        for name, weight in module._parameters.items():
            if weight is not None:
                away = weight.detach().as_subclass(Elsewhere)
                module._parameters[name] = nn.Parameter(away, requires_grad=weight.requires_grad)
        for name, buffer in module._buffers.items():
            if buffer is not None:
                module._buffers[name] = buffer.as_subclass(Elsewhere)
    return network


def moved_batch(batch: Any) -> Any:
    """What a loader hands to a training on the second device."""
    return tree_map(_away, batch)


def _away(value: Any) -> Any:
    return value.as_subclass(Elsewhere) if torch.is_tensor(value) else value


def _back(value: Any) -> Any:
    return value.as_subclass(torch.Tensor) if torch.is_tensor(value) else value
