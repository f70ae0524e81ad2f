"""A set of scenes through several coders at plain JPEG's bytes: every file's numbers, once."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from foveate.coders.plain.pillow_jpeg import plain_jpeg
from foveate.errors import TargetError
from foveate.metrics.quality import (
    METRICS,
    butteraugli,
    measure,
    psnr_cb,
    psnr_cr,
    psnr_hvs_m,
    psnr_y,
    ssimulacra2,
)
from foveate_research.coders.codecs import codec_of, decoded
from foveate_research.coders.scenes import Pixels, Scene, SceneFiles, open_scene
from foveate_research.maps.measuring import Scores, Tick, ignore

Numbers = dict[str, float]
Measure = Callable[[Scene, bytes], Numbers]
"""A scene and a copy's file -> numbers. A module's function or a partial one: it may travel."""

ABOUT_THE_FILE = ("bytes", "bytes_ratio", "bpp", "seconds_a_megapixel")
"""What is known of every file besides what is measured; the ratio is to plain JPEG's bytes."""

REGION_LABELS = {
    "psnr_fix": "PSNR where people looked",
    "psnr_hvs_m_fix": "PSNR-HVS-M where people looked",
    "ssimulacra2_fix": "SSIMULACRA 2 where people looked",
    "butteraugli_fix": "Butteraugli where people looked",
    "psnr_mask": "PSNR on objects",
    "psnr_cb_s": "PSNR Cb, salient fifth",
    "psnr_cr_s": "PSNR Cr, salient fifth",
}
LOWER_IS_BETTER = frozenset(
    ("butteraugli_fix", *(metric.name for metric in METRICS if metric.lower_is_better))
)
LABELS = {**{metric.name: metric.label for metric in METRICS}, **REGION_LABELS}
"""Every metric's title, those of regions last."""


@dataclass(frozen=True)
class Plan:
    """What is done with each scene.

    codecs: names that `codec_of` knows. measures: plain JPEG's qualities, whose bytes are asked
    for, and what is measured there. model: of the map.
    """

    codecs: tuple[str, ...]
    measures: Mapping[int, Measure]
    model: str = "auto"


@dataclass(frozen=True)
class CodedScene:
    """One scene's numbers: quality -> coder -> metric -> value; a coder that failed has none."""

    key: str
    category: str
    pixel_count: int
    numbers: dict[int, dict[str, Numbers]] = field(default_factory=dict)


def scene_numbers(scene: Scene, data: bytes, *, names: Sequence[str] | None = None) -> Numbers:
    """The metrics of a copy's file; see `copy_numbers`."""
    return copy_numbers(scene, decoded(data), names=names)


def copy_numbers(scene: Scene, copy: Pixels, *, names: Sequence[str] | None = None) -> Numbers:
    """A copy's metrics (those named, or all), and those of the regions that the scene has."""
    saliency = scene.saliency.values
    known = None if names is None else [name for name in names if name not in REGION_LABELS]
    found: Numbers = {}
    if known is None or known:
        found = measure(scene.pixels, copy, data_range=255, saliency=saliency, names=known)
    pair = scene.pixels, copy
    regions: dict[str, tuple[Callable[..., float], object]] = {
        "psnr_fix": (psnr_y, scene.looked_at),
        "psnr_hvs_m_fix": (psnr_hvs_m, scene.looked_at),
        "ssimulacra2_fix": (ssimulacra2, scene.looked_at),
        "butteraugli_fix": (butteraugli, scene.looked_at),
        "psnr_mask": (psnr_y, scene.mask),
        "psnr_cb_s": (psnr_cb, scene.salient),
        "psnr_cr_s": (psnr_cr, scene.salient),
    }
    for name, (metric, where) in regions.items():
        if where is not None and (names is None or name in names):
            found[name] = metric(*pair, data_range=255, weights=where)
    return found


def code_scene(files: SceneFiles, plan: Plan) -> CodedScene:
    """One scene through all coders of a plan."""
    scene = open_scene(files, model=plan.model)
    done = CodedScene(scene.key, files.category, scene.pixel_count)
    for quality, measured in plan.measures.items():
        plain = len(plain_jpeg(scene.pixels, quality))
        done.numbers[quality] = {
            name: _numbers(scene, name, plain, measured) for name in plan.codecs
        }
    return done


def _numbers(scene: Scene, codec: str, size_bytes: int, measured: Measure) -> Numbers:
    try:
        coded = codec_of(codec).encode(scene, size_bytes)
    except TargetError:
        return {}
    size = len(coded.data)
    megapixels = scene.pixel_count / 1e6
    about = (size, size / size_bytes, 8 * size / scene.pixel_count, coded.seconds / megapixels)
    found = {**dict(zip(ABOUT_THE_FILE, about, strict=True)), **coded.facts}
    # A copy without any error has no finite PSNR; like what is missing it is left out of means.
    values = {name: float(value) for name, value in measured(scene, coded.data).items()}
    return found | {n: v if math.isfinite(v) else math.nan for n, v in values.items()}


def code_scenes(
    files: Sequence[SceneFiles], plan: Plan, *, workers: int = 1, tick: Tick = ignore
) -> list[CodedScene]:
    """All scenes in their order, `workers` at a time in processes of their own."""
    work, found = partial(code_scene, plan=plan), []
    if workers == 1:
        for each in files:
            tick(each.key)
            found.append(work(each))
        return found
    # fresh processes: a fork would copy the map model's threads in whatever state they are
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for done in pool.map(work, files):
            tick(done.key)
            found.append(done)
    return found


def scores_at(scenes: Sequence[CodedScene], quality: int) -> dict[str, Scores]:
    """Coder -> its numbers over the scenes, at plain JPEG's bytes of one quality."""
    found: dict[str, Scores] = {}
    for scene in scenes:
        for codec, numbers in scene.numbers[quality].items():
            found.setdefault(codec, Scores()).add(scene.key, numbers)
    return found
