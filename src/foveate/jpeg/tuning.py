"""The encoder's constants, all in one place, and the shapes that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.jpeg.masking import HIDING_REACH
from foveate.jpeg.plain import ANNEX_K_CHROMA, ANNEX_K_LUMA, ZIGZAG


@dataclass(frozen=True)
class Tuning:
    """What the encoder optimises for.

    The cost of a block is ``weight * sum_k D_k(c_k - q_k x_k) + lambda * bits``. Distortion D mixes
    squared error and PSNR-HVS-M's model of what can be seen: ``(1 - m) K^-p e^2 + m K^-2 max(|e| -
    h_k, 0)^2`` with K Annex K's table, p `sensitivity_power`, m `perceptual` and h the error that
    the block's contrast hides (luma only; of chroma, plain ``K^-p e^2``). Steps are ``scale *
    K^step_power`` and ``lambda = lambda_ratio * scale^2``, in units that make an average step 1 at
    scale 1.
    """

    step_power: float = 0.4
    sensitivity_power: float = 0.89
    chroma_step_power: float = 0.4
    chroma_sensitivity_power: float = 0.89
    chroma_steps: float = 1.38
    """Chroma steps, relative to what `chroma_weight` would make optimal."""
    chroma_weight: float = 0.265
    """Distortion weight of a Cb or Cr coefficient at full resolution, relative to luma."""
    dc_steps: float = 1.16
    """DC step, relative to the shape."""
    lambda_ratio: float = 0.156
    masking: float = 0.16
    """A block's weight falls as its AC energy to this power (contrast masking)."""
    masking_energy: float = 30.0
    """Mean squared AC coefficient below which a block counts as smooth."""
    perceptual: float = 0.0
    """m, in [0, 1)."""
    reach: float = 1.0
    """Hidden error, relative to PSNR-HVS-M's."""
    boldness: float = 0.43
    """How far the encoder acts on the map: a factor of its log weights."""
    step_fits: int = 2
    """How often steps are re-estimated from the chosen levels."""


@dataclass(frozen=True)
class Masked:
    """Distortion of an error's visible part, in zigzag order: its weight, and what is hidden."""

    visibility: npt.NDArray[np.float64]
    reach: npt.NDArray[np.float64]
    """Error that a block's hidden error of 1 hides."""


@dataclass(frozen=True)
class Shape:
    """Of luma or chroma, in zigzag order: steps at scale 1 and distortion weights."""

    steps: npt.NDArray[np.float64]
    sensitivity: npt.NDArray[np.float64]
    masked: Masked | None = None


def shapes(tuning: Tuning, *, chroma_420: bool) -> tuple[Shape, Shape]:
    """Luma's and chroma's shape. A 4:2:0 chroma coefficient stands for four times the pixels."""
    luma_k = ANNEX_K_LUMA.reshape(64)[ZIGZAG].astype(np.float64)
    chroma_k = ANNEX_K_CHROMA.reshape(64)[ZIGZAG].astype(np.float64)
    unit = float(np.exp(np.log(luma_k).mean()))

    def power(table: npt.NDArray[np.float64], exponent: float) -> npt.NDArray[np.float64]:
        return np.asarray((table / unit) ** exponent)

    def steps(table: npt.NDArray[np.float64], exponent: float) -> npt.NDArray[np.float64]:
        shape = power(table, exponent)
        shape[0] *= tuning.dc_steps
        return shape

    seen = tuning.perceptual * power(luma_k, -2.0)
    luma_sensitivity = (1 - tuning.perceptual) * power(luma_k, -tuning.sensitivity_power)
    luma_sensitivity[0] += seen[0]  # of DC nothing is hidden
    weight = tuning.chroma_weight * (4.0 if chroma_420 else 1.0)
    return (
        Shape(
            steps(luma_k, tuning.step_power),
            luma_sensitivity,
            Masked(seen, tuning.reach * HIDING_REACH) if tuning.perceptual > 0 else None,
        ),
        Shape(
            steps(chroma_k, tuning.chroma_step_power) * tuning.chroma_steps / np.sqrt(weight),
            power(chroma_k, -tuning.chroma_sensitivity_power) * weight,
        ),
    )
