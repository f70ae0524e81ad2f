"""How far the map should move libaom's steps: AVIF at several powers of the weights.

Each picture is coded at a few of libaom's levels, by libaom's own rule and under its map, and the
curves are held against each other: per cent of bytes at equal quality, where people looked and on
the whole picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from foveate.coders.avif.level_files import LevelFiles
from foveate.coders.avif.libaom import AvifOptions
from foveate.coders.avif.tuning import BOLDNESS, SPEEDS
from foveate.saliency import Weights
from foveate_research.coders.coding import CodedScene, scene_numbers
from foveate_research.coders.picture_curves import picture_bd_rate
from foveate_research.coders.scenes import open_scene, scene_files
from foveate_research.intervals import mean_estimate
from foveate_research.maps.measuring import Tick, ignore
from foveate_research.records import files_hash, head

LEVELS = (24, 32, 40, 48)
POWERS = (0.5, 0.75, 1.0, 2.0)
METRICS = (
    *("psnr_fix", "psnr_hvs_m_fix", "ssimulacra2_fix"),
    *("psnr_y", "psnr_hvs_m", "ssimulacra2"),
)
_ANCHOR = "own rule"


def avif_fit(
    data: Path,
    *,
    every: int = 7,
    levels: Sequence[int] = LEVELS,
    powers: Sequence[float] = POWERS,
    tick: Tick = ignore,
) -> dict[str, Any]:
    """The record: for each power, per cent of bytes more than by libaom's own rule.

    data: the folder of the set `tuning`. every: one in so many of its pictures is taken.
    """
    folder = data / "tuning"
    files = scene_files(folder / "images", fixations=[folder / "fixations"])[::every]
    options = AvifOptions(SPEEDS["default"], threads=2)
    coded = []
    for each in files:
        tick(each.key)
        scene = open_scene(each, model="auto")
        weights = Weights(scene.saliency)
        makers = {_ANCHOR: LevelFiles(scene.pixels, None, options)}
        for power in powers:
            makers[str(power)] = LevelFiles(scene.pixels, weights, options, boldness=power)
        done = CodedScene(scene.key, "", scene.pixel_count)
        for level in levels:
            done.numbers[level] = {
                name: {
                    "bytes": float(len(maker.at(level))),
                    **scene_numbers(scene, maker.at(level), names=METRICS),
                }
                for name, maker in makers.items()
            }
        coded.append(done)
    return {
        **head(("foveate", "numpy", "pillow", "onnxruntime")),
        "set": {
            "folders": ["tuning"],
            "count": len(files),
            "sha256": files_hash([each.picture for each in files]),
        },
        "speed": options.speed,
        "levels": list(levels),
        "shipped": BOLDNESS,
        "bd_rate_per_cent": {
            str(power): {
                metric: mean_estimate(
                    [picture_bd_rate(scene, str(power), _ANCHOR, metric) for scene in coded]
                ).to_dict(2)
                for metric in METRICS
            }
            for power in powers
        },
    }
