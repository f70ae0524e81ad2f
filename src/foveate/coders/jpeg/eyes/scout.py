"""An encoder of some pieces of a large picture, for a search to look at in the picture's place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from foveate.coders.jpeg.eyes.passes import EyeEncoder
from foveate.coders.jpeg.targets.sample import Pieces, PieceShape, sampled
from foveate.coders.jpeg.trellis_passes import Blocks, Quantised

_SQUARES = PieceShape(high=8, wide=16, usual=16_384)
"""The models see coarse structure too: pieces are 128 pixels high and 256 wide."""
_LEAST_BLOCKS = 24_576
"""The luma blocks, 1.6 megapixels, of the smallest picture that is worth a scout."""


@dataclass(frozen=True)
class Scout:
    """The encoder of the pieces."""

    encoder: EyeEncoder
    pieces: Pieces

    def part_of(self, quantised: Quantised) -> Quantised:
        """What a pass over the whole picture chose for the pieces, without statistics."""
        chroma_420 = self.encoder.blocks.chroma_420
        levels = self.pieces.of_levels(quantised.levels, chroma_420=chroma_420)
        return replace(quantised, levels=levels, statistics=())


def scout_of(blocks: Blocks, encoder_of: Callable[[Pieces], EyeEncoder]) -> Scout | None:
    """A scout for a picture of these blocks; None where it is small or no pieces are like it."""
    if blocks.luma_blocks < _LEAST_BLOCKS:
        return None
    pieces = sampled(blocks, _SQUARES)
    return None if pieces is None else Scout(encoder_of(pieces), pieces)
