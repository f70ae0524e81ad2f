"""From a target to a file: which scale and lambda give the bytes or the quality asked for."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from foveate.errors import TargetError
from foveate.jpeg.encoder import Blocks, Component, Encoder, Quantised

SMALLEST_SCALE = 0.25
LARGEST_SCALE = 4096.0
"""Every step is 1 at the smallest; at the largest it is 255, and hardly a level is left."""

SAMPLE_BLOCKS = 16_384
"""Luma blocks that the search looks at; a larger picture is sampled in whole MCU rows."""

_SEARCH_PASSES = 10
_FULL_PASSES = 24

# Typical slopes of log bytes and of log error, until two passes have shown them.
_BYTES_SLOPE = -0.9
_LAMBDA_SLOPE = -0.35
_ERROR_SLOPE = 1.4

# Lambda is corrected within exp of these; below the lowest it moves hardly a byte.
_LOWEST_LAMBDA = -1.0
_HIGHEST_LAMBDA = 6.0
_FINER = 0.12
"""Log of how much finer steps get where lambda alone cannot fill the bytes."""
_ERROR_TOLERANCE = 0.01
"""Errors may stay this far (in log) below their limit."""
_BALANCE_TOLERANCE = 0.05
_BALANCE_STEPS = 5


@dataclass(frozen=True)
class BytesTarget:
    """At most `most` bytes; at least `least` too, unless quality is at its ceiling before."""

    least: int
    aim: int
    most: int


class ErrorTarget(Protocol):
    """How far a pass is from the errors it may make."""

    def excess(self, encoder: Encoder, quantised: Quantised) -> tuple[float, float]:
        """Logs of the largest ratio of an error to its limit: where it matters, in the background.

        Both are at most 0 when all limits are kept.
        """


@dataclass(frozen=True)
class Found:
    """The pass that meets the target, its file, and whether finer steps would not help any more."""

    quantised: Quantised
    data: bytes
    scale: float
    at_ceiling: bool


def sample(blocks: Blocks, most: int = SAMPLE_BLOCKS) -> Blocks:
    """Every n-th MCU row, so that about `most` luma blocks are left; small pictures as they are."""
    skip = blocks.luma_blocks // most
    if skip <= 1:
        return blocks
    per_mcu = 2 if blocks.chroma_420 and len(blocks.components) > 1 else 1
    whole_rows = blocks.components[-1].used[0]  # MCU rows
    picked = np.arange(skip // 2, whole_rows, skip)
    luma_used = blocks.components[0].used[0]
    picked = picked[(picked + 1) * per_mcu <= luma_used]
    components = []
    for i, c in enumerate(blocks.components):
        v = per_mcu if i == 0 else 1
        rows = (picked[:, None] * v + np.arange(v)).reshape(-1)
        components.append(
            Component(
                np.ascontiguousarray(c.coefficients[rows]),
                np.ascontiguousarray(c.weights[rows]),
                np.ascontiguousarray(c.importance[rows]),
                np.ascontiguousarray(c.background[rows]),
                (len(rows), c.used[1]),
            )
        )
    return Blocks(tuple(components), len(picked) * per_mcu * 8, blocks.width, blocks.chroma_420)


class _Secant:
    """Finds the root of a monotone function, bracketed once both signs are seen."""

    def __init__(self, slope: float, lowest: float, highest: float) -> None:
        self._slope = slope
        self._range = (lowest, highest)
        self._above: tuple[float, float] | None = None  # nearest point with a positive value
        self._below: tuple[float, float] | None = None
        self._last: tuple[float, float] | None = None

    def next(self, x: float, value: float) -> float:
        """The next guess after `value` was seen at `x`."""
        if self._last is not None and abs(x - self._last[0]) > 1e-6:
            slope = (value - self._last[1]) / (x - self._last[0])
            steeper = slope / self._slope  # a change of sign is noise
            self._slope *= min(max(steeper, 1.0 / 3.0), 3.0)
        self._last = (x, value)
        if value > 0:
            self._above = (x, value)
        else:
            self._below = (x, value)
        guess = x - value / self._slope
        if self._above is not None and self._below is not None:
            low, high = sorted((self._above[0], self._below[0]))
            margin = 0.05 * (high - low)
            if not low + margin <= guess <= high - margin:
                guess = 0.5 * (low + high)
        return min(max(guess, self._range[0]), self._range[1])


def start_scale(encoder: Encoder, aim: float) -> float:
    """A first guess: as many coefficients above half a step as the bytes allow."""
    luma = encoder.blocks.components[0]
    rows, cols = luma.used
    stride = max(1, rows * cols // 4096)
    blocks = luma.coefficients[:rows, :cols].reshape(-1, 64)[::stride, 1:]
    shape = encoder.steps_shape(0)[1:]
    ratios = np.abs(blocks / shape).astype(np.float32).reshape(-1)
    levels_wanted = aim * 8 / 6.5 * 0.8 / (rows * cols)  # about six and a half bits a level
    share = min(max(levels_wanted / 63.0, 1e-4), 0.999)
    return max(float(np.quantile(ratios, 1.0 - share)) / 0.65, SMALLEST_SCALE)


def _settle(
    encoder: Encoder,
    excess: Callable[[Quantised], float],
    secant: _Secant,
    *,
    log_scale: float,
    tolerance: float,
) -> float:
    """Log scale at which `excess` is zero, with rates and fitted steps settled on the way."""
    fits = encoder.tuning.step_fits
    fresh = copy.copy(secant)
    for n in range(_SEARCH_PASSES):
        quantised = encoder.quantise(math.exp(log_scale))
        if n < fits:
            encoder.adapt_shape(quantised, math.exp(log_scale))
        miss = excess(quantised)
        if n > fits and abs(miss) < tolerance:
            break
        if n <= fits:  # what was seen before rates and steps settled would mislead
            secant = copy.copy(fresh)
        following = secant.next(log_scale, miss)
        if following == log_scale:
            break
        log_scale = following
    return log_scale


def _scout(encoder: Encoder) -> Encoder:
    """An encoder of a sample of the blocks; the encoder itself where they are few."""
    sampled = sample(encoder.blocks)
    if sampled is encoder.blocks:
        return encoder
    return Encoder(sampled, encoder.script, encoder.tuning, threads=encoder.threads)


def _scale_secant(slope: float) -> _Secant:
    return _Secant(slope, math.log(SMALLEST_SCALE), math.log(LARGEST_SCALE))


def _lambda_secant() -> _Secant:
    return _Secant(_LAMBDA_SLOPE, _LOWEST_LAMBDA, _HIGHEST_LAMBDA)


def meet_bytes(encoder: Encoder, target: BytesTarget, segments: bytes) -> Found:
    """The finest file of at most `target.most` bytes, metadata included.

    A sample of the blocks finds the scale; lambda, which moves bytes without steps' jumps, is
    corrected on all of them. Raises TargetError when even the coarsest file is larger.
    """
    fixed = len(segments)
    aim = max(target.aim - fixed, 1)
    scout = _scout(encoder)
    share = scout.blocks.luma_blocks / encoder.blocks.luma_blocks
    log_scale = _settle(
        scout,
        lambda q: math.log(q.size_bytes / (aim * share)),
        _scale_secant(_BYTES_SLOPE),
        log_scale=math.log(start_scale(scout, aim * share)),
        tolerance=0.003 if scout is encoder else 0.01,
    )
    encoder.adopt(scout)
    best: Found | None = None
    smallest: int | None = None
    secant = _lambda_secant()
    log_lambda, finer = 0.0, _FINER
    for _ in range(_FULL_PASSES):
        scale = math.exp(log_scale)
        at_ceiling = scale <= SMALLEST_SCALE * 1.001
        quantised = encoder.refit(encoder.quantise(scale, lambda_factor=math.exp(log_lambda)))
        data = encoder.write(quantised, segments)
        size = len(data)
        smallest = size if smallest is None else min(smallest, size)
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
        raise TargetError(
            f"{target.most} bytes are too few for this picture;"
            f" the nearest that can be met is {smallest} bytes"
        )
    return best


def _balance(scout: Encoder, target: ErrorTarget) -> float:
    """Log scale that just keeps all limits, with the boldness that takes the fewest bytes.

    Where the background's limit binds before the other, bits spent on finer steps everywhere would
    be wasted where it matters: weights are tamed until both limits bind together.
    """

    def settled(log_scale: float) -> float:
        return _settle(
            scout,
            lambda q: max(target.excess(scout, scout.refit(q))),
            _scale_secant(_ERROR_SLOPE),
            log_scale=log_scale,
            tolerance=0.01,
        )

    log_scale = settled(math.log(8.0))
    tame, bold = 0.0, 1.0
    for _ in range(_BALANCE_STEPS):
        quantised = scout.refit(scout.quantise(math.exp(log_scale)))
        important, background = target.excess(scout, quantised)
        if background <= important + _BALANCE_TOLERANCE:
            if scout.boldness == 1.0:
                break
            tame = scout.boldness
        else:
            bold = scout.boldness
        scout.boldness = 0.5 * (tame + bold)
        log_scale = settled(log_scale)
    return log_scale


def meet_errors(encoder: Encoder, target: ErrorTarget, segments: bytes) -> Found:
    """The coarsest file whose errors all keep their limits, or the finest there is."""
    scout = _scout(encoder)
    log_scale = _balance(scout, target)
    encoder.adopt(scout)
    best: tuple[Quantised, float] | None = None
    secant = _scale_secant(_ERROR_SLOPE)
    for _ in range(_FULL_PASSES):
        scale = math.exp(log_scale)
        quantised = encoder.refit(encoder.quantise(scale))
        excess = max(target.excess(encoder, quantised))
        if excess <= 0 and (best is None or scale > best[1]):
            best = (quantised, scale)
        if -_ERROR_TOLERANCE <= excess <= 0:
            break
        following = secant.next(log_scale, excess + _ERROR_TOLERANCE / 2)
        if abs(following - log_scale) < 1e-4:
            break
        log_scale = following
    if best is None:  # a picture whose errors hardly fall: give it the finest steps
        quantised = encoder.refit(encoder.quantise(SMALLEST_SCALE))
        best = (quantised, SMALLEST_SCALE)
    quantised, scale = best
    return Found(
        quantised,
        encoder.write(quantised, segments),
        scale=scale,
        at_ceiling=scale <= SMALLEST_SCALE * 1.001,
    )
