"""As good to the eye as plain JPEG at a quality, in the fewest bytes that are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from foveate import native
from foveate.coders.jpeg.eyes.loop import looped, settled
from foveate.coders.jpeg.eyes.passes import EyeEncoder
from foveate.coders.jpeg.eyes.scout import Scout
from foveate.coders.jpeg.tables import quantisation_tables
from foveate.coders.jpeg.targets.quality_target import PlainQuality
from foveate.coders.jpeg.targets.search import (
    LARGEST_SCALE,
    SMALLEST_SCALE,
    Found,
    Secant,
    scale_secant,
    smaller_of,
)
from foveate.coders.jpeg.trellis_passes import Quantised
from foveate.coders.plain.eye_limits import BACKGROUND_SHARE, excess_of, log_ratio

_SEARCH_PASSES = 6
_SCALE_PASSES, _LAMBDA_PASSES = 6, 4
"""Bounds that end a search which does not converge."""
_SETTLING = 3
"""Passes until rates and steps hardly change."""
_SLOPE = 1.1
"""The slope of the log of what is seen over log scale."""
_LAMBDA_SLOPE = 0.2
"""The slope of the log of what is seen over log lambda, while steps stay."""
_LAMBDA_RANGE = math.log(3)
_BYTES_SLOPE = 0.7
"""The slope of log bytes over the log of what is seen, its sign turned."""
_NEAR = 0.06
"""What the search before the loop may miss a limit by, in log; the loop moves it by more."""
_TOLERANCE = 0.015
"""How far below its limit what is seen may stay, in log."""


def plain_levels(encoder: EyeEncoder, quality: int) -> Quantised:
    """The levels of plain JPEG for the same coefficients, without statistics."""
    tables = [t.astype(np.float64) for t in quantisation_tables(quality)]
    levels = []
    for i, c in enumerate(encoder.blocks.components):
        chosen = np.zeros(c.coefficients.shape, np.int16)
        table = tables[min(i, 1)].tolist()
        native.round_levels(c.coefficients, table, chosen, c.used, encoder.threads)
        native.fill_padding(chosen, c.used)
        levels.append(chosen)
    kinds = min(len(levels), 2)
    return Quantised(tuple(levels), tuple(tables[:kinds]), (), scale=1.0)


class _Limits:
    """What is seen of plain JPEG, where people look at one quality, in the background at another.

    They are those of `foveate.coders.plain.eye_limits`; the mixture is the one that the loop
    follows.
    """

    def __init__(self, encoder: EyeEncoder, target: PlainQuality) -> None:
        self._model, self._share = encoder.model, encoder.tuning.visible
        luma = encoder.blocks.components[0]
        rows, cols = luma.used
        background = luma.background[:rows, :cols]
        self._background = None
        if background.any():
            self._background = np.maximum(background, np.float32(BACKGROUND_SHARE))
        plain = plain_levels(encoder, target.quality)
        self._structure = self._model.structure(plain)[0]
        self._visible = self._model.visible(plain)
        if self._background is not None:
            floor = plain_levels(encoder, target.floor)
            (self._floor,) = self._model.structure_in(floor, self._background)

    def excess(self, quantised: Quantised) -> float:
        """The log of the worst ratio of what is seen to its limit: 0 or less where all are kept."""
        fields = [] if self._background is None else [self._background]
        seen, *in_background = self._model.structure(quantised, *fields)
        structure = log_ratio(seen, self._structure)
        visible = log_ratio(self._model.visible(quantised), self._visible)
        worst = excess_of(structure, visible, share=self._share)
        return max([worst, *(log_ratio(other, self._floor) for other in in_background)])


Excess = Callable[[Quantised], float]
"""How far a pass exceeds its limits, in log."""


def _coarsest_within(
    encoder: EyeEncoder, excess_of: Excess, log_scale: float, unsettled: Quantised | None = None
) -> tuple[Quantised, float]:
    """The pass of fewest bytes that keeps all limits, or the finest there is, and its log scale.

    Steps are whole numbers, so that what is seen jumps from scale to scale: a few scales are tried,
    and from the nearest on lambda alone moves. unsettled: the encoder's first pass, at that scale,
    which is looked at in the place of another one.
    """
    best: Quantised | None = None

    def looked_at(quantised: Quantised) -> float:
        nonlocal best
        excess = excess_of(quantised)
        if excess <= 0 and (best is None or quantised.size_bytes < best.size_bytes):
            best = quantised
        return excess

    def tried(log_scale: float, log_lambda: float) -> float:
        passed = encoder.quantise(math.exp(log_scale), lambda_factor=math.exp(log_lambda))
        return looked_at(encoder.refit(passed))

    nearest = (math.inf, log_scale, 0.0)
    secant = scale_secant(_SLOPE)
    for n in range(_SCALE_PASSES):
        if n == 0 and unsettled is not None:
            excess = looked_at(encoder.adapt_shape(unsettled))
        else:
            excess = tried(log_scale, 0.0)
        distance = max(2 * excess, -excess)  # a finer lambda costs more than a coarser one saves
        nearest = min(nearest, (distance, log_scale, excess))
        following = secant.next(log_scale, excess + _TOLERANCE / 2)
        if abs(following - log_scale) < 1e-4 or (n > 0 and distance < _NEAR):
            break
        log_scale = following
        if n == 0 and unsettled is not None:  # rates and steps will be others: no slope is seen
            secant = scale_secant(_SLOPE)
    _, log_scale, excess = nearest
    secant = Secant(_LAMBDA_SLOPE, -_LAMBDA_RANGE, _LAMBDA_RANGE)
    log_lambda = 0.0
    for _ in range(_LAMBDA_PASSES):
        if -_TOLERANCE <= excess <= 0:
            break
        following = secant.next(log_lambda, excess + _TOLERANCE / 2)
        if abs(following - log_lambda) < 1e-3:
            break
        log_lambda = following
        excess = tried(log_scale, log_lambda)
    if best is None:
        best = encoder.refit(encoder.quantise(SMALLEST_SCALE))
    return best, math.log(best.scale)


@dataclass(frozen=True)
class _Search:
    """What a search found."""

    scales: list[float]
    """The scale before any look, after each, and at last that of the coarsest pass."""
    size_before_looks: float
    """About the bytes of a pass before any look that just keeps the limits."""
    unsettled: Quantised | None = None
    """The first pass, where it was the only one."""


def _searched(
    encoder: EyeEncoder, limits: _Limits, finest: float, rounds: int, *, hurried: bool
) -> _Search:
    """Passes that come near the limits, before any look and after each.

    finest: about the scale of plain JPEG's own tables. hurried: there will be no looks, and no pass
    may serve only to settle rates and steps.
    """
    log_scale = math.log(min(max(0.8 * finest, SMALLEST_SCALE), LARGEST_SCALE))
    if hurried:
        scale = math.exp(log_scale)
        return _Search([scale], math.nan, encoder.quantise(scale))
    settled(encoder, math.exp(log_scale), _SETTLING - 1)
    if rounds == 0:
        return _Search([math.exp(log_scale)], math.nan)
    secant = scale_secant(_SLOPE)
    for _ in range(_SEARCH_PASSES):
        quantised = encoder.refit(encoder.quantise(math.exp(log_scale)))
        excess = limits.excess(quantised)
        following = secant.next(log_scale, excess)
        if abs(excess) < _NEAR or abs(following - log_scale) < 1e-4:
            break
        log_scale = following
    scales = [math.exp(log_scale)]
    size = quantised.size_bytes * math.exp(_BYTES_SLOPE * excess)

    def followed(scale: float, quantised: Quantised) -> float:
        moved = math.exp(-limits.excess(quantised) / _SLOPE)
        scales.append(min(max(scale * moved, SMALLEST_SCALE), LARGEST_SCALE))
        return scales[-1]

    looped(encoder, quantised, scales[0], rounds, followed)
    return _Search(scales, size)


def meet_quality(
    encoder: EyeEncoder,
    scout: Scout | None,
    target: PlainQuality,
    segments: bytes,
    *,
    rounds: int,
    hurried: bool,
) -> Found:
    """The coarsest file that keeps plain JPEG's limits when decoded, or the finest there is.

    scout: an encoder of some pieces, where the picture is large. It is searched in the picture's
    place, and what is seen of the file is measured in the pieces. Where looks at the decoded
    picture cost more bytes than they save, as they do on fine patterns, the file does without.
    """
    limits = _Limits(encoder if scout is None else scout.encoder, target)
    finest = float(np.exp(np.log(quantisation_tables(target.quality)[0]).mean()))
    encoder.aim(finest)
    if scout is not None:
        scout.encoder.aim(finest)
    hurried = hurried and rounds == 0 and scout is None
    found, growth = _met(encoder, scout, limits, finest, segments, rounds, hurried=hurried)
    if rounds > 0 and (growth > 1.0 or found.at_ceiling):
        encoder.forget_looks()
        if scout is not None:
            scout.encoder.forget_looks()
        other, _ = _met(encoder, scout, limits, finest, segments, 0, hurried=False)
        if (other.at_ceiling, len(other.data)) < (found.at_ceiling, len(found.data)):
            found = other
    return smaller_of(encoder, found, plain_levels(encoder, target.quality), segments)


def _met(
    encoder: EyeEncoder,
    scout: Scout | None,
    limits: _Limits,
    finest: float,
    segments: bytes,
    rounds: int,
    *,
    hurried: bool,
) -> tuple[Found, float]:
    """The coarsest file after so many looks, and its bytes over those of one without any."""
    part = encoder if scout is None else scout.encoder
    search = _searched(part, limits, finest, rounds, hurried=hurried)
    scales = search.scales
    excess: Excess = limits.excess
    if scout is not None:
        searched, log_scale = _coarsest_within(part, limits.excess, math.log(scales[-1]))
        scales[-1] = math.exp(log_scale)
        encoder.adopt_rates(part)
        following = iter(scales[1:])
        quantised = settled(encoder, scales[0], _SETTLING - 1)
        looped(encoder, quantised, scales[0], rounds, lambda scale, _: next(following))

        def excess(quantised: Quantised) -> float:
            return limits.excess(scout.part_of(quantised))

    quantised, log_scale = _coarsest_within(encoder, excess, math.log(scales[-1]), search.unsettled)
    size = (quantised if scout is None else searched).size_bytes
    at_ceiling = log_scale <= math.log(SMALLEST_SCALE) + 1e-3
    data = encoder.write(quantised, segments)
    found = Found(quantised, data, math.exp(log_scale), at_ceiling)
    return found, size / search.size_before_looks
