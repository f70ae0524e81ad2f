"""What models of the eye see of a decoded picture, and how its coefficients should move."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate import native
from foveate.coders.jpeg.eyes.basis import basis_energies
from foveate.coders.jpeg.eyes.tuning import EyeTuning
from foveate.coders.jpeg.trellis_passes import Blocks, Quantised
from foveate.coders.plain.masking import REACH, SENSITIVITY
from foveate.deadline import check_time
from foveate.metrics.quality.eye_weights import scale_weights

LEAST_SIDE = 16
"""Pictures with a side under this are too small for the models."""

_KEPT_PIXELS = 1 << 20
"""What the models make of pictures of so many pixels is kept; of larger ones it is made anew."""

FloatBlocks = list[npt.NDArray[np.float32]]
"""One array (rows, cols, 64) a component, zigzag."""


@dataclass(frozen=True)
class Seen:
    """What the models see of a decoded picture."""

    structure: float
    """SSIMULACRA 2's raw sum."""
    visible: float
    """PSNR-HVS-M's visible error of luma."""
    gradient: FloatBlocks
    """Of the logarithms of both, mixed, by the decoded coefficients."""
    curvature: FloatBlocks


class EyeModel:
    """The original as the models see it, ready to be compared with decoded pictures."""

    def __init__(
        self,
        pixels: npt.NDArray[np.uint8],
        blocks: Blocks,
        tuning: EyeTuning,
        field: npt.NDArray[np.float32] | None,
        *,
        threads: int,
    ) -> None:
        self.pixels = np.ascontiguousarray(pixels)
        self._blocks, self._tuning, self._field, self._threads = blocks, tuning, field, threads
        self._slopes = native.colour_slopes(self.pixels, threads)
        self._weights = scale_weights(blocks.height, blocks.width)
        self._kept = None
        if blocks.height * blocks.width <= _KEPT_PIXELS:
            self._kept = native.seen_planes(self.pixels, self._weights, threads)
        scales = len(self._weights)
        factors = np.array([1.0, tuning.edges], np.float32)[:, None, None]
        self._energies = [
            basis_energies(scales, halved=halved) * factors for halved in (False, blocks.chroma_420)
        ]
        luma = blocks.components[0]
        self.luma = luma.coefficients
        """The luma coefficients that are without error."""
        assert luma.hidden is not None
        self._hidden = luma.hidden
        self._luma_field = None if field is None else self._on_luma_grid(field)

    def _on_luma_grid(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Values of used luma blocks for all that are stored: those at the edges are repeated."""
        shape = self._hidden.shape
        missing = [(0, stored - own) for stored, own in zip(shape, values.shape, strict=True)]
        return np.ascontiguousarray(np.pad(values, missing, mode="edge"))

    def _ssimulacra2(
        self,
        decoded: npt.NDArray[np.uint8] | None,
        field: npt.NDArray[np.float32] | None,
    ) -> tuple[float, FloatBlocks, FloatBlocks]:
        check_time()
        return native.ssimulacra2(
            self.pixels,
            decoded,
            self._blocks.chroma_420,
            self._slopes,
            self._weights,
            self._energies[0],
            self._energies[1],
            field,
            self._threads,
            self._kept,
        )

    def curvature_without_error(self) -> FloatBlocks:
        """What the first error of each coefficient costs, from the original alone."""
        return self._ssimulacra2(None, self._field)[2]

    def decoded(self, quantised: Quantised) -> npt.NDArray[np.uint8]:
        """The pixels that a decoder shows."""
        check_time()
        b = self._blocks
        steps = [s.tolist() for s in quantised.steps]
        return native.inverse(
            quantised.levels, b.height, b.width, b.chroma_420, steps, self._threads
        )

    def structure(self, quantised: Quantised, *fields: npt.NDArray[np.float32]) -> list[float]:
        """SSIMULACRA 2's raw sum, pooled by the model's own field, and by each of `fields`."""
        return self.structure_in(quantised, self._field, *fields)

    def structure_in(
        self, quantised: Quantised, *fields: npt.NDArray[np.float32] | None
    ) -> list[float]:
        """SSIMULACRA 2's raw sum pooled by each of `fields`; None: all blocks count alike."""
        return native.ssimulacra2_sums(
            self.pixels,
            self.decoded(quantised),
            self._weights,
            fields,
            self._threads,
            self._kept,
        )

    def visible(self, quantised: Quantised) -> float:
        """PSNR-HVS-M's visible error of luma, weighted by the field."""
        used = self._blocks.components[0].used
        return native.visible_error(*self._luma(quantised), used, self._luma_field, self._threads)

    def _luma(
        self, quantised: Quantised
    ) -> tuple[
        npt.NDArray[np.int16],
        list[float],
        npt.NDArray[np.int16],
        npt.NDArray[np.float32],
        list[float],
        list[float],
    ]:
        """What native code has to know of luma's visible error."""
        return (
            self.luma,
            quantised.steps[0].tolist(),
            quantised.levels[0],
            self._hidden,
            REACH,
            SENSITIVITY,
        )

    def seen(self, quantised: Quantised) -> Seen:
        """What is seen of the levels under their steps.

        Both models' gradient and curvature are divided by what the model sees, SSIMULACRA 2's
        with weight 1 and PSNR-HVS-M's with `tuning.visible`.
        """
        raw, gradient, curvature = self._ssimulacra2(self.decoded(quantised), self._field)
        part = 1.0 / max(raw, 1e-6)
        for values in (*gradient, *curvature):
            values *= np.float32(part)
        luma = self._blocks.components[0]
        visible = self.visible(quantised)
        if self._tuning.visible > 0:
            native.add_visible_error(
                *self._luma(quantised),
                self._tuning.visible / max(visible, 1e-6),
                self._tuning.hidden_share,
                gradient[0],
                curvature[0],
                luma.used,
                self._luma_field,
                self._threads,
            )
        return Seen(raw, visible, gradient, curvature)

    def unit(self, curvature: FloatBlocks) -> float:
        """The geometric mean over frequencies of luma's mean curvature."""
        means = native.frequency_means(curvature[0], self._blocks.components[0].used, self._threads)
        return math.exp(float(np.log(np.maximum(means, 1e-30)).mean()))
