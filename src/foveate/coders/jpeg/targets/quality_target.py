"""As good as plain JPEG at a quality: its errors as limits, and the fewest bytes that keep them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.jpeg.decoded_errors import decoded_mse
from foveate.coders.jpeg.tables import quantisation_tables
from foveate.coders.jpeg.targets.sample import SIDE, sampled, scout_of
from foveate.coders.jpeg.targets.search import SMALLEST_SCALE, Found, scale_secant, smaller_of
from foveate.coders.jpeg.trellis_passes import Encoder, Quantised
from foveate.coders.plain.pillow_jpeg import plain_jpeg

# The starting guesses below are held against results/targets.json, which `foveate tune targets`
# measured on photographs; a search replaces each of them by what its own passes show.
_SEARCH_PASSES = 14
_FULL_PASSES = 12
_CHECKS = 8
"""Bounds that end a search which does not converge; photographs take 5 to 14 passes in all."""
_CHECKED_BLOCKS = 32_768
"""Pictures with more luma blocks (2.1 megapixels) are decoded in pieces only, which bounds the time
of a check."""

_ERROR_SLOPE = 1.4
"""The slope of log error over log scale, from the steep quarter of what was seen (median 1.0): an
estimate too steep makes the first step too short, which costs a pass but never overshoots."""
_BOLDNESS_SLOPES = (-1.0, 1.0)
"""The slopes of the log errors, important and background, over boldness. What was seen is about a
quarter of that (medians -0.22 and 0.29), so that boldness moves slowly until passes show more."""
_ERROR_TOLERANCE = 0.01
"""Errors may stay this far below their limit, in log: 1 %, which is 0.04 dB."""
_BALANCE_TOLERANCE = 0.05
"""Both limits bind where their excesses differ by no more than this, in log: 0.2 dB."""
_FAR_BELOW = -3.0
"""What counts for an error that no one could see: a twentieth of its limit."""
_UNSEEN_COEFFICIENT_ERROR = 1e-3
_UNSEEN_MSE = 0.05
"""Errors below these, of a block's coefficients and of a pixel (61 dB), are not told apart."""
_RESPONSE = 0.75
"""The fall of what decoded pixels exceed a limit by, for each tightening of the limit: less than
1, since clipping and the interpolation of chroma add an error that does not shrink."""
_RESPONSES = (0.15, 1.0)
"""The bounds of a response that was learnt from two checks."""
_SLACK_MARGIN = 0.001
"""What a limit is tightened by beyond the excess, in log: a tenth of the tolerance."""
_PIECES_MARGIN = 0.002
"""How much better pieces alone have to be, so that they are good enough among all blocks too."""

_FINEST = math.log(SMALLEST_SCALE) + 1e-3


@dataclass(frozen=True)
class PlainQuality:
    """As good as plain JPEG: at `quality` where people look, at `floor` in the background."""

    quality: int
    floor: int


class Excess(NamedTuple):
    """By how much errors exceed their limits: logs of the worst ratios, 0 or less where kept."""

    important: float
    """The excess of the error weighted by importance."""
    background: float
    """The excess of the background's error."""


class Searched(NamedTuple):
    """A pass that a search ended with, and the log of its scale."""

    quantised: Quantised
    log_scale: float


def plain_levels(encoder: Encoder, quality: int) -> Quantised:
    """The levels of plain JPEG for the same coefficients, without statistics."""
    tables = [t.astype(np.float64) for t in quantisation_tables(quality)]
    levels = encoder.rounded(tables)
    for chosen, component in zip(levels, encoder.blocks.components, strict=True):
        native.fill_padding(chosen, component.used)
    return Quantised(levels, tuple(tables[: min(len(levels), 2)]), (), scale=1.0)


def _worst(errors: list[float], limits: list[float], *, unseen: float) -> float:
    """Log of the largest ratio of an error to its limit, among those that could be seen."""
    ratios = (
        math.log(error / (limit + unseen))
        for error, limit in zip(errors, limits, strict=True)
        if error > unseen
    )
    return max(ratios, default=_FAR_BELOW)


def _sum(values: npt.NDArray[np.float32]) -> float:
    return float(values.sum(dtype=np.float64))


class _Slack:
    """How much a limit on coefficients is tightened so that decoded pixels keep it, in log.

    Clipping, rounding and chroma interpolation add an error that does not shrink with the others,
    so the response is learnt from check to check.
    """

    def __init__(self) -> None:
        self.value = 0.0
        self._response = _RESPONSE
        self._last: tuple[float, float] | None = None

    def tighten(self, excess: float) -> None:
        """After a check whose pixels exceeded the limit by `excess`, or kept it (0 or less)."""
        if excess <= 0:
            return
        if self._last is not None:
            response = (self._last[1] - excess) / (self.value - self._last[0])
            self._response = min(max(response, _RESPONSES[0]), _RESPONSES[1])
        self._last = (self.value, excess)
        self.value += excess / self._response + _SLACK_MARGIN


