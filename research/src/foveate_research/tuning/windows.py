"""Fit how foveate-s's density becomes the map that places windows, on pictures it did not learn.

Three sets, as in `foveate_research.tuning.steering`: crowds and scenes of gaze-more's val part, and
gaze-scenes' val part. What a window keeps is counted as a share of what the best possible window of
its size keeps, in the mean over four sizes and then over sets. The record holds every
`Readout` of a grid, best first, and for the best what it costs to avoid cuts.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foveate.models.readings.foveate_s import PIXELS
from foveate.models.readout import Readout, read_out
from foveate.models.session import run_network
from foveate.models.working_size import working_size
from foveate.saliency import SaliencyMap
from foveate.saliency.glance import glance
from foveate.saliency.windows import SummedMap
from foveate_research.datasets.attention import AttentionPicture, read_densities, read_fixations
from foveate_research.datasets.shards import describe_shards
from foveate_research.maps.kept_shares import looked_at, window_sizes
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import head
from foveate_research.tuning.steering import UNSQUASHED

BROAD_SHARES = (0.0, 0.15, 0.3, 0.45)
CENTRE_SHARES = (0.0, 0.05)
CUT_COSTS = (0.0, 0.02, 0.05, 0.1)
BROAD = 0.12
STEPS = len(BROAD_SHARES) * len(CENTRE_SHARES)


@dataclass(frozen=True, eq=False)
class Sized:
    """A picture of a height and width: where people looked, the network's density (h, w), and what
    the best possible window of each size keeps."""

    viewers: SummedMap
    density: npt.NDArray[np.float32]
    height: int
    width: int
    most: dict[str, float]


def fit_windows(data: Path, *, tick: Tick = ignore, every: int = 1) -> dict[str, Any]:
    """The record. data: a folder with the shards of gaze-more and gaze-scenes.

    every: only each so many-th picture, to try the command.
    """
    more = read_fixations(data / "gaze-more", "val")[::every]
    scenes = read_densities(data / "gaze-scenes", "val")[::every]
    sets = {
        "crowd": [_sized(each) for each in more if each.key.startswith("crowd")],
        "scene": [_sized(each) for each in more if not each.key.startswith("crowd")],
        "gaze-scenes": [_sized(each, UNSQUASHED) for each in scenes],
    }
    rows = []
    for broad, centre in itertools.product(BROAD_SHARES, CENTRE_SHARES):
        tick(f"{broad} {centre}")
        readout = Readout(0.0, BROAD, broad, centre)
        shares = {name: _share(of, readout)[0] for name, of in sets.items()}
        rows.append(_row(asdict(readout), shares))
    rows.sort(key=lambda row: -row["mean"])
    best = rows[0]
    readout = Readout(*(best[name] for name in asdict(Readout(0, 0, 0, 0))))
    costs = []
    for cost in CUT_COSTS:
        found = {name: _share(of, readout, cost) for name, of in sets.items()}
        row = _row({"cut_cost": cost}, {name: share for name, (share, _) in found.items()})
        costs.append({**row, "cut": {name: round(cut, 4) for name, (_, cut) in found.items()}})
    return head(("numpy", "pillow", "onnxruntime", "foveate")) | {
        "sets": [
            describe_shards(data / "gaze-more", "val", len(more)),
            describe_shards(data / "gaze-scenes", "val", len(scenes)),
        ],
        "pictures": {name: len(of) for name, of in sets.items()},
        "best_first": rows,
        "avoiding_cuts": costs,
    }


def _sized(picture: AttentionPicture, size: tuple[int, int] | None = None) -> Sized:
    height, width = picture.pixels.shape[:2]
    rows, columns = working_size(height, width, pixels=PIXELS)
    pixels = glance(picture.pixels, height=rows, width=columns)
    density = run_network("foveate-s", pixels, 1)["mix"]
    if size is not None:
        width, height = size
        picture = replace(picture, pixels=np.zeros((height, width, 3), np.uint8))
    viewers, most = looked_at(picture), {}
    for name, sides in window_sizes(height, width).items():
        window = viewers.best(*sides)
        assert window is not None
        most[name] = window.kept
    return Sized(viewers, density, height, width, most)


def _row(what: dict[str, Any], shares: dict[str, float]) -> dict[str, Any]:
    told = {name: round(share, 4) for name, share in shares.items()}
    return {**what, "mean": round(float(np.mean(list(shares.values()))), 4), **told}


def _share(pictures: list[Sized], readout: Readout, cut_cost: float = 0.0) -> tuple[float, float]:
    """What windows keep, as a share of the best, and how much they cut or nearly cut."""
    kept: dict[str, list[tuple[float, float]]] = {}
    cut = []
    for each in pictures:
        values = read_out(each.density, readout)
        of_density = SaliencyMap(values / values.max(), each.height, each.width, 1.0, "fitted")
        table = SummedMap(of_density)
        for name, sides in window_sizes(each.height, each.width).items():
            window = table.best(*sides, avoid_cuts=True, cut_cost=cut_cost)
            assert window is not None
            kept.setdefault(name, []).append((each.viewers.kept(window.box), each.most[name]))
            cut.append(each.viewers.cut(window.box))
    shares = [np.mean(pairs, axis=0) for pairs in kept.values()]
    return float(np.mean([ours / most for ours, most in shares])), float(np.mean(cut))
