"""As many bytes as asked for: the finest file that is not larger."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from foveate import native
from foveate.errors import TargetError
from foveate.jpeg.encoder import Encoder, Quantised
from foveate.jpeg.search import LARGEST_SCALE, SMALLEST_SCALE, Found, Secant, scale_secant, scout_of

_SEARCH_PASSES = 10
_FULL_PASSES = 24
_COARSEST_PASSES = 3

# Typical slopes of log bytes over log scale and log lambda, until two passes have shown them.
_BYTES_SLOPE = -0.9
_LAMBDA_SLOPE = -0.2

# Lambda is corrected within exp of these; below the lowest it moves hardly a byte.
_LOWEST_LAMBDA = -1.0
_HIGHEST_LAMBDA = 6.0
_FINER = 0.12
"""Log of how much finer steps get where lambda alone cannot fill the bytes."""


@dataclass(frozen=True)
class BytesTarget:
    """At most `most` bytes; at least `least` too, unless quality is at its ceiling before."""

    least: int
    aim: int
    most: int


def _start_scale(encoder: Encoder, aim: float) -> float:
    """A first guess: as many coefficients above half a step as the bytes allow."""
    luma = encoder.blocks.components[0]
    rows, cols = luma.used
    stride = max(1, rows * cols // 4096)
    picked = np.arange(0, rows * cols, stride)
    blocks = luma.coefficients[picked // cols, picked % cols, 1:]
    steps = native.COEFFICIENT_UNITS * encoder.steps_shape(0)[1:]
    ratios = np.abs(blocks / steps).reshape(-1)
    levels_wanted = aim * 8 / 6.5 * 0.8 / (rows * cols)  # about six and a half bits a level
    share = min(max(levels_wanted / 63.0, 1e-4), 0.999)
    return max(float(np.quantile(ratios, 1.0 - share)) / 0.65, SMALLEST_SCALE)


def _settled_scale(encoder: Encoder, aim: float, *, tolerance: float) -> float:
    """Log scale at which the blocks take `aim` bytes, with rates and fitted steps settled."""
    fits = encoder.tuning.step_fits
    log_scale = math.log(_start_scale(encoder, aim))
    secant = scale_secant(_BYTES_SLOPE)
    for n in range(_SEARCH_PASSES):
        quantised = encoder.quantise(math.exp(log_scale))
        if n < fits:
            encoder.adapt_shape(quantised, math.exp(log_scale))
        miss = math.log(quantised.size_bytes / aim)
        if n > fits and abs(miss) < tolerance:
            break
        if n <= fits:  # what was seen before rates and steps settled would mislead
            secant = scale_secant(_BYTES_SLOPE)
        following = secant.next(log_scale, miss)
        if following == log_scale:
            break
        log_scale = following
    return log_scale


def _coarsest(encoder: Encoder, segments: bytes) -> Found:
    """The smallest file that this encoder writes, whatever was tried before."""
    fresh = Encoder(encoder.blocks, encoder.script, encoder.tuning, threads=encoder.threads)
    for _ in range(_COARSEST_PASSES):
        quantised = fresh.quantise(LARGEST_SCALE, lambda_factor=math.exp(_HIGHEST_LAMBDA))
    quantised = fresh.refit(quantised)
    return Found(quantised, fresh.write(quantised, segments), LARGEST_SCALE, at_ceiling=False)


def _lambda_secant() -> Secant:
    return Secant(_LAMBDA_SLOPE, _LOWEST_LAMBDA, _HIGHEST_LAMBDA)


class _Sizes:
    """Bytes of a pass: counted exactly but for stuffing, whose share the last real file tells."""

    def __init__(self, encoder: Encoder, segments: bytes) -> None:
        self._encoder, self._segments, self._stuffing = encoder, segments, 1.0

    def file(self, quantised: Quantised) -> bytes:
        data = self._encoder.write(quantised, self._segments)
        self._stuffing = (len(data) - len(self._segments)) / quantised.size_bytes
        return data

    def expected(self, quantised: Quantised) -> float:
        return len(self._segments) + quantised.size_bytes * self._stuffing


def meet_bytes(encoder: Encoder, target: BytesTarget, segments: bytes) -> Found:
    """The finest file of at most `target.most` bytes, metadata included.

    A sample of the blocks finds the scale; lambda, which moves bytes without steps' jumps, is
    corrected on all of them. Raises TargetError when even the coarsest file is larger.
    """
    fixed = len(segments)
    aim = max(target.aim - fixed, 1)
    scout = scout_of(encoder)
    share = scout.blocks.luma_blocks / encoder.blocks.luma_blocks
    tolerance = 0.003 if scout is encoder else 0.01
    log_scale = _settled_scale(scout, aim * share, tolerance=tolerance)
    encoder.adopt(scout)
    sizes = _Sizes(encoder, segments)
    best: Found | None = None
    secant = _lambda_secant()
    log_lambda, finer = 0.0, _FINER
    for n in range(_FULL_PASSES):
        scale = math.exp(log_scale)
        at_ceiling = scale <= SMALLEST_SCALE * 1.001
        quantised = encoder.quantise(scale, lambda_factor=math.exp(log_lambda))
        size = sizes.expected(quantised)
        nearer = best is None or size > len(best.data)
        if n == 0 or (size <= 1.002 * target.most and nearer):
            quantised = encoder.refit(quantised)
            data = sizes.file(quantised)
            size = len(data)
            if size <= target.most and (best is None or size > len(best.data)):
                best = Found(quantised, data, scale, at_ceiling)
            if size <= target.most and (size >= target.least or at_ceiling):
                break
        following = secant.next(log_lambda, math.log(max(size - fixed, 1) / aim))
        if size < target.least and log_lambda <= _LOWEST_LAMBDA:
            # With these steps there are no more bytes to be had: take finer ones.
            log_scale = max(log_scale - finer, math.log(SMALLEST_SCALE))
            finer *= 1.5
            log_lambda, secant = 0.0, _lambda_secant()
        elif abs(following - log_lambda) < 1e-5:
            break
        else:
            log_lambda = following
    if best is None:
        best = _coarsest(encoder, segments)
        if len(best.data) > target.most:
            carried = f" with its {fixed} bytes of metadata" if fixed else ""
            raise TargetError(
                f"{target.most} bytes are too few for this picture{carried};"
                f" the nearest that can be met is {len(best.data)} bytes"
            )
    return best
