"""Cuts: where one shot ends and the next begins, told from the differences between frames."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

GRID, BINS = 4, 16
LEAST_CHANGE = 0.25
"""The share of the pixels whose brightness has to change its bin for a cut."""
LEAST_SHIFT = 10 / 255
"""How far brightness has to move for a cut, of its range; a fade moves less from frame to frame."""
TIMES_THE_USUAL = 3.0
"""How many times the usual change of this shot a cut has to be."""
USUAL_FRAMES = 12
FLASH_FRAMES = 4
BLANK_CONTRAST = 2.0
"""The standard deviation, of 255, under which a frame shows nothing."""

Signature = npt.NDArray[np.float32]


def signature(pixels: npt.NDArray[np.uint8]) -> Signature:
    """The brightness of a small (h, w, 3) frame: (16, 16) shares of 16 bins in 4x4 places.

    A histogram in each place bears motion, and notices that another scene has come.
    """
    grey = pixels.mean(axis=2)
    height, width = grey.shape
    rows = np.arange(height) * GRID // height
    columns = np.arange(width) * GRID // width
    place = rows[:, None] * GRID + columns[None, :]
    # Each value counts in two neighbouring bins, so that noise at a bin's edge changes little.
    position = grey * ((BINS - 1) / 255)
    low = np.minimum(position.astype(np.int64), BINS - 2)
    part = position - low
    index = (place * BINS + low).ravel()
    length = GRID * GRID * BINS
    counts = np.bincount(index, weights=(1 - part).ravel(), minlength=length)
    counts += np.bincount(index + 1, weights=part.ravel(), minlength=length)
    shares = counts.reshape(GRID * GRID, BINS)
    return np.asarray(shares / np.maximum(shares.sum(1, keepdims=True), 1), np.float32)


def difference(one: Signature, other: Signature) -> float:
    """The share of the picture whose brightness differs, in [0, 1]."""
    return float(np.abs(one - other).sum() / (2 * len(one)))


def shift(one: Signature, other: Signature) -> float:
    """How far brightness moves within the places, in [0, 1]: the earth mover's distance."""
    moved = np.abs(np.cumsum(one - other, axis=1)).sum()
    return float(moved / (len(one) * (BINS - 1)))


def is_blank(pixels: npt.NDArray[np.uint8]) -> bool:
    """Whether a frame shows nothing, as between a fade out and a fade in."""
    return float(pixels.mean(axis=2).std()) < BLANK_CONTRAST


@dataclass
class CutFinder:
    """Tells of each frame in turn whether a new shot begins with it.

    A shot begins where the picture changes by a quarter and by three times what is usual in this
    shot, and where a blank stretch between two fades begins or ends.
    """

    seen: Signature = field(default_factory=lambda: np.zeros((GRID * GRID, BINS), np.float32))
    """The signature of the frame that came last."""
    _started: bool = False
    _blank: bool = False
    _usual: deque[float] = field(default_factory=lambda: deque(maxlen=USUAL_FRAMES))

    def begins_shot(self, pixels: npt.NDArray[np.uint8]) -> bool:
        """Whether the small frame (h, w, 3) begins a new shot; the first of all does."""
        before, self.seen = self.seen, signature(pixels)
        blank = is_blank(pixels)
        if not self._started:
            self._started, self._blank = True, blank
            return True
        changed = difference(before, self.seen)
        usual = float(np.median(self._usual)) if self._usual else 0.0
        cut = blank != self._blank or (
            not blank
            and changed > max(LEAST_CHANGE, TIMES_THE_USUAL * usual)
            and shift(before, self.seen) > LEAST_SHIFT
        )
        self._blank = blank
        if cut:
            self._usual.clear()
        else:
            self._usual.append(changed)
        return cut


def is_flash(before: Signature, after: Signature, frames: int) -> bool:
    """Whether a shot so short, with the same picture before and after it, is a flash of light."""
    return frames < FLASH_FRAMES and difference(before, after) < LEAST_CHANGE
