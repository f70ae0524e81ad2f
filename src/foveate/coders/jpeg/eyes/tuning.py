"""The constants of the encoder for eyes; `results/tuning-vision.json` tells how most were found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from foveate.annex_k import ANNEX_K_CHROMA, ANNEX_K_LUMA
from foveate.coders.jpeg.tables import ZIGZAG


@dataclass(frozen=True)
class EyeTuning:
    """What the encoder for eyes weighs, and how far it goes in each round.

    The cost of a coefficient is ``H (t - q x)^2 + lambda * bits`` for its target t. H mixes the
    curvature of what the models see with an anchor, plain squared error weighted by ``K^-p``.
    """

    anchor: float = 0.471
    """The anchor's share of H."""
    anchor_power: float = 1.617
    """p of luma."""
    anchor_low: float = 1.9312
    """What the anchor of the first four luma frequencies is multiplied by."""
    anchor_chroma_power: float = 1.3657
    anchor_chroma: float = 2.363
    """The anchor of a chroma coefficient at full resolution, relative to luma."""
    masking: float = 0.1652
    """The anchor of a block falls as its AC energy to this power."""
    masking_energy: float = 12.0
    """Mean squared AC coefficient below which a block counts as smooth."""
    edges: float = 2.7378
    """How much the curvature of edges counts, relative to what the model says."""
    tamed: float = 0.0802
    """Before there is a decoded picture, H of a block falls as its own mean to this power."""
    first_chroma: float = 1.9981
    """And that of chroma is so many times the model's."""
    visible: float = 0.1641
    """PSNR-HVS-M's share of what is seen, beside SSIMULACRA 2's."""
    hidden_share: float = 0.1002
    """What of an error's weight is left where contrast hides it."""
    rate: float = 1.477
    """How far a target goes from the coefficient to the least of what is seen, in each round."""
    limit: float = 0.4653
    """How far at the most, in quantisation steps."""
    memory: float = 0.6001
    """How much of a round's target is the last round's."""
    step_power: float = 0.8892
    """Steps go as the mean H of a frequency to minus half this power."""
    dc_steps: float = 0.7823
    chroma_steps: float = 1.2261
    lambda_ratio: float = 0.0688
    """Lambda is this times the square of the scale."""
    boldness: float = 0.4
    """How far the map is followed: a factor of its log weights."""
    marked_boldness: float = 0.8
    """How far boxes and masks of two values are: nobody guesses what a person has marked."""
    round_passes: int = 1
    """Passes over all blocks after each look at the decoded picture."""

    @property
    def perceptual(self) -> float:
        """Whether error that contrast hides has to be known: above 0."""
        return self.visible

    def anchors(
        self, *, chroma_420: bool
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Luma's and chroma's anchor, (64,) in zigzag order; luma's geometric mean is 1."""
        luma, chroma = (
            table.reshape(64)[ZIGZAG].astype(np.float64) for table in (ANNEX_K_LUMA, ANNEX_K_CHROMA)
        )
        unit = float(np.exp(np.log(luma).mean()))
        of_luma = (luma / unit) ** -self.anchor_power
        of_luma[_LOW] *= self.anchor_low
        of_chroma = (chroma / unit) ** -self.anchor_chroma_power
        of_chroma *= self.anchor_chroma * (4.0 if chroma_420 else 1.0)
        mean = float(np.exp(np.log(of_luma).mean()))
        return of_luma / mean, of_chroma / mean


_LOW = [0, 1, 2, 4]
"""DC and the three AC coefficients next to it, in zigzag order."""

EYE_TUNING = EyeTuning()
