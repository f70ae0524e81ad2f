"""Round and round between the trellis and the models of the eye."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from foveate import native
from foveate.coders.jpeg.eyes.passes import EyeEncoder
from foveate.coders.jpeg.targets.search import SMALLEST_SCALE
from foveate.coders.jpeg.trellis_passes import Quantised

_BITS_OF_A_CODED_LEVEL = 6.5
"""The bits that a nonzero level takes, with all else in the file."""

Follow = Callable[[float, Quantised], float]
"""A round's scale and what came of it, to the scale of the next."""


def start_scale(encoder: EyeEncoder, size_bytes: float) -> float:
    """A first guess: as many luma coefficients above half a step as the bytes allow."""
    if encoder.natural_scale is not None:
        return encoder.natural_scale
    luma = encoder.blocks.components[0]
    rows, cols = luma.used
    picked = np.arange(0, rows * cols, max(1, rows * cols // 4096))
    blocks = luma.coefficients[picked // cols, picked % cols, 1:]
    ratios = np.abs(blocks / (native.COEFFICIENT_UNITS * encoder.shapes[0][1:])).reshape(-1)
    wanted = size_bytes * 8 / _BITS_OF_A_CODED_LEVEL * 0.8 / (rows * cols)  # a fifth is chroma
    share = min(max(wanted / 63.0, 1e-4), 0.999)
    return max(float(np.quantile(ratios, 1.0 - share)) / 0.65, SMALLEST_SCALE)


def settled(encoder: EyeEncoder, scale: float, passes: int) -> Quantised:
    """So many passes at a scale; each starts from the steps that fitted the last, and its rates."""
    quantised = encoder.quantise(scale)
    for _ in range(passes - 1):
        encoder.adapt_shape(quantised)
        quantised = encoder.quantise(scale)
    return encoder.refit(quantised)


def looped(
    encoder: EyeEncoder, quantised: Quantised, scale: float, rounds: int, follow: Follow
) -> tuple[Quantised, float]:
    """The levels after so many looks at the decoded picture, and the scale of one round more."""
    for _ in range(rounds):
        encoder.follow(quantised)
        quantised = settled(encoder, scale, encoder.tuning.round_passes)
        scale = follow(scale, quantised)
    return quantised, scale
