"""One trellis pass after another over a picture's coefficients, and the file of the last."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.jpeg.rates import Rates, Statistics, measured_rates, scan_bytes
from foveate.coders.jpeg.scripts import Script
from foveate.coders.jpeg.tuning import Shape, Tuning, shapes
from foveate.deadline import check_time

_BITS_OF_A_LEVEL = 8.0
"""What a level has to be worth to be expected."""

_GREY_HEADER_BYTES = 2 + 18 + 69 + 13 + 2
"""SOI, JFIF's APP0, a table, the frame header and EOI of a grey file."""
FILE_HEADER_BYTES = _GREY_HEADER_BYTES + 69 + 6
"""The same of a colour file, which has two tables and three components."""


@dataclass(frozen=True)
class Component:
    """Blocks of one component: coefficients (rows, cols, 64), the rest (rows, cols)."""

    coefficients: npt.NDArray[np.int16]
    """In units of 1 / `native.COEFFICIENT_UNITS`."""
    weights: npt.NDArray[np.float32]
    """What the trellis multiplies a block's squared error with."""
    importance: npt.NDArray[np.float32]
    """The part of the weights that came with the picture: how much the block matters."""
    background: npt.NDArray[np.float32]
    """1 for the half of the picture's blocks that matters less, with all that equal it, else 0."""
    used: tuple[int, int]
    hidden: npt.NDArray[np.float32] | None = None
    """Error that a block's contrast hides; None where none is."""


class Masking(NamedTuple):
    """The error that contrast hides in one component."""

    hidden: npt.NDArray[np.float32]
    """(rows, cols): the hidden error of each block."""
    visibility: list[float]
    """(64,): the weight of the part of an error that is visible, zigzag order."""
    reach: list[float]
    """(64,): the error of each frequency that hidden error 1 hides, zigzag order."""


@dataclass(frozen=True)
class Blocks:
    """A picture, or some rows of it, as the encoder sees it."""

    components: tuple[Component, ...]
    height: int
    width: int
    chroma_420: bool

    @property
    def luma_blocks(self) -> int:
        rows, cols = self.components[0].used
        return rows * cols


@dataclass(frozen=True)
class Quantised:
    """What a pass chose: levels a component, and the real-valued steps that fit them."""

    levels: tuple[npt.NDArray[np.int16], ...]
    steps: tuple[npt.NDArray[np.float64], ...]
    """Luma's and chroma's quantisation steps, whole numbers 1..255, zigzag order."""
    statistics: tuple[Statistics, ...]
    scale: float

    @property
    def size_bytes(self) -> int:
        """The file's bytes without metadata and byte stuffing."""
        return FILE_HEADER_BYTES + sum(scan_bytes(s) for s in self.statistics)

    @property
    def least_bytes(self) -> int:
        """The same to the byte, or a few less: the file without metadata and byte stuffing."""
        if len(self.levels) > 1:
            return self.size_bytes
        return self.size_bytes - FILE_HEADER_BYTES + _GREY_HEADER_BYTES


FixedSteps = tuple[npt.NDArray[np.float64], ...]
"""Steps of luma and chroma that a file has already."""


def natural_scale(fixed: npt.NDArray[np.float64], shape: npt.NDArray[np.float64]) -> float:
    """The scale at which steps of this shape are about as coarse as fixed ones."""
    return float(np.exp(np.log(fixed / shape).mean()))


