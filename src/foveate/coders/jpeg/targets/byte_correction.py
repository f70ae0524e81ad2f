"""The last step to a byte target: lambda is corrected until the real file fits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from foveate.coders.jpeg.targets.search import SMALLEST_SCALE, Found, Secant
from foveate.coders.jpeg.trellis_passes import Quantised

_FULL_PASSES = 24
"""A bound that ends a correction which does not converge."""

LAMBDA_SLOPE = -0.2
"""The slope of log bytes over log lambda (median -0.19)."""

STUFFING = 1.0035
"""Bytes with byte stuffing over those without (median 1.0026, highest 1.0042)."""

# Lambda is corrected within exp of these; below the lowest it moves hardly a byte.
_LOWEST_LAMBDA = -1.0
HIGHEST_LAMBDA = 6.0
_FINER = 0.12
"""Log of how much finer steps get where lambda alone cannot fill the bytes: a slope of -0.7 makes
that 8 % more bytes, which lambda can take back."""


@dataclass(frozen=True)
class BytesTarget:
    """At most `most` bytes; at least `least` too, unless quality is at its ceiling before."""

    least: int
    aim: int
    most: int


@dataclass(frozen=True)
class Start:
    """Where the search on all blocks begins."""

    log_scale: float
    log_lambda: float
    stuffing: float = STUFFING
    """Bytes with byte stuffing over those without."""
    lambda_slope: float = LAMBDA_SLOPE
    """The slope of log bytes over log lambda, as far as it is known."""
    passed: Quantised | None = None
    """A pass that was made here already."""


class Passes(Protocol):
    """What a correction needs of an encoder."""

    def quantise(self, scale: float, *, lambda_factor: float = 1.0) -> Quantised:
        """One pass over every block."""
        ...

    def refit(self, quantised: Quantised) -> Quantised:
        """The same levels with the whole steps that fit them best."""
        ...

    def write(self, quantised: Quantised, segments: bytes) -> bytes:
        """The file."""
        ...


def _lambda_secant(slope: float) -> Secant:
    return Secant(slope, _LOWEST_LAMBDA, HIGHEST_LAMBDA)


class _Sizes:
    """Bytes of a pass: counted exactly but for stuffing, whose share the last real file tells."""

    def __init__(self, encoder: Passes, segments: bytes, stuffing: float) -> None:
        self._encoder, self._segments, self._stuffing = encoder, segments, stuffing

    def file(self, quantised: Quantised) -> bytes:
        data = self._encoder.write(quantised, self._segments)
        self._stuffing = (len(data) - len(self._segments)) / quantised.size_bytes
        return data

    def expected(self, quantised: Quantised) -> float:
        return len(self._segments) + quantised.size_bytes * self._stuffing


def corrected(
    encoder: Passes, start: Start, target: BytesTarget, aim: float, segments: bytes
) -> Found | None:
    """The finest file found that fits, from a scale and a lambda on; None where none did.

    Lambda moves the bytes without steps' jumps. `aim`: bytes without metadata.
    """
    fixed = len(segments)
    log_scale, log_lambda = start.log_scale, start.log_lambda
    sizes = _Sizes(encoder, segments, start.stuffing)
    best: Found | None = None
    secant, finer = _lambda_secant(start.lambda_slope), _FINER
    for n in range(_FULL_PASSES):
        scale = math.exp(log_scale)
        at_ceiling = scale <= SMALLEST_SCALE * 1.001
        quantised = start.passed
        if n > 0 or quantised is None:
            quantised = encoder.quantise(scale, lambda_factor=math.exp(log_lambda))
        size = sizes.expected(quantised)
        nearer = best is None or size > len(best.data)
        near = n > 0 or at_ceiling or size >= target.least
        if near and nearer and size <= 1.002 * target.most:
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
            log_lambda, secant = 0.0, _lambda_secant(start.lambda_slope)
        elif abs(following - log_lambda) < 1e-5:
            break
        else:
            log_lambda = following
    return best
