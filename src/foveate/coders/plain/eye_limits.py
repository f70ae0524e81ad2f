"""What models of the eye may see of a file that is to be as good as plain JPEG at a quality.

Where people look, SSIMULACRA 2's sum pooled by the map may not exceed plain JPEG's, nor may a
mixture of it and PSNR-HVS-M's visible error. In the background, the half of the blocks that matters
less, SSIMULACRA 2's sum pooled there may not exceed plain JPEG's at the floor. Each coder that aims
at a quality for eyes keeps these limits, so that one quality means the same in every format.
"""

from __future__ import annotations

import math

_UNSEEN = 1e-3
"""The least of SSIMULACRA 2's raw sums that is told from none; 0.3 is a score of 94."""
BACKGROUND_SHARE = 0.001
"""What the foreground counts where the background is looked at: a field has no zeros."""


def log_ratio(seen: float, limit: float) -> float:
    """The log of what is seen over what may be: 0 or less where that is kept."""
    return math.log((seen + _UNSEEN) / (limit + _UNSEEN))


def excess_of(structure: float, visible: float, *, share: float) -> float:
    """The log of the worst ratio where people look, of those of both models.

    share: PSNR-HVS-M's in the mixture, beside SSIMULACRA 2's of 1.
    """
    return max(structure, (structure + share * visible) / (1 + share))
