"""Give a trained network the map: its weights go over, what the map needs is new.

Section 3.4 of the thesis draws the new weights evenly from [0, 1], hundreds of times the trained
ones. With zeros the network starts as good as it was, and learns from there what the map is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from foveate.errors import ModelError

NewWeights = Literal["uniform", "zero"]


@torch.no_grad()
def transplant(
    network: nn.Module, trained: Mapping[str, Tensor], *, new: NewWeights, seed: int = 0
) -> list[str]:
    """Copy a trained network's state into one that has more channels or a branch; names the new.

    A tensor with more channels than its trained namesake keeps the trained ones first. What it has
    beyond is drawn from U(0, 1), or is zero. New channels of a norm: scale and shift are drawn, or
    stay 1 and 0; its statistics stay 0 and 1. Layers that the trained network lacks (the branch)
    stay as they were built.

    Raises:
        ModelError: the trained network has layers that this one lacks, or wider ones.
    """
    generator = torch.Generator().manual_seed(seed)
    state = network.state_dict()
    lost = [name for name in trained if name not in state]
    if lost:
        raise ModelError(f"the trained network has {lost[0]}, this one has not: start from another")
    changed = [name for name in state if name not in trained]
    for name, old in trained.items():
        mine = state[name]
        if mine.shape == old.shape:
            mine.copy_(old)
            continue
        fits = mine.ndim == old.ndim and all(
            m >= o for m, o in zip(mine.shape, old.shape, strict=True)
        )
        if not fits:
            theirs, ours = list(old.shape), list(mine.shape)
            raise ModelError(f"{name} is {theirs} in the trained network, {ours} in this one")
        changed.append(name)
        if "running" not in name:
            if new == "uniform":
                mine.uniform_(0, 1, generator=generator)
            elif mine.ndim > 1:
                mine.zero_()
        mine[tuple(slice(0, size) for size in old.shape)] = old
    return changed
