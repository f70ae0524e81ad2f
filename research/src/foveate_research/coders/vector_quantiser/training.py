"""The codebooks of a vector quantiser from training pictures and their maps.

Details are coded in stages: the second codebook is of what the first leaves over, and so on. All
but the words are known to both sides, as the Huffman tables of JPEG's Annex K are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from foveate_research.coders.vector_quantiser.blocks import Floats, Pixels, blocks_of, weights_of
from foveate_research.coders.vector_quantiser.lbg import codebook, nearest, weighted_error

WORDS = 256
STAGES = {"luma": 4, "chroma": 2}
A_PICTURE = 1500
"""Vectors of a kind that a training picture gives at most, drawn at random."""


@dataclass(frozen=True, eq=False)
class Codebooks:
    """stages: "luma" and "chroma" -> an array (words, dimensions) a stage; word 0 is zero."""

    stages: dict[str, list[Floats]]


def trained(
    pictures: Iterable[tuple[Pixels, Floats | None]], *, words: int = WORDS, seed: int = 0
) -> tuple[Codebooks, dict[str, list[float]]]:
    """Codebooks of pictures (H, W, 3) with the weights of their 8x8 blocks, None for equal ones.

    Also the weighted squared error a vector that is left after each stage, by kind.
    """
    rng = np.random.default_rng(seed)
    vectors: dict[str, list[Floats]] = {kind: [] for kind in STAGES}
    counts: dict[str, list[Floats]] = {kind: [] for kind in STAGES}
    for pixels, weights in pictures:
        blocks = blocks_of(pixels)
        weighted = weights_of(weights, blocks)
        for kind in STAGES:
            details = blocks[kind].details
            drawn = rng.permutation(len(details))[:A_PICTURE]
            vectors[kind].append(details[drawn])
            counts[kind].append(weighted[kind][drawn])
    found: dict[str, list[Floats]] = {}
    left: dict[str, list[float]] = {}
    for kind, number in STAGES.items():
        rest, weight = np.concatenate(vectors[kind]), np.concatenate(counts[kind])
        found[kind], left[kind] = [], []
        for _ in range(number):
            book = codebook(rest, weight, size=words, with_zero=True)
            chosen = nearest(rest, book)
            left[kind].append(weighted_error(rest, book, chosen, weight))
            found[kind].append(book)
            rest = rest - book[chosen]
    return Codebooks(found), left