class _Limits:
    """Plain JPEG's errors over an encoder's blocks, counted on coefficients.

    Two groups, at the picture's resolution. Important: importance-weighted error of luma, and of Y,
    Cb and Cr together, at the target's quality. Background: error of Y, Cb and Cr together, at its
    floor. `slacks` tighten each group by what decoded pixels showed beyond the coefficients.
    """

    def __init__(
        self, encoder: Encoder, target: PlainQuality, slacks: tuple[_Slack, _Slack]
    ) -> None:
        self._encoder = encoder
        self._slacks = slacks
        self._important, _ = self._errors(plain_levels(encoder, target.quality))
        _, self._background = self._errors(plain_levels(encoder, target.floor))
        self._unseen = _UNSEEN_COEFFICIENT_ERROR * encoder.blocks.luma_blocks
        self._has_background = bool(encoder.blocks.components[0].background.any())

    def kept_by(self, excess: Excess) -> bool:
        """Whether decoded pixels keep each group's limit; where not, it is tightened."""
        for slack, exceeded in zip(self._slacks, excess, strict=True):
            slack.tighten(exceeded)
        return max(excess) <= 0

    def _errors(self, q: Quantised) -> tuple[list[float], list[float]]:
        """Important and background errors; a 4:2:0 chroma sample counts for four pixels."""
        important, background = [], 0.0
        for i, c in enumerate(self._encoder.blocks.components):
            rows, cols = c.used
            errors = self._encoder.block_errors(i, q.levels[i], q.steps[min(i, 1)])
            errors *= np.float32(64 * (4 if i > 0 and self._encoder.blocks.chroma_420 else 1))
            important.append(_sum(errors * c.importance[:rows, :cols]))
            background += _sum(errors * c.background[:rows, :cols])
        return [important[0], sum(important)], [background]

    def excess(self, q: Quantised) -> Excess:
        """The excess of a pass, counted on its coefficients."""
        unseen = self._unseen
        important_errors, background_errors = self._errors(q)
        important = _worst(important_errors, self._important, unseen=unseen)
        important += self._slacks[0].value
        if not self._has_background:  # a flat map has none
            return Excess(important, important)
        background = _worst(background_errors, self._background, unseen=unseen)
        return Excess(important, background + self._slacks[1].value)


def _balance(scout: Encoder, limits: _Limits, log_scale: float) -> float:
    """Log scale and boldness (the scout's) that just keep both limits.

    Were the background's limit to bind alone, finer steps for its sake would be wasted where it
    matters; so weights are tamed until both limits bind, or taken as they are when that one does
    not. A quasi-Newton search (Broyden's update) over both unknowns.
    """
    fits = scout.tuning.step_fits
    slopes = np.array([[_ERROR_SLOPE, b] for b in _BOLDNESS_SLOPES])
    before: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None = None
    for n in range(_SEARCH_PASSES):
        quantised = scout.quantise(math.exp(log_scale))
        if n < fits:
            scout.adapt_shape(quantised, math.exp(log_scale))
        found = np.array(limits.excess(scout.refit(quantised)))
        here = np.array([log_scale, scout.boldness])
        if before is not None and n > fits + 1:
            step, change = here - before[0], found - before[1]
            length = float(step @ step)
            if length > 1e-8:
                slopes += np.outer(change - slopes @ step, step) / length
                slopes[:, 0] = np.clip(slopes[:, 0], 0.5, 4.0)
                slopes[0, 1] = min(slopes[0, 1], -0.2)
                slopes[1, 1] = max(slopes[1, 1], 0.2)
        before = (here, found)
        gap = float(found[1] - found[0])
        at_end = (scout.boldness == 1.0 and gap <= 0) or (scout.boldness == 0.0 and gap >= 0)
        balanced = at_end or abs(gap) <= _BALANCE_TOLERANCE
        if n > fits and balanced and abs(float(found.max())) <= 2 * _ERROR_TOLERANCE:
            break
        wanted = scout.boldness - gap / float(slopes[1, 1] - slopes[0, 1])
        wanted = min(max(wanted, scout.boldness - 0.4, 0.0), scout.boldness + 0.4, 1.0)
        moved = found + slopes[:, 1] * (wanted - scout.boldness)
        worst = int(np.argmax(moved))
        change_of_scale = -float(moved[worst]) / float(slopes[worst, 0])
        log_scale += min(max(change_of_scale, -1.5), 1.5)
        log_scale = max(log_scale, math.log(SMALLEST_SCALE))
        scout.follow_map(wanted)
    return log_scale


