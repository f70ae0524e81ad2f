"""The constants of the AVIF coder; `results/tuning-avif.json` tells how they were found."""

from __future__ import annotations

BOLDNESS = 0.75
"""The power of the weights: how far libaom is moved."""
MARKED_BOLDNESS = 1.0
"""That of boxes and of masks of two values."""

SPEEDS = {"fast": 7, "default": 6, "best": 4}
"""libaom's speed, by effort. Above 7 it moves no steps, whatever it is told."""
