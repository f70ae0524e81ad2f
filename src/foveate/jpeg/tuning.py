"""The encoder's constants, all in one place, and the shapes that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.jpeg.plain import ANNEX_K_CHROMA, ANNEX_K_LUMA, ZIGZAG


@dataclass(frozen=True)
class Tuning:
    """What the encoder optimises for. Steps and sensitivities are powers of Annex K's tables.

    The cost of a block is ``weight * sum_k sensitivity_k (c_k - q_k x_k)^2 + lambda * bits`` with
    ``sensitivity = K^-sensitivity_power``; steps are ``scale * K^step_power`` and ``lambda =
    lambda_ratio * scale^2``, both in units that make an average step 1 at scale 1. The values are
    those that `benchmarks/tune_encoder.py` found: `results/tuning.json`.
    """

    step_power: float = 0.4
    sensitivity_power: float = 0.89
    chroma_steps: float = 1.38
    """Chroma steps, relative to what `chroma_weight` would make optimal."""
    chroma_weight: float = 0.265
    """Distortion weight of a Cb or Cr coefficient at full resolution, relative to luma."""
    dc_steps: float = 1.16
    """DC step, relative to the shape."""
    lambda_ratio: float = 0.156
    masking: float = 0.16
    """A block's weight falls as its AC energy to this power (contrast masking)."""
    step_fits: int = 2
    """How often steps are re-estimated from the chosen levels."""


@dataclass(frozen=True)
class Shape:
    """Of luma or chroma, in zigzag order: steps at scale 1 and distortion weights."""

    steps: npt.NDArray[np.float64]
    sensitivity: npt.NDArray[np.float64]


def shapes(tuning: Tuning, *, chroma_420: bool) -> tuple[Shape, Shape]:
    """Luma's and chroma's shape. A 4:2:0 chroma coefficient stands for four times the pixels."""
    luma_k = ANNEX_K_LUMA.reshape(64)[ZIGZAG].astype(np.float64)
    chroma_k = ANNEX_K_CHROMA.reshape(64)[ZIGZAG].astype(np.float64)
    unit = float(np.exp(np.log(luma_k).mean()))

    def steps(table: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        shape: npt.NDArray[np.float64] = (table / unit) ** tuning.step_power
        shape[0] *= tuning.dc_steps
        return shape

    def sensitivity(table: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray((table / unit) ** -tuning.sensitivity_power)

    weight = tuning.chroma_weight * (4.0 if chroma_420 else 1.0)
    return (
        Shape(steps(luma_k), sensitivity(luma_k)),
        Shape(
            steps(chroma_k) * tuning.chroma_steps / np.sqrt(weight), sensitivity(chroma_k) * weight
        ),
    )
