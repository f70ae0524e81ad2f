"""The encoder's constants, all in one place, and the shapes that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.annex_k import ANNEX_K_CHROMA, ANNEX_K_LUMA
from foveate.coders.jpeg.tables import ZIGZAG
from foveate.coders.plain.masking import HIDING_REACH

_REFERENCE_SCALE = 16.0


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

    step_power: float
    sensitivity_power: float
    chroma_step_power: float
    chroma_sensitivity_power: float
    chroma_steps: float
    """Chroma steps, relative to what `chroma_weight` would make optimal."""
    chroma_weight: float
    """Distortion weight of a Cb or Cr coefficient at full resolution, relative to luma."""
    dc_steps: float
    """DC step, relative to the shape."""
    lambda_ratio: float
    masking: float
    """A block's weight falls as its AC energy to this power (contrast masking)."""
    masking_energy: float
    """Mean squared AC coefficient below which a block counts as smooth."""
    perceptual: float
    """m at scale 16, in [0, 1)."""
    perceptual_slope: float
    """At other scales what is seen counts ``(16 / scale)^perceptual_slope`` times as much."""
    reach: float
    """Hidden error, relative to PSNR-HVS-M's."""
    boldness: float
    """How far the encoder acts on the map at scale 16: a factor of its log weights."""
    boldness_slope: float
    """At other scales the factor is ``(scale / 16)^boldness_slope`` times as large."""
    step_fits: int = 2
    """How often steps are re-estimated from the chosen levels."""

    def visibility_factor(self, scale: float) -> float:
        """How much more than at scale 16 an error's visible part counts."""
        return float((_REFERENCE_SCALE / scale) ** self.perceptual_slope)

    def boldness_factor(self, scale: float) -> float:
        """How much bolder than at scale 16 the map is followed."""
        return float((scale / _REFERENCE_SCALE) ** self.boldness_slope)


@dataclass(frozen=True)
class Masked:
    """Distortion of an error's visible part, in zigzag order: its weight, and what is hidden."""

    visibility: npt.NDArray[np.float64]
    reach: npt.NDArray[np.float64]
    """Error that a block's hidden error of 1 hides."""


@dataclass(frozen=True)
class Shape:
    """Steps at scale 1 and weights of squared error, of luma or of chroma, in zigzag order."""

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


TUNINGS = {
    "fidelity": Tuning(
        step_power=0.3689,
        sensitivity_power=0.5792,
        chroma_step_power=0.4913,
        chroma_sensitivity_power=0.9086,
        chroma_steps=1.3956,
        chroma_weight=0.186,
        dc_steps=0.5055,
        lambda_ratio=0.1445,
        masking=0.1018,
        masking_energy=4.6937,
        perceptual=0.4516,
        perceptual_slope=0.7201,
        reach=0.8966,
        boldness=0.4536,
        boldness_slope=0.4528,
    ),
    "eyes": Tuning(
        step_power=0.5253,
        sensitivity_power=0.7058,
        chroma_step_power=0.5898,
        chroma_sensitivity_power=0.8116,
        chroma_steps=1.1039,
        chroma_weight=0.2592,
        dc_steps=0.4861,
        lambda_ratio=0.1043,
        masking=0.1486,
        masking_energy=15.9396,
        perceptual=0.4156,
        perceptual_slope=0.3787,
        reach=1.0063,
        boldness=0.3242,
        boldness_slope=0.0677,
    ),
}
"""By name. `fidelity`: the least squared error where people look, no metric below plain JPEG's.
`eyes`: what can be seen. Found by `foveate_research.tuning.encoder`; `results/tuning-NAME.json`."""

DEFAULT_TUNE = "fidelity"
