"""What of a label network runs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

OUTPUTS = ("maps", "scores", "things")


class RunTimeLabels(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> maps (B, C, H/16, W/16), scores (B, C), things (B, C)."""

    things: Tensor

    def __init__(self, network: nn.Module, things: tuple[bool, ...]) -> None:
        super().__init__()
        self.network = network.eval()
        self.register_buffer("things", torch.tensor(things, dtype=torch.float32))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, maps = self.network(pixels)
        # the product keeps the exporter from folding the output away as a constant
        return maps, logits, logits * 0 + self.things
