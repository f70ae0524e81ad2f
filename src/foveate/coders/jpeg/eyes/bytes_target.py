"""As many bytes as asked for, seen as well as they can be."""

from __future__ import annotations

import math

from foveate.coders.jpeg.eyes.loop import looped, start_scale
from foveate.coders.jpeg.eyes.passes import EyeEncoder
from foveate.coders.jpeg.eyes.scout import Scout
from foveate.coders.jpeg.targets.byte_correction import STUFFING, BytesTarget, Start, corrected
from foveate.coders.jpeg.targets.search import LARGEST_SCALE, SMALLEST_SCALE, Found, scale_secant
from foveate.coders.jpeg.trellis_passes import Quantised

_SEARCH_PASSES = 10
"""A bound that ends a search which does not converge."""
_SETTLING = 2
"""After so many passes rates and steps hardly change."""
_BYTES_SLOPE = -0.8
"""The slope of log bytes over log scale."""
_LAMBDA_SLOPE, _LOOKED_LAMBDA_SLOPE = -0.145, -0.11
"""The slope of log bytes over log lambda, before any look at the decoded picture and after two."""
_NEAR = 0.03
"""Log bytes that may be missed before the loop, which moves them by about as much."""


def _searched(
    encoder: EyeEncoder, aim: float, log_scale: float, *, settling: int
) -> tuple[Quantised, float]:
    """A pass that takes about as many bytes, and its log scale; rates and steps settle on the way.

    settling: passes that serve only to settle.
    """
    secant = scale_secant(_BYTES_SLOPE)
    following = log_scale
    for n in range(_SEARCH_PASSES):
        log_scale = following
        quantised = encoder.quantise(math.exp(log_scale))
        if n < settling:
            encoder.adapt_shape(quantised)
        missed = _miss(quantised, aim)
        if n >= settling and abs(missed) < _NEAR:
            break
        if n <= settling:  # what was seen before rates and steps settled would mislead
            secant = scale_secant(_BYTES_SLOPE)
        following = secant.next(log_scale, missed)
        if following == log_scale:
            break
    return quantised, log_scale


def _miss(quantised: Quantised, aim: float) -> float:
    return math.log(quantised.size_bytes * STUFFING / aim)


def meet_bytes(
    encoder: EyeEncoder, scout: Scout | None, target: BytesTarget, segments: bytes, *, rounds: int
) -> Found | None:
    """The best seen file of at most `target.most` bytes, metadata included; None where none fits.

    The search goes by the weights of the original alone, first in the scout's pieces where there
    is one; the loop begins at the scale that was found, and follows the bytes as they move. What is
    left is corrected with lambda.
    """
    aim = max((target.aim + target.least) / 2 - len(segments), 1.0)
    log_scale = math.log(start_scale(encoder, aim))
    settling = _SETTLING
    encoder.aim(math.exp(log_scale))
    if scout is not None:
        part = scout.encoder
        part.aim(math.exp(log_scale))
        share = encoder.rounded_size(math.exp(log_scale)) / part.rounded_size(math.exp(log_scale))
        _, log_scale = _searched(part, aim / share, log_scale, settling=_SETTLING)
        encoder.adopt(part)
        settling = 0
    quantised, log_scale = _searched(encoder, aim, log_scale, settling=settling)

    def followed(scale: float, quantised: Quantised) -> float:
        moved = math.exp(_miss(quantised, aim) / -_BYTES_SLOPE)
        return min(max(scale * moved, SMALLEST_SCALE), LARGEST_SCALE)

    start = Start(log_scale, 0.0, lambda_slope=_LAMBDA_SLOPE, passed=quantised)
    if rounds > 0:
        scale = math.exp(log_scale)
        _, scale = looped(encoder, encoder.refit(quantised), scale, rounds, followed)
        start = Start(math.log(scale), 0.0, lambda_slope=_LOOKED_LAMBDA_SLOPE)
    return corrected(encoder, start, target, aim, segments)
