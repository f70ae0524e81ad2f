"""A saliency branch for any torch network: multiplied into the stages that are named.

    network = with_saliency(my_resnet, ["layer1", "layer2"], side=224)
    logits = network(pixels, saliency)

It starts without changing anything (each map of features has a strength that begins at zero), so a
trained network stays as good as it was until the branch has learnt something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from foveate.errors import ModelError


class BranchStage(nn.Module):
    """(B, in, h, w) -> (B, out, H, W): brought to the stage's size by area, 3x3, ReLU, norm."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, own: Tensor, size: tuple[int, int]) -> Tensor:
        fitted = functional.adaptive_avg_pool2d(own, size)
        found: Tensor = self.norm(functional.relu(self.convolution(fitted)))
        return found


class WithSaliency(nn.Module):
    """(pixels, saliency (B, 1, h, w)) -> what `backbone(pixels)` gives, the branch merged in.

    After each stage its output (B, C, H, W) becomes output · (1 + strength · branch), channel by
    channel. The backbone itself is not changed and can still be called alone, by one thread at a
    time: threads take a copy each.
    """

    def __init__(self, backbone: nn.Module, channels: dict[str, int]) -> None:
        super().__init__()
        self.backbone = backbone
        self.merges = tuple(channels)
        widths = [1, *channels.values()]
        self.branch = nn.ModuleList(map(BranchStage, widths, widths[1:]))
        self.gates = nn.ParameterList(torch.zeros(width) for width in widths[1:])

    def forward(self, pixels: Tensor, saliency: Tensor) -> Any:
        own = saliency

        def merge(place: int) -> Any:
            def hook(module: nn.Module, inputs: Any, output: Tensor) -> Tensor:
                nonlocal own
                own = self.branch[place](own, (output.shape[-2], output.shape[-1]))
                strength = self.gates[place][:, None, None]
                merged: Tensor = output * (1 + strength * own)
                return merged

            return hook

        stages = [self.backbone.get_submodule(name) for name in self.merges]
        hooks = [stage.register_forward_hook(merge(i)) for i, stage in enumerate(stages)]
        try:
            return self.backbone(pixels)
        finally:
            for hook in hooks:
                hook.remove()


def with_saliency(backbone: nn.Module, merges: Sequence[str], *, side: int) -> WithSaliency:
    """Give a network a saliency branch, merged after each of the modules named.

    merges: names of modules (as in named_modules) whose output is (B, C, H, W). side: of a picture
    that the network takes, pixels; one is passed through to see the stages' channels.

    Raises:
        ModelError: no such stage, one that gives no maps of features, or that runs not just once.
    """
    shapes = _shapes(backbone, merges, side)
    channels = {}
    for name in shapes:  # in the order in which they run
        if len(shapes[name]) != 1:
            raise ModelError(
                f"{name} runs {len(shapes[name])} times: merge after one that runs once"
            )
        shape = shapes[name][0]
        if shape is None or len(shape) != 4:
            raise ModelError(f"{name} gives {shape}, not maps of features (B, C, H, W)")
        channels[name] = shape[1]
    missing = [name for name in merges if name not in channels]
    if missing:
        raise ModelError(f"{missing[0]} did not run: merge after a stage that pictures pass")
    network = WithSaliency(backbone, channels)
    weight = next(backbone.parameters())
    network.branch.to(weight.device, weight.dtype)
    network.gates.to(weight.device, weight.dtype)
    return network


def _shapes(
    backbone: nn.Module, merges: Sequence[str], side: int
) -> dict[str, list[tuple[int, ...] | None]]:
    """What each stage gave for one picture, by name, first run first."""
    modules = dict(backbone.named_modules())
    found: dict[str, list[tuple[int, ...] | None]] = {}
    hooks = []

    def note(name: str) -> Any:
        def hook(module: nn.Module, inputs: Any, output: Any) -> None:
            shape = tuple(output.shape) if isinstance(output, Tensor) else None
            found.setdefault(name, []).append(shape)

        return hook

    modes = [(module, module.training) for module in backbone.modules()]
    weight = next(backbone.parameters())
    try:
        for name in merges:
            if not name or name not in modules:
                stages = ", ".join(name for name, _ in backbone.named_children())
                raise ModelError(f"the network has no stage '{name}': there are {stages}")
            hooks.append(modules[name].register_forward_hook(note(name)))
        with torch.no_grad():
            backbone.eval()(torch.zeros(1, 3, side, side, device=weight.device, dtype=weight.dtype))
    finally:
        for module, training in modes:  # a norm may be frozen in a network that trains
            module.training = training
        for hook in hooks:
            hook.remove()
    return found
