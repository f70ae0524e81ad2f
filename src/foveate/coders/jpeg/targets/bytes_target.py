"""As many bytes as asked for: the finest file that is not larger."""

from __future__ import annotations

import math

import numpy as np

from foveate import native
from foveate.coders.jpeg.targets.byte_correction import (
    HIGHEST_LAMBDA,
    LAMBDA_SLOPE,
    STUFFING,
    BytesTarget,
    Start,
    corrected,
)
from foveate.coders.jpeg.targets.prediction import SizePrediction
from foveate.coders.jpeg.targets.sample import sampled, scout_of
from foveate.coders.jpeg.targets.search import (
    LARGEST_SCALE,
    SMALLEST_SCALE,
    Found,
    Secant,
    scale_secant,
)
from foveate.coders.jpeg.trellis_passes import Encoder
from foveate.coders.plain.asked_bytes import too_few_bytes

# The starting guesses below are held against results/targets.json, which `foveate tune targets`
# measured on photographs; a search replaces each of them by what its own passes show.
_SEARCH_PASSES = 10
"""A bound that ends a search which does not converge; photographs take 5 to 11 passes in all."""
_COARSEST_PASSES = 3
"""After so many passes the rates of an almost empty file hardly change."""

_BYTES_SLOPE = -0.9
"""The slope of log bytes over log scale, taken from the steep end of what was seen (median -0.73),
so that the first step falls short and does not overshoot."""
_LAMBDA_TOLERANCE = 0.001
"""Log bytes that lambda may miss on a sample: a tenth of what a byte target may miss."""
_FAR_LAMBDA = 0.5
"""Lambda moves no further than this, in log, on a sample; the rest is corrected on all blocks."""

_BITS_OF_A_CODED_LEVEL = 6.5
"""The bits that a nonzero level takes, with all else in the file (quartiles 6.2 and 7.6)."""


def _start_scale(encoder: Encoder, aim: float) -> float:
    """A first guess: as many coefficients above half a step as the bytes allow."""
    if encoder.natural_scale is not None:
        return encoder.natural_scale
    luma = encoder.blocks.components[0]
    rows, cols = luma.used
    stride = max(1, rows * cols // 4096)
    picked = np.arange(0, rows * cols, stride)
    blocks = luma.coefficients[picked // cols, picked % cols, 1:]
    steps = native.COEFFICIENT_UNITS * encoder.steps_shape(0)[1:]
    ratios = np.abs(blocks / steps).reshape(-1)
    levels_wanted = aim * 8 / _BITS_OF_A_CODED_LEVEL * 0.8 / (rows * cols)  # a fifth is chroma
    share = min(max(levels_wanted / 63.0, 1e-4), 0.999)
    return max(float(np.quantile(ratios, 1.0 - share)) / 0.65, SMALLEST_SCALE)


def _settled(scout: Encoder, prediction: SizePrediction, wanted: float) -> Start:
    """Where the picture is expected to take as many bytes as wanted, less metadata.

    Rates and fitted steps are settled too. What lambda leaves is corrected later, on all blocks.
    """
    tolerance, lambda_passes = (0.003, 0) if prediction.exact else (0.01, 2)
    fits, stuffing = scout.tuning.step_fits, STUFFING
    aim = wanted / stuffing
    log_scale = math.log(_start_scale(scout, aim * prediction.share))
    secant = scale_secant(_BYTES_SLOPE)
    for n in range(_SEARCH_PASSES):
        quantised = scout.quantise(math.exp(log_scale))
        if n < fits:
            scout.adapt_shape(quantised, math.exp(log_scale))
        miss = math.log(prediction.size_bytes(quantised, settled=n > fits) / aim)
        if n > fits and abs(miss) < tolerance:
            break
        if n <= fits:  # what was seen before rates and steps settled would mislead
            secant = scale_secant(_BYTES_SLOPE)
        following = secant.next(log_scale, miss)
        if following == log_scale:
            return Start(log_scale, 0.0)
        log_scale = following
    if not prediction.exact:
        stuffing = len(scout.write(quantised, b"")) / quantised.size_bytes
        aim = wanted / stuffing
    secant = Secant(LAMBDA_SLOPE, -_FAR_LAMBDA, _FAR_LAMBDA)
    log_lambda = secant.next(0.0, miss)
    for _ in range(lambda_passes):
        factor = math.exp(log_lambda)
        quantised = scout.quantise(math.exp(log_scale), lambda_factor=factor)
        miss = math.log(prediction.size_bytes(quantised, lambda_factor=factor) / aim)
        if abs(miss) < _LAMBDA_TOLERANCE:
            break
        log_lambda = secant.next(log_lambda, miss)
    return Start(log_scale, log_lambda, stuffing)


def _coarsest(encoder: Encoder, segments: bytes) -> Found:
    """The smallest file that this encoder writes, whatever was tried before."""
    fresh = encoder.like(encoder.blocks)
    for _ in range(_COARSEST_PASSES):
        quantised = fresh.quantise(LARGEST_SCALE, lambda_factor=math.exp(HIGHEST_LAMBDA))
    quantised = fresh.refit(quantised)
    return Found(quantised, fresh.write(quantised, segments), LARGEST_SCALE, at_ceiling=False)


def _met(encoder: Encoder, scout: Encoder, target: BytesTarget, segments: bytes) -> Found | None:
    """What was found to fit.

    A sample of the blocks finds the scale, and lambda, which moves bytes without steps' jumps;
    lambda is corrected on all of them where they turn out otherwise.
    """
    fixed = len(segments)
    prediction = SizePrediction(encoder, scout)
    # Bytes that are known, not predicted, can come nearer to the most.
    wanted = target.aim + target.most if prediction.exact else target.least + target.most
    aim = max(wanted / 2 - fixed, 1.0)
    start = _settled(scout, prediction, aim)
    encoder.adopt(scout)
    return corrected(encoder, start, target, aim, segments)


def meet_bytes(encoder: Encoder, target: BytesTarget, segments: bytes) -> Found:
    """The finest file of at most `target.most` bytes, metadata included.

    Raises TargetError when even the coarsest file is larger.
    """
    fixed = len(segments)
    scout = scout_of(encoder, sampled(encoder.blocks))
    best = _met(encoder, scout, target, segments)
    if scout is not encoder and (best is None or not best.fills(target.least)):
        again = _met(encoder, encoder, target, segments)  # the sample has misled
        if again is not None and (best is None or len(again.data) > len(best.data)):
            best = again
    if best is None:
        best = _coarsest(encoder, segments)
        if len(best.data) > target.most:
            raise too_few_bytes(target.most, len(best.data), fixed)
    return best
