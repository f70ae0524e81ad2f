"""What of a label network runs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from foveate_research.architectures.msroi import over_surroundings

OUTPUTS = ("maps", "scores", "things")


class RunTimeLabels(nn.Module):
    """(B, 3, H, W) RGB in [0, 255] -> maps (B, C, H/16, W/16), scores (B, C), things (B, C).

    surroundings: how strongly they keep down the maps of things (`over_surroundings`).
    """

    things: Tensor

    def __init__(
        self, network: nn.Module, things: tuple[bool, ...], *, surroundings: float = 0.0
    ) -> None:
        super().__init__()
        self.surroundings = surroundings
        self.network = network.eval()
        self.register_buffer("things", torch.tensor(things, dtype=torch.float32))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, maps = self.network(pixels)
        maps = over_surroundings(maps, self.things, self.surroundings)
        # the product keeps the exporter from folding the output away as a constant
        return maps, logits, logits * 0 + self.things
