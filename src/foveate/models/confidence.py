"""How sure a map is, from its own shape and the picture's contrast.

A map says something where it departs from what it would say of any picture. On a featureless
picture the gaze branch falls back to a broad blob, whose divergence from uniform is small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

# nats of foveate-s's density over uniform, and how steep the curve of fixations by rank is there
# beside that of all pictures. At the first lies the most that a featureless picture got that is no
# white noise (results/map-fit.json); the rest is fitted: results/steering-fit.json
NATS = (0.42, 0.5, 1.03)
STEEPNESS = (0.0, 0.77, 1.0)
# correlation of neighbouring pixels as the network sees them: white noise has 0.25 there, and none
# of 400 train pictures of osie and gaze-more less than 0.88
NEIGHBOURS = (0.4, 0.7)
# grey levels of standard deviation under which nothing can be seen
CONTRAST = (1.0, 4.0)
# parting of the mask's probabilities: more than MEnet's of any plain, noisy or graded picture, and
# about what it passes on nine in ten pictures of duts' val part (results/map-fit.json, of MEnet at
# 96 pixels; at 224 only a ramp parts a little more, 0.14, and nine in ten pictures pass 0.34)
PARTING = (0.12, 0.3)
# how steep the mask's curve of fixations by rank is beside gaze's: results/weight-curve.json
MASK_CONFIDENCE = 0.47


def gaze_confidence(density: npt.NDArray[np.float32], pixels: npt.NDArray[np.uint8]) -> float:
    """In [0, 1], from foveate-s's density of mean 1 and the (H, W, 3) picture it was made for.

    A network that is unsure says about as much as a centred Gaussian, and is believed as much; one
    that says no more than of a featureless picture is not believed at all.
    """
    return float(np.interp(information(density), NATS, STEEPNESS)) * _visible(pixels)


def rise_confidence(
    rise: float, pixels: npt.NDArray[np.uint8], *, ends: tuple[float, float]
) -> float:
    """In [0, 1], from how far the highest level of a map stands above its mean level.

    For networks whose levels say how much is looked at, not only where. ends: the rises at which
    it is 0 and 1. pixels: the (H, W, 3) picture that the map was made for.
    """
    return _ramp(rise, ends) * _visible(pixels)


def mask_confidence(
    mask: npt.NDArray[np.float32],
    pixels: npt.NDArray[np.uint8],
    *,
    steepness: float = MASK_CONFIDENCE,
) -> float:
    """In [0, 1], from probabilities: how far they part into yes and no, in objects of any size.

    steepness: how steep the map's curve of fixations by rank is beside gaze's: what it is at most.
    """
    return steepness * _ramp(parting(mask), PARTING) * _visible(pixels)


def parting(mask: npt.NDArray[np.float32]) -> float:
    """How far probabilities part into yes and no, in [0, 1]: their variance over a certain mask's.

    A mask that is certain everywhere has mean · (1 - mean), whatever the size of its object; one
    that is the same all over has 0. It is the share of "object or not" that the mask explains.
    """
    values = mask.astype(np.float64)
    mean = float(values.mean())
    return float(values.var() / max(mean * (1 - mean), 1e-12))


def contrast_confidence(pixels: npt.NDArray[np.uint8]) -> float:
    """In [0, 1]: whether there is anything to see in an (H, W, 3) picture."""
    return _ramp(_contrast(pixels), CONTRAST)


def information(density: npt.NDArray[np.float32]) -> float:
    """Divergence of a density of mean 1 from uniform, in nats."""
    kept = np.maximum(density.astype(np.float64), 1e-12)
    return float((kept * np.log(kept)).mean())


def _visible(pixels: npt.NDArray[np.uint8]) -> float:
    """In [0, 1]: whether there is anything to see that is no white noise."""
    channels = [np.ascontiguousarray(pixels[..., c], np.float32) for c in range(3)]
    contrast = _contrast_about(channels, pixels)
    return _ramp(contrast, CONTRAST) * _ramp(_likeness(channels), NEIGHBOURS)


def _contrast_about(
    channels: Sequence[npt.NDArray[np.float32]], pixels: npt.NDArray[np.uint8]
) -> float:
    """`_contrast`, or about that where it lies well outside of CONTRAST, where ramps end."""
    low, high = CONTRAST
    about = float(max(channel.std() for channel in channels))
    return about if about < 0.9 * low or about > 1.1 * high else _contrast(pixels)


def _contrast(pixels: npt.NDArray[np.uint8]) -> float:
    """Standard deviation of the picture in grey levels, the channels' largest."""
    return float(pixels.std(axis=(0, 1)).max())


def _likeness(channels: Sequence[npt.NDArray[np.float32]]) -> float:
    """Correlation of pixels with those beside and below them; 1 for a flat picture."""
    red, green, blue = channels
    grey = (red + green + blue) / np.float32(3)
    spread = float(grey.var())
    if spread <= 0:
        return 1.0
    steps = float(np.diff(grey, axis=0).var() + np.diff(grey, axis=1).var()) / 2
    return 1 - 0.5 * steps / spread


def _ramp(value: float, ends: tuple[float, float]) -> float:
    """Smooth step from 0 at the first end to 1 at the second."""
    share = min(1.0, max(0.0, (value - ends[0]) / (ends[1] - ends[0])))
    return 0.5 - 0.5 * math.cos(math.pi * share)
