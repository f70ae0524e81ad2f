"""Trellis passes with a weight for each coefficient, and targets that move from round to round."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.jpeg.eyes.model import EyeModel, FloatBlocks, Seen
from foveate.coders.jpeg.eyes.tuning import EyeTuning
from foveate.coders.jpeg.rates import Rates, Statistics, measured_rates, scan_bytes
from foveate.coders.jpeg.scripts import Script
from foveate.coders.jpeg.trellis_passes import (
    Blocks,
    FixedSteps,
    Quantised,
    file_of,
    natural_scale,
    statistics_of,
    whole_steps,
)
from foveate.deadline import check_time

Steps = npt.NDArray[np.float64]

_UNSEEN = 1e-3
"""Less than this of either is not told apart."""


class EyeEncoder:
    """Quantises `blocks` at any scale, for what `model` sees."""

    def __init__(
        self,
        blocks: Blocks,
        script: Script,
        tuning: EyeTuning,
        model: EyeModel,
        anchors: Sequence[npt.NDArray[np.float32]],
        *,
        threads: int,
        fixed_steps: FixedSteps | None = None,
        aims_at_picture: bool = True,
    ) -> None:
        """An encoder that has not begun.

        Args:
            anchors: how much the squared error of each block counts, an array a component.
            fixed_steps: luma's and chroma's, which no scale moves; only lambda follows it then.
            aims_at_picture: whether `aim` may seek coefficients that show the pixels better than
                their transform; false where the coefficients are those that showed them.
        """
        self.fixed_steps, self._aims = fixed_steps, aims_at_picture
        self.blocks, self.script, self.tuning = blocks, script, tuning
        self.model, self.threads = model, threads
        self._anchors = anchors
        self._tables = tuning.anchors(chroma_420=blocks.chroma_420)
        self._origins = [c.coefficients for c in blocks.components]
        """What targets move about: the picture's coefficients, or what `aim` made of them."""
        self.passes = 0
        """How many there were so far."""
        self._begin()

    def _begin(self) -> None:
        """Be as before any pass and any look."""
        self._targets = list(self._origins)
        self._weights = self._first_weights()
        self._rates: Rates | None = None
        self.shapes = self._formula_shapes()

    def forget_looks(self) -> None:
        """Be as before the first look at the decoded picture, with the rates of the last pass."""
        rates = self._rates
        self._begin()
        self._rates = rates

    def _first_weights(self) -> FloatBlocks:
        """H before there is a decoded picture."""
        t, weights = self.tuning, self.model.curvature_without_error()
        rows, cols = self.blocks.components[0].used
        low = np.log(weights[0][:, :, :16] + np.float32(1e-30)).mean(axis=2)
        tame = np.exp(-np.float32(t.tamed) * (low - low[:rows, :cols].mean()))
        for i, own in enumerate(weights):
            factor = tame
            if i > 0:
                if self.blocks.chroma_420:
                    halves = tame.reshape(own.shape[0], 2, own.shape[1], 2)
                    factor = halves.mean(axis=(1, 3))
                factor = factor * np.float32(t.first_chroma)
            own *= factor[..., None]
        unit = self.model.unit(weights)
        for i, own in enumerate(weights):
            native.mix_weights(self._anchors[i], self._table(i), unit, t.anchor, own, self.threads)
        return weights

    def aim(self, scale: float) -> None:
        """Aim at what serves decoders better than the picture itself, with steps at this scale.

        That is beyond white and black, where decoders clip, and at sharper chroma, which they
        interpolate. It comes before the first look at the decoded picture.
        """
        if not self._aims:
            return
        pixels, (luma, *chroma) = self.model.pixels, self.blocks.components
        beyond = luma.coefficients.copy()
        steps = self.steps_at(scale)[0].tolist()
        if native.dering(pixels, beyond, luma.used, steps, self.threads):
            self._origins[0] = self.model.luma = beyond
        if self.blocks.chroma_420:
            cb, cr = (c.coefficients.copy() for c in chroma)
            if native.sharpen_chroma(pixels, cb, cr, chroma[0].used, self.threads):
                self._origins[1:] = [cb, cr]
        self._targets = list(self._origins)

    def adopt_rates(self, scout: EyeEncoder) -> None:
        """Start from what another encoder has learnt of rates."""
        self._rates = scout._rates

    def adopt(self, scout: EyeEncoder) -> None:
        """Start from what another encoder has learnt of rates, and of steps that fit."""
        self.adopt_rates(scout)
        self.shapes = list(scout.shapes)

    def _table(self, component: int) -> list[float]:
        return [float(value) for value in self._tables[1 if component > 0 else 0]]

    def _kinds(self) -> int:
        return min(len(self.blocks.components), 2)

    def _formula_shapes(self) -> list[Steps]:
        """Steps at scale 1, from the mean weight of each frequency; sets the unit of weights."""
        t = self.tuning
        means = [
            np.array(native.frequency_means(own, c.used, self.threads))
            for own, c in zip(self._weights, self.blocks.components, strict=True)
        ]
        self._unit = float(np.exp(np.log(means[0]).mean()))
        shapes = [(means[0] / self._unit) ** (-t.step_power / 2)]
        if len(means) > 1:
            chroma = (means[1] + means[2]) / (2 * self._unit)
            mean = float(np.exp(np.log(chroma).mean()))
            shapes.append(t.chroma_steps / np.sqrt(mean) * (chroma / mean) ** (-t.step_power / 2))
        for shape in shapes:
            shape[0] *= t.dc_steps
        return shapes

    @property
    def natural_scale(self) -> float | None:
        """The scale whose lambda goes with fixed steps; None where steps are not fixed."""
        return (
            None if self.fixed_steps is None else natural_scale(self.fixed_steps[0], self.shapes[0])
        )

    def steps_at(self, scale: float) -> tuple[Steps, ...]:
        """Whole steps of luma and chroma at this scale."""
        if self.fixed_steps is not None:
            return self.fixed_steps
        return tuple(whole_steps(shape * scale) for shape in self.shapes)

    def _learn(self, statistics: Sequence[Statistics]) -> None:
        self._rates = measured_rates(self.script, statistics, len(self.blocks.components))

    def _rounded(self, steps: Sequence[Steps]) -> tuple[Statistics, ...]:
        """The statistics of plainly rounded levels."""
        levels = []
        for i, c in enumerate(self.blocks.components):
            chosen = np.empty(c.coefficients.shape, np.int16)
            table = steps[min(i, 1)].tolist()
            native.round_levels(self._targets[i], table, chosen, c.used, self.threads)
            levels.append(chosen)
        return statistics_of(levels, self.blocks, self.script, self.threads)

    def rounded_size(self, scale: float) -> int:
        """The bytes of plainly rounded levels, without headers and byte stuffing."""
        return sum(scan_bytes(s) for s in self._rounded(self.steps_at(scale)))

    def quantise(self, scale: float, *, lambda_factor: float = 1.0) -> Quantised:
        """One pass over every block with the rates of the last pass."""
        self.passes += 1
        steps = self.steps_at(scale)
        if self._rates is None:
            self._learn(self._rounded(steps))
        assert self._rates is not None
        lam = self.tuning.lambda_ratio * scale * scale * lambda_factor * self._unit
        mcu = self.script.mcu_blocks
        levels = []
        for i, c in enumerate(self.blocks.components):
            chosen = np.empty(c.coefficients.shape, np.int16)
            table, weights = steps[min(i, 1)].tolist(), self._weights[i]
            native.quantise_ac_by_frequency(
                self._targets[i],
                weights,
                table,
                lam,
                self._rates.bands[i],
                chosen,
                c.used,
                self.threads,
            )
            native.quantise_dc(
                self._targets[i],
                np.ascontiguousarray(weights[:, :, 0]),
                table,
                [1.0] * 64,
                lam,
                self._rates.dc_sizes[i],
                (mcu, mcu) if i == 0 else (1, 1),
                chosen,
                c.used,
            )
            levels.append(chosen)
        statistics = statistics_of(levels, self.blocks, self.script, self.threads)
        self._learn(statistics)
        return Quantised(tuple(levels), steps, statistics, scale)

    def _fitted(self, quantised: Quantised) -> list[Steps]:
        """Real-valued steps with the least weighted squared error for these levels."""
        if self.fixed_steps is not None:
            return list(self.fixed_steps)
        fitted = []
        for kind in range(self._kinds()):
            cross, square = np.zeros(64), np.zeros(64)
            for i in [0] if kind == 0 else [1, 2]:
                x, xx = native.fit_steps_by_frequency(
                    self._targets[i],
                    self._weights[i],
                    quantised.levels[i],
                    self.blocks.components[i].used,
                    self.threads,
                )
                cross += x
                square += xx
            steps = quantised.steps[kind].copy()
            seen = square > 0
            steps[seen] = np.clip(cross[seen] / square[seen], 1.0, 255.0)
            fitted.append(steps)
        return fitted

    def refit(self, quantised: Quantised) -> Quantised:
        """The same levels with the whole steps that fit them best: the same bytes, less error."""
        return _on_steps(quantised, self._fitted(quantised))

    def adapt_shape(self, quantised: Quantised) -> Quantised:
        """As `refit`, and later passes start from the steps that fitted this one."""
        fitted = self._fitted(quantised)
        if self.fixed_steps is None:
            self.shapes = [steps / quantised.scale for steps in fitted]
        return _on_steps(quantised, fitted)

    def follow(self, quantised: Quantised) -> Seen:
        """Look at the decoded picture: later passes have its weights, and targets moved for it."""
        check_time()
        self._weights = []  # what comes in their place takes as much memory
        t, seen = self.tuning, self.model.seen(quantised)
        unit = self.model.unit(seen.curvature)
        for i, origin in enumerate(self._origins):
            if self._targets[i] is origin:
                self._targets[i] = origin.copy()
            native.move_targets(
                origin,
                quantised.steps[min(i, 1)].tolist(),
                quantised.levels[i],
                seen.gradient[i],
                self._anchors[i],
                self._table(i),
                unit,
                t.anchor,
                t.rate,
                t.limit,
                t.memory,
                seen.curvature[i],
                self._targets[i],
                self.threads,
            )
        self._weights = seen.curvature
        self.shapes = self._formula_shapes()
        return seen

    def seen_error(self, quantised: Quantised) -> float:
        """The log of what both models see, mixed as the loop mixes it; less is better."""
        structure = math.log(self.model.structure(quantised)[0] + _UNSEEN)
        visible = math.log(self.model.visible(quantised) + _UNSEEN)
        return structure + self.tuning.visible * visible

    def write(self, quantised: Quantised, segments: bytes) -> bytes:
        """The file."""
        return file_of(quantised, self.blocks, self.script, segments, self.threads)


def _on_steps(quantised: Quantised, fitted: Sequence[Steps]) -> Quantised:
    return dataclasses.replace(quantised, steps=tuple(whole_steps(steps) for steps in fitted))
