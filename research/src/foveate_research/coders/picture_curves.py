"""Rate–quality curves of one coded scene, and the BD-rate of two of them."""

from __future__ import annotations

import numpy as np

from foveate_research.coders.bd_rate import bd_rate
from foveate_research.coders.coding import LOWER_IS_BETTER, CodedScene, Numbers


def picture_bd_rate(scene: CodedScene, codec: str, anchor: str, metric: str) -> float:
    """Per cent of bytes more than the anchor's on one picture; NaN where the curves allow none."""
    curves = []
    sign = -1 if metric in LOWER_IS_BETTER else 1
    for name in (anchor, codec):
        points = [at for at in _points(scene, name) if np.isfinite(at.get(metric, np.nan))]
        curves += [[at["bytes"] for at in points], [sign * at[metric] for at in points]]
    try:
        return bd_rate(*curves)
    except ValueError:
        return float("nan")


def _points(scene: CodedScene, codec: str) -> list[Numbers]:
    """A coder's files of one scene by their bytes; two sizes may end in one file."""
    found = {at[codec]["bytes"]: at[codec] for at in scene.numbers.values() if at[codec]}
    return [found[size] for size in sorted(found)]
