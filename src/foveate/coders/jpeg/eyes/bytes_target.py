"""As many bytes as asked for, seen as well as they can be."""

from __future__ import annotations

import math

from foveate.coders.jpeg.eyes.loop import looped, start_scale
from foveate.coders.jpeg.eyes.passes import EyeEncoder
from foveate.coders.jpeg.targets.byte_correction import STUFFING, BytesTarget, Start, corrected
from foveate.coders.jpeg.targets.search import LARGEST_SCALE, SMALLEST_SCALE, Found, scale_secant
from foveate.coders.jpeg.trellis_passes import Quantised

_SEARCH_PASSES = 10
"""A bound that ends a search which does not converge."""
_SETTLING = 2
"""After so many passes rates and steps hardly change."""
_BYTES_SLOPE = -0.8
"""The slope of log bytes over log scale."""
_NEAR = 0.03
"""Log bytes that may be missed before the loop, which moves them by about as much."""


def meet_bytes(
    encoder: EyeEncoder, target: BytesTarget, segments: bytes, *, rounds: int
) -> Found | None:
    """The best seen file of at most `target.most` bytes, metadata included; None where none fits.

    The search goes by the weights of the original alone; the loop begins at the scale that it
    found, and follows the bytes as they move. What is left is corrected with lambda.
    """
    aim = max((target.aim + target.least) / 2 - len(segments), 1.0)

    def miss(quantised: Quantised) -> float:
        return math.log(quantised.size_bytes * STUFFING / aim)

    log_scale = math.log(start_scale(encoder, aim))
    secant = scale_secant(_BYTES_SLOPE)
    for n in range(_SEARCH_PASSES):
        quantised = encoder.quantise(math.exp(log_scale))
        if n < _SETTLING:
            encoder.adapt_shape(quantised)
        missed = miss(quantised)
        if n >= _SETTLING and abs(missed) < _NEAR:
            break
        if n <= _SETTLING:  # what was seen before rates and steps settled would mislead
            secant = scale_secant(_BYTES_SLOPE)
        following = secant.next(log_scale, missed)
        if following == log_scale:
            break
        log_scale = following

    def followed(scale: float, quantised: Quantised) -> float:
        moved = math.exp(miss(quantised) / -_BYTES_SLOPE)
        return min(max(scale * moved, SMALLEST_SCALE), LARGEST_SCALE)

    scale = math.exp(log_scale)
    if rounds > 0:
        quantised, scale = looped(encoder, encoder.refit(quantised), scale, rounds, followed)
    start = Start(math.log(scale), 0.0)
    return corrected(encoder, start, target, aim, segments)