def whole_steps(steps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Steps as an 8-bit table can hold them."""
    return np.clip(np.floor(steps + 0.5), 1.0, 255.0)


def statistics_of(
    levels: Sequence[npt.NDArray[np.int16]], blocks: Blocks, script: Script, threads: int
) -> tuple[Statistics, ...]:
    """What the scans of a script count in levels, a component each; fills the levels' padding."""
    check_time()
    for component, chosen in zip(blocks.components, levels, strict=True):
        native.fill_padding(chosen, component.used)
    return tuple(
        Statistics(*found)
        for found in native.scan_statistics(
            levels,
            blocks.height,
            blocks.width,
            blocks.chroma_420,
            script.scans,
            script.progressive,
            threads,
        )
    )


def file_of(
    quantised: Quantised, blocks: Blocks, script: Script, segments: bytes, threads: int
) -> bytes:
    """The JPEG of a pass over these blocks. segments: metadata, which follow JFIF's own."""
    return native.write_jpeg(
        quantised.levels,
        blocks.height,
        blocks.width,
        blocks.chroma_420,
        [s.astype(int).tolist() for s in quantised.steps],
        script.scans,
        script.progressive,
        segments,
        threads,
        [counts for counts, _, _ in quantised.statistics] or None,
    )


class Encoder:
    """Quantises `blocks` at any scale; what one pass learns about rates serves the next."""

    def __init__(
        self,
        blocks: Blocks,
        script: Script,
        tuning: Tuning,
        *,
        threads: int,
        fixed_steps: FixedSteps | None = None,
    ) -> None:
        """`fixed_steps`: luma's and chroma's, which no scale moves; only lambda follows it then."""
        self.blocks = blocks
        self.fixed_steps = fixed_steps
        self.script = script
        self.tuning = tuning
        self.threads = threads
        self._shapes = shapes(tuning, chroma_420=blocks.chroma_420)
        self._boldness = 1.0
        self._weighted: dict[int, tuple[float, npt.NDArray[np.float32]]] = {}
        """Each component's boldness and weights where they were last asked for."""
        self._rates: Rates | None = None
        self._fits = [np.ones(64), np.ones(64)]
        """The steps of luma and chroma that fitted the last pass best, relative to the shape."""

    @property
    def boldness(self) -> float:
        """The power of the blocks' importance in their weights: 1 as given, 0 all alike."""
        return self._boldness

    @property
    def rates(self) -> Rates | None:
        """What symbols cost, as the last pass showed; None before the first pass."""
        return self._rates

    def like(self, blocks: Blocks) -> Encoder:
        """A fresh encoder of other blocks."""
        return Encoder(
            blocks, self.script, self.tuning, threads=self.threads, fixed_steps=self.fixed_steps
        )

    @property
    def natural_scale(self) -> float | None:
        """The scale whose lambda goes with fixed steps; None where steps are not fixed."""
        if self.fixed_steps is None:
            return None
        return natural_scale(self.fixed_steps[0], self._shapes[0].steps)

    def follow_map(self, boldness: float) -> None:
        """Let later passes raise the blocks' importance to this power, 0 to 1."""
        self._boldness = boldness

    def _shape(self, component: int) -> Shape:
        return self._shapes[1 if component > 0 else 0]

    def _kinds(self) -> int:
        return min(len(self.blocks.components), 2)

    def steps_shape(self, component: int) -> npt.NDArray[np.float64]:
        """Steps at scale 1, before rounding, as fitted so far."""
        return self._shape(component).steps * self._fits[1 if component > 0 else 0]

    def steps_at(self, scale: float) -> tuple[npt.NDArray[np.float64], ...]:
        """Whole steps of luma and chroma at this scale."""
        if self.fixed_steps is not None:
            return self.fixed_steps
        return tuple(
            whole_steps(self._shapes[kind].steps * self._fits[kind] * scale)
            for kind in range(self._kinds())
        )

    def adopt(self, scout: Encoder) -> None:
        """Start from what another encoder has learnt of rates, steps and boldness."""
        self._rates, self._fits = scout._rates, list(scout._fits)
        self._boldness = scout._boldness

    def _weights(self, component: int, scale: float) -> npt.NDArray[np.float32]:
        c = self.blocks.components[component]
        boldness = self._boldness * self.tuning.boldness_factor(scale)
        if boldness == 1.0:
            return c.weights
        known, weights = self._weighted.get(component, (1.0, c.weights))
        if known != boldness:
            tamed = c.weights * c.importance ** np.float32(boldness - 1.0)
            weights = np.asarray(tamed, np.float32)
            self._weighted[component] = boldness, weights
        return weights

    def _distortion(self, component: int, scale: float) -> tuple[list[float], Masking | None]:
        """The weight of squared error for each frequency, and the masking."""
        shape, hidden = self._shape(component), self.blocks.components[component].hidden
        sensitivity = shape.sensitivity.copy()
        if shape.masked is None or hidden is None:
            return sensitivity.tolist(), None
        visibility = shape.masked.visibility * self.tuning.visibility_factor(scale)
        sensitivity[0] += visibility[0]  # of DC nothing is hidden
        return sensitivity.tolist(), Masking(
            hidden, visibility.tolist(), shape.masked.reach.tolist()
        )

    def _lambda(self, scale: float, factor: float) -> float:
        return self.tuning.lambda_ratio * scale * scale * factor

    def start(self, scale: float) -> None:
        """First rates: from plainly rounded levels."""
        levels = self.rounded(self.steps_at(scale))
        self._learn(statistics_of(levels, self.blocks, self.script, self.threads))

    def _learn(self, statistics: Sequence[Statistics]) -> None:
        self._rates = measured_rates(self.script, statistics, len(self.blocks.components))

    def quantise(self, scale: float, *, lambda_factor: float = 1.0) -> Quantised:
        """One pass over every block with the rates of the last pass."""
        if self._rates is None:
            self.start(scale)
        assert self._rates is not None
        steps = self.steps_at(scale)
        lam = self._lambda(scale, lambda_factor)
        levels = []
        for i, c in enumerate(self.blocks.components):
            chosen = np.empty(c.coefficients.shape, np.int16)
            table = steps[min(i, 1)].tolist()
            sensitivity, masking = self._distortion(i, scale)
            weights = self._weights(i, scale)
            native.quantise_ac(
                c.coefficients,
                weights,
                table,
                sensitivity,
                lam,
                self._rates.bands[i],
                chosen,
                c.used,
                self.threads,
                masking,
            )
            mcu = self.script.mcu_blocks if i == 0 else 1
            native.quantise_dc(
                c.coefficients,
                weights,
                table,
                sensitivity,
                lam,
                self._rates.dc_sizes[i],
                (mcu, mcu),
                chosen,
                c.used,
            )
            levels.append(chosen)
        statistics = statistics_of(levels, self.blocks, self.script, self.threads)
        self._learn(statistics)
        return Quantised(tuple(levels), steps, statistics, scale)

    def expected_bits(self, scale: float, lambda_factor: float) -> list[float]:
        """Roughly what each component's AC levels will take, in a unit of its own."""
        lam = self._lambda(scale, lambda_factor)
        steps = self.steps_at(scale)
        expected = []
        for i, c in enumerate(self.blocks.components):
            sensitivity, masking = self._distortion(i, scale)
            seen = np.asarray(sensitivity) + (0.0 if masking is None else masking.visibility)
            expected.append(
                native.expected_bits(
                    c.coefficients,
                    self._weights(i, scale),
                    steps[min(i, 1)].tolist(),
                    (seen / (_BITS_OF_A_LEVEL * lam)).tolist(),
                    c.used,
                    self.threads,
                )
            )
        return expected

    def fitted_steps(self, quantised: Quantised) -> tuple[npt.NDArray[np.float64], ...]:
        """Real-valued steps with the least weighted squared error for these levels.

        q_k = sum(w x c) / sum(w x^2); a frequency without levels keeps its step.
        """
        if self.fixed_steps is not None:
            return self.fixed_steps
        fitted = []
        for kind in range(self._kinds()):
            cross, square = np.zeros(64), np.zeros(64)
            for i in [0] if kind == 0 else [1, 2]:
                c = self.blocks.components[i]
                x, xx = native.fit_steps(
                    c.coefficients,
                    self._weights(i, quantised.scale),
                    quantised.levels[i],
                    c.used,
                    self.threads,
                )
                cross += x
                square += xx
            steps = quantised.steps[kind].copy()
            seen = square > 0
            steps[seen] = np.clip(cross[seen] / square[seen], 1.0, 255.0)
            fitted.append(steps)
        return tuple(fitted)

    def refit(self, quantised: Quantised) -> Quantised:
        """The same levels with the whole steps that fit them best: the same bytes, less error."""
        steps = tuple(whole_steps(s) for s in self.fitted_steps(quantised))
        return dataclasses.replace(quantised, steps=steps)

    def adapt_shape(self, quantised: Quantised, scale: float) -> None:
        """Let later passes start from the steps that fitted this one."""
        if self.fixed_steps is not None:
            return
        for kind, steps in enumerate(self.fitted_steps(quantised)):
            self._fits[kind] = steps / (self._shapes[kind].steps * scale)

    def rounded(
        self, steps: Sequence[npt.NDArray[np.float64]]
    ) -> tuple[npt.NDArray[np.int16], ...]:
        """Plainly rounded levels, a component each."""
        levels = []
        for i, c in enumerate(self.blocks.components):
            chosen = np.empty(c.coefficients.shape, np.int16)
            table = steps[min(i, 1)].tolist()
            native.round_levels(c.coefficients, table, chosen, c.used, self.threads)
            levels.append(chosen)
        return tuple(levels)

    def block_errors(
        self, component: int, levels: npt.NDArray[np.int16], steps: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float32]:
        """Mean squared error of each of a component's used blocks."""
        c = self.blocks.components[component]
        return native.block_errors(c.coefficients, steps.tolist(), levels, c.used, self.threads)

    def write(self, quantised: Quantised, segments: bytes) -> bytes:
        """The file."""
        return file_of(quantised, self.blocks, self.script, segments, self.threads)
