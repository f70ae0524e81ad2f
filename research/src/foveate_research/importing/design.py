"""Design: an empty network of ours for a published file, and where its arrays go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from torch import nn

from foveate_research.importing.filling import Change, Slot
from foveate_research.training.recipes import RunTime


@dataclass(frozen=True)
class Design:
    """network: what the slots fill. run_time: the same as it runs. reads_as: the network of
    foveate whose reading makes the map, or None where `adapter` does. first: name and kernel of
    the layer that sees the picture, by which NumPy's files tell their order of axes. extra: what
    the record says besides."""

    network: nn.Module
    slots: tuple[Slot, ...]
    run_time: RunTime
    options: dict[str, Any]
    reads_as: str | None
    extra: dict[str, Any] = field(default_factory=dict)


def same(values: Any) -> Any:
    """No change."""
    return values


def convolution(
    name: str, ours: str, shape: tuple[int, ...], *, bias: bool = True, change: Change = same
) -> Slot:
    """A convolution: kernels (outputs, inputs / groups, h, w), or (inputs, outputs, h, w) of a
    transposed one, and a bias for each output."""
    if not bias:
        return Slot(name, (f"{ours}.weight",), (shape,), (change,), kernel=True)
    return Slot(
        name,
        (f"{ours}.weight", f"{ours}.bias"),
        (shape, shape[:1]),
        (change, same),
        kernel=True,
    )