def _coarsest_within(encoder: Encoder, limits: _Limits, log_scale: float) -> Searched:
    """The coarsest pass that keeps all limits, or the finest there is."""
    best: Searched | None = None
    secant = scale_secant(_ERROR_SLOPE)
    for _ in range(_FULL_PASSES):
        quantised = encoder.refit(encoder.quantise(math.exp(log_scale)))
        excess = max(limits.excess(quantised))
        if excess <= 0 and (best is None or log_scale > best.log_scale):
            best = Searched(quantised, log_scale)
        if -_ERROR_TOLERANCE <= excess <= 0:
            break
        following = secant.next(log_scale, excess + _ERROR_TOLERANCE / 2)
        if abs(following - log_scale) < 1e-4:
            break
        log_scale = following
    if best is None:
        log_scale = math.log(SMALLEST_SCALE)
        best = Searched(encoder.refit(encoder.quantise(SMALLEST_SCALE)), log_scale)
    return best


class _DecodedCheck:
    """The same limits on pixels as Pillow decodes them; plain JPEG's with the same subsampling."""

    def __init__(
        self, pixels: npt.NDArray[np.uint8], encoder: Encoder, target: PlainQuality
    ) -> None:
        component = encoder.blocks.components[0]
        rows, cols = component.used
        self._pixels = pixels
        self._importance = component.importance[:rows, :cols].astype(np.float64)
        self._background = component.background[:rows, :cols].astype(np.float64)
        subsampling = "420" if encoder.blocks.chroma_420 else "444"
        plain = partial(plain_jpeg, pixels, subsampling=subsampling)
        self._important = self._importance_errors(self._mse(plain(target.quality)))
        self._floor = self._background_errors(self._mse(plain(target.floor)))

    def _mse(self, data: bytes) -> npt.NDArray[np.float64]:
        return decoded_mse(self._pixels, data).astype(np.float64)

    def _importance_errors(self, mse: npt.NDArray[np.float64]) -> list[float]:
        means = (mse * self._importance).sum(axis=(1, 2)) / self._importance.sum()
        return [float(means[0]), float(means.sum())]

    def _background_errors(self, mse: npt.NDArray[np.float64]) -> list[float]:
        return [float((mse * self._background).sum() / max(self._background.sum(), 1.0))]

    def excess(self, data: bytes) -> Excess:
        """The excess of a finished file, measured on decoded pixels."""
        mse = self._mse(data)
        return Excess(
            _worst(self._importance_errors(mse), self._important, unseen=_UNSEEN_MSE),
            _worst(self._background_errors(mse), self._floor, unseen=_UNSEEN_MSE),
        )


def _checked(
    encoder: Encoder,
    limits: _Limits,
    log_scale: float,
    excess: Callable[[Quantised], Excess],
) -> Searched:
    """The coarsest pass that keeps all limits also when it is decoded."""
    for _ in range(_CHECKS):
        quantised, log_scale = _coarsest_within(encoder, limits, log_scale)
        if log_scale <= _FINEST:
            break
        exceeded = excess(quantised)
        if limits.kept_by(exceeded):
            break
        log_scale = max(log_scale - max(exceeded) / _ERROR_SLOPE, math.log(SMALLEST_SCALE))
    return Searched(quantised, log_scale)


def meet_quality(
    encoder: Encoder, pixels: npt.NDArray[np.uint8], target: PlainQuality, segments: bytes
) -> Found:
    """The coarsest file as good as plain JPEG, or the finest there is.

    Limits are met on coefficients, then checked on the decoded file; what clipping and chroma
    interpolation add there tightens them, and the search goes on from where it was. Of all but
    small pictures some pieces are searched first, as if they were all, then all blocks from where
    that ended; of large ones the pieces alone are decoded.
    """
    pieces = sampled(encoder.blocks)
    scout = scout_of(encoder, pieces)
    slacks = _Slack(), _Slack()
    finest = math.exp(float(np.log(quantisation_tables(target.quality)[0]).mean()))
    limits = _Limits(scout, target, slacks)
    log_scale = _balance(scout, limits, math.log(0.5 * finest))
    part = pixels if pieces is None else pieces.of(pixels, SIDE)
    check = _DecodedCheck(part, scout, target)
    margin = 0.0 if pieces is None else _PIECES_MARGIN

    def excess_of_scout(q: Quantised) -> Excess:
        important, background = check.excess(scout.write(q, b""))
        return Excess(important + margin, background + margin)

    quantised, log_scale = _checked(scout, limits, log_scale, excess_of_scout)
    if pieces is not None:
        encoder.adopt(scout)
        whole = None
        if encoder.blocks.luma_blocks <= _CHECKED_BLOCKS:
            whole = _DecodedCheck(pixels, encoder, target)

        def excess_of_encoder(q: Quantised) -> Excess:
            if whole is not None:
                return whole.excess(encoder.write(q, b""))
            levels = pieces.of_levels(q.levels, chroma_420=encoder.blocks.chroma_420)
            return check.excess(scout.write(replace(q, levels=levels, statistics=()), b""))

        limits = _Limits(encoder, target, slacks)
        quantised, log_scale = _checked(encoder, limits, log_scale, excess_of_encoder)
    data = encoder.write(quantised, segments)
    found = Found(quantised, data, math.exp(log_scale), log_scale <= _FINEST)
    return smaller_of(encoder, found, plain_levels(encoder, target.quality), segments)
